import pytest


@pytest.mark.parametrize(
    ("text", "options", "passed"),
    [
        ("Yes.", "yes/no/maybe", True),
        ("Yes, of course", "yes/no/maybe", False),
        ("I don't know!", "I know or I don't know", True),
        ("for", "for or against", True),
        ("a)", "a), b), c), d)", True),
        ("a", "a), b), c), d)", False),
        ("“是”。", "是/否", True),
        ("不是。", "是/否", False),
        ("否", "是或否", True),
        ("可能", ["是", "可能"], True),
    ],
)
def test_options(judge, text, options, passed):
    assert judge("format:options", text, options=options).passed == passed


@pytest.mark.parametrize(
    ("text", "passed"),
    [("!?!? one\n!?!? two", True), ("！？！？ 一\n！？！？ 二", True), ("!?!? one", False)],
)
def test_list_marker(judge, text, passed):
    assert judge("format:list", text, sep="!?!?").passed == passed


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("* one\n  - two\n* three\n  - four", None),
        ("* 甲\n  - 乙", None),
        ("* well-known\n* three\n  - four", (0, 12)),
        ("* one\n  - two\n* three", (14, 21)),
    ],
)
def test_sub_bullets(judge, text, span):
    verdict = judge("format:sub-bullets", text)
    assert (verdict.passed, verdict.span) == (span is None, span)


def test_sub_bullets_need_bullets(judge):
    assert judge("format:sub-bullets", "- one").evidence == "no bullet with *"


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("Hello! 😀 Bye 👋.", None),
        ("Hello 😀! Bye. 👋", None),
        ("Hello! Bye 👋.", (0, 6)),
        ("你好！😀再见👋。", None),
        ("你好！再见👋。", (0, 3)),
        ("Go 👩‍💻 home.", (0, 12)),
    ],
)
def test_emoji_every_sentence(judge, text, span):
    verdict = judge("format:emoji", text)
    assert (verdict.passed, verdict.span) == (span is None, span)


def test_an_emoji_alone_is_no_sentence(judge):
    assert not judge("format:emoji", "😀").passed


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("The Lord of the Rings", None),
        ("The lord of the Rings", "lord"),
        ("of Mice and Men", "of"),
        ("Where From", None),
        ("Look up", "up"),
        ("It's NASA's 3rd Try", None),
        ("今天很好", None),
        ("我爱 python", "python"),
    ],
)
def test_title_case(judge, text, wrong):
    verdict = judge("format:title_case", text)
    assert verdict.passed == (wrong is None)
    assert wrong is None or text[slice(*verdict.span)] == wrong


@pytest.mark.parametrize(
    ("text", "parameters", "passed"),
    [
        ("My Answer: a\nMy Conclusion: b\nFuture Outlook: c", {}, True),
        ("My Conclusion: b\nMy Answer: a\nFuture Outlook: c", {}, False),
        ("My Answer: a", {}, False),
        ("结论：甲\n理由:乙", {"headings": ["结论：", "理由："]}, True),
        ("理由：乙\n结论：甲", {"headings": ["结论：", "理由："]}, False),
    ],
)
def test_output_template(judge, text, parameters, passed):
    assert judge("format:output_template", text, **parameters).passed == passed


@pytest.mark.parametrize(
    ("text", "span"), [("no_space", None), ("a b", (1, 2)), ("你　好", (1, 2)), ("a\n\n", (1, 3))]
)
def test_no_whitespace(judge, text, span):
    verdict = judge("format:no_whitespace", text)
    assert (verdict.passed, verdict.span) == (span is None, span)
