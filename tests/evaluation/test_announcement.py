from rolewright.evaluation.announcement import announce


def test_each_suite_has_a_sentence_with_its_assumption():
    prompts, attacks, questions = announce(
        {"adherence": 58, "stability": 3, "override": 104, "general_ability": 200}
    )
    assert prompts.startswith("58 prompts show a difference of 19 points")
    assert "if the arms differ on 25% of them" in prompts
    assert attacks.startswith("104 attacks show a loss of 25 points")
    assert questions.startswith(
        "200 graded questions: about 2000 rule a loss of more than 2 points"
    )


def test_few_prompts():
    [said] = announce({"adherence": 5})
    assert said == "5 prompts cannot show any difference by training: it takes six at least"
    [said] = announce({"adherence": 6})
    assert "as many as the difference takes" in said
