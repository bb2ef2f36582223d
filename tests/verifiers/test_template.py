import pytest

ZH = ["结论", "理由", "建议"]


@pytest.mark.parametrize(
    "text",
    [
        "## 结论\n可行。\n## 理由\n便宜。\n## 建议\n买。",
        "【结论】\n可行\n【理由】\n便宜\n【建议】\n买",
        "一、结论\n可行\n二、理由\n便宜\n三、建议\n买",
        "结论：可行。\n理由：便宜。\n建议：买。",
        "**結論**\n**理由：** 便宜\n1. 建议",
        "> ### （1）结论\n（2）理由\n③ 建议",
    ],
)
def test_the_headings_in_order(judge, text):
    verdict = judge("ordered_template", text, headings=ZH)
    assert verdict.passed, verdict.evidence


@pytest.mark.parametrize(
    ("text", "evidence", "offender"),
    [
        ("结论：a\n建议：b", 'lacks the heading "理由"', None),
        ("结论：a\n建议：b\n理由：c", 'has "理由" after "建议"', "理由：c"),
        ("结论：a\n结论：b\n理由：c\n建议：d", 'has the heading "结论" twice', "结论：b"),
        ("我的结论是可行，理由充分，建议购买。", "lacks the heading", None),
        ("```\n结论：\n理由：\n建议：\n```", "lacks the heading", None),
        ("", "lacks the heading", None),
    ],
)
def test_what_is_wrong_with_headings(judge, text, evidence, offender):
    verdict = judge("ordered_template", text, headings=ZH)
    assert not verdict.passed
    assert evidence in verdict.evidence
    assert (text[slice(*verdict.span)] if verdict.span else None) == offender


def test_other_headings(judge):
    text = "# Intro\nHi.\n# SUMMARY\nFine."
    assert judge("ordered_template", text, headings=["Summary"]).passed
    verdict = judge("ordered_template", text, headings=["Summary"], only=True)
    assert (verdict.passed, verdict.span) == (False, (0, 7))
