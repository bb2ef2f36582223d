import pytest


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("* one\n  - two\n**three**\n-four", 3),
        ("1. one\n2. two", 0),
        ("* 苹果\n* 梨", 2),
        ("a\n---\nb", 1),
    ],
)
def test_number_bullet_lists(judge, text, count):
    assert judge("detectable_format:number_bullet_lists", text, num_bullets=count).passed
    assert not judge("detectable_format:number_bullet_lists", text, num_bullets=count + 1).passed


def test_the_first_bullet_too_many_is_to_blame(judge):
    text = "* one\n* two"
    verdict = judge("detectable_format:number_bullet_lists", text, num_bullets=1)
    assert text[slice(*verdict.span)] == "* two"


@pytest.mark.parametrize(
    ("text", "parameters", "passed"),
    [
        ("Well. My answer is no. Bye.", {}, True),
        ("my answer is no.", {}, False),
        ("我的回答是：不。", {"options": ["我的回答是：是。", "我的回答是：不。"]}, True),
        ("不。", {"options": ["我的回答是：是。", "我的回答是：不。"]}, False),
    ],
)
def test_constrained_response(judge, text, parameters, passed):
    assert judge("detectable_format:constrained_response", text, **parameters).passed == passed


@pytest.mark.parametrize(
    ("text", "count"),
    [("*one* and **two**", 2), ("** ** and *\n*", 0), ("***three***", 2), ("*很* **好**", 2)],
)
def test_number_highlighted_sections(judge, text, count):
    name = "detectable_format:number_highlighted_sections"
    assert judge(name, text, num_highlights=count).passed
    assert not judge(name, text, num_highlights=count + 1).passed


@pytest.mark.parametrize(
    ("text", "splitter", "count"),
    [
        ("Section 1\na\nSection 2\nb", "Section", 2),
        ("section 1\na\nSection\nb", "Section", 0),
        ("PART1 a PART 2", "PART", 2),
        ("部分一 甲 部分 2 乙", "部分", 2),
        ("第一章 甲\n第十二章 乙\n第 3 章 丙", "第X章", 3),
        ("章节", "第X章", 0),
        ("A+ 1", "A+", 1),
    ],
)
def test_multiple_sections(judge, text, splitter, count):
    name = "detectable_format:multiple_sections"
    assert judge(name, text, section_spliter=splitter, num_sections=count).passed
    assert not judge(name, text, section_spliter=splitter, num_sections=count + 1).passed


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ('{"a": 1}', None),
        ('```json\n{"a": 1}\n```', None),
        (' ```\n["甲"]``` ', None),
        ("42", None),
        ('Here: {"a": 1}', (0, 1)),
        ('```json\n{"a": x}\n```', (14, 15)),
        ("  [1 2]", (5, 6)),
    ],
)
def test_json_format(judge, text, span):
    verdict = judge("detectable_format:json_format", text)
    assert (verdict.passed, verdict.span) == (span is None, span)


@pytest.mark.parametrize("text", ["[" * 100_000, "1" * 5_000])
def test_json_that_cannot_be_read_is_no_json(judge, text):
    assert not judge("detectable_format:json_format", text).passed


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        ("<<poem of joy>>\nText", True),
        ("<< >>", False),
        ("<<<<>>", False),
        (">> a <<", False),
        ("<title>", False),
        ("《咏春》\n\n春天来了。", True),
        ("我读过《红楼梦》。", False),
    ],
)
def test_title(judge, text, passed):
    assert judge("detectable_format:title", text).passed == passed
