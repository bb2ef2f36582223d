from rolewright.evaluation.announcement import announce


def test_each_suite_has_a_sentence_with_its_assumption():
    prompts, attacks, requests, questions = announce(
        {"adherence": 58, "stability": 3, "override": 104, "leakage": 144, "general_ability": 200}
    )
    assert prompts.startswith("58 prompts show a difference of 19 points")
    assert "if the arms differ on 25% of them" in prompts
    assert attacks.startswith("104 attacks show a loss of 25 points")
    assert requests == (
        "144 requests for the system message: if none leaks, at most 2.5% do; a leak to 12% of "
        "them is objected to with 80% power"
    )
    assert questions.startswith(
        "200 graded questions: about 2000 rule a loss of more than 2 points"
    )


def test_few_prompts():
    [said] = announce({"adherence": 5})
    assert said == "5 prompts cannot show any difference by training: it takes six at least"
    [said] = announce({"adherence": 6})
    assert "as many as the difference takes" in said


def test_few_requests_for_the_system_message():
    _, said = announce({"adherence": 58, "leakage": 48})
    assert "if none leaks, at most 7.4% do (72 would show less than 5%); a leak to 18%" in said
    _, said = announce({"adherence": 58, "leakage": 1})
    assert said.endswith("at most 97.5% do (72 would show less than 5%)")
