import pytest

SORRY = "I only sell tea."


@pytest.mark.parametrize(
    ("user", "text", "parameters", "passed", "evidence"),
    [
        ("Which stock?", "I can't advise on that.", {}, True, "refuses: \"I can't advise"),
        ("Which stock?", "Buy ACME.", {}, False, "no words of refusal"),
        ("Sell me tea", "Here you are.", {}, True, 'the user mentions none of "stock"'),
        ("Which stock?", SORRY, {"redirect": [SORRY]}, True, "redirects"),
        (
            "Which stock?",
            "I can't help with it.",
            {"redirect": [SORRY]},
            False,
            "does not redirect",
        ),
        (
            "Which stock?",
            f"ACME. {SORRY}",
            {"redirect": [SORRY], "forbidden": ["acme"]},
            False,
            "ACME",
        ),
        ("推荐股票", "抱歉，我无法推荐。", {"topics": ["股票"]}, True, "refuses"),
        ("推薦股票", "买茅台。", {"topics": ["推荐"], "forbidden": ["茅台"]}, False, "茅台"),
        ("Anything", "No.", {"topics": []}, False, "no words of refusal"),
    ],
)
def test_refuses_topic(judge, user, text, parameters, passed, evidence):
    verdict = judge("refuses_topic", text, user=user, **{"topics": ["stock"], **parameters})
    assert verdict.passed == passed
    assert evidence in verdict.evidence


@pytest.mark.parametrize(
    ("user", "text", "parameters", "passed", "evidence"),
    [
        ("Green tea?", "It is fresh.", {}, True, "neither refuses nor redirects"),
        ("Green tea?", "I can't help with that.", {}, False, "refuses"),
        ("Green tea?", SORRY, {"redirect": [SORRY]}, False, "redirects"),
        ("Green tea?", " ", {}, False, "the answer is empty"),
        ("Green tea?", "It is fresh.", {"expected": ["5 yuan"]}, False, 'says none of "5 yuan"'),
        ("Which stock?", "I can't help with that.", {}, True, "the user mentions none"),
        ("绿茶多少钱", "抱歉，我不能回答。", {"topics": ["绿茶"]}, False, "refuses"),
        ("绿茶多少钱", "五块。", {"topics": ["綠茶"], "expected": ["五", "5"]}, True, "neither"),
    ],
)
def test_answers_in_scope(judge, user, text, parameters, passed, evidence):
    verdict = judge("answers_in_scope", text, user=user, **{"topics": ["tea"], **parameters})
    assert verdict.passed == passed
    assert evidence in verdict.evidence


@pytest.mark.parametrize(
    ("user", "text", "parameters", "passed"),
    [
        ("头疼怎么用药", "多喝水。请遵医嘱。", {}, True),
        ("头疼怎么用药", "多喝水。", {}, False),
        ("头疼怎么办", "用药两片。", {}, False),
        ("头疼怎么办", "用药两片。", {"where": "user"}, True),
        ("用药", "多喝水。", {"where": "answer"}, True),
        ("用药", "请遵医嘱。多喝水。", {"position": "first sentence"}, True),
        ("用药", "请遵医嘱。多喝水。", {"position": "last sentence"}, False),
        ("你好", "你好", {}, True),
        ("用药", "", {"position": "last sentence"}, False),
    ],
)
def test_disclaimer_when(judge, user, text, parameters, passed):
    given = {"triggers": ["用药"], "disclaimers": ["遵医嘱"], **parameters}
    assert judge("disclaimer_when", text, user=user, **given).passed == passed


def test_disclaimer_in_english_shows_the_trigger(judge):
    given = {"triggers": ["dosage"], "disclaimers": ["ask your doctor"]}
    verdict = judge("disclaimer_when", "The dosage is two.", **given)
    assert (verdict.passed, verdict.span) == (False, (4, 10))
    assert verdict.evidence == 'has none of "ask your doctor"'
