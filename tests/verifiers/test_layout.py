import pytest


@pytest.mark.parametrize(
    "text",
    [
        "Plain text, with 2 * 3 * 4 = 24 and snake_case_names.",
        "1. First\n2. Second",
        "他说：你好 -- 然后走了。",
        "#hashtag and C# are fine, [so] (is this)",
        "5*6*7",
        "",
    ],
)
def test_no_markdown_passes(judge, text):
    assert judge("no_markdown", text).passed


@pytest.mark.parametrize(
    ("text", "name", "offender"),
    [
        ("Hi\n## 标题", "heading", "## 标题"),
        ("这是**重点**。", "bold text", "**重点**"),
        ("so __strong__ it", "bold text", "__strong__"),
        ("so *soft* it", "italic text", "*soft*"),
        ("so _soft_ it", "italic text", "_soft_"),
        ("use `x`", "inline code", "`x`"),
        ("a\n```py\nx\n```", "code block", "```"),
        ("a\n- 苹果", "bullet", "- "),
        ("> quoted", "quotation", "> "),
        ("[here](https://a.b)", "link", "[here](https://a.b)"),
        ("a | b\n--- | ---\n1 | 2", "table", "--- | ---"),
        ("a\n\n***\nb", "rule", "***"),
    ],
)
def test_no_markdown_fails(judge, text, name, offender):
    verdict = judge("no_markdown", text)
    assert not verdict.passed
    assert text[slice(*verdict.span)] == offender
    assert verdict.evidence.startswith(f"has Markdown ({name}): ")


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("- a\n- b\n\n* c", 3),
        ("一、苹果\n二、梨\n十二、桃", 3),
        ("1、苹果\n（2）梨\n③桃\n4. plum\n5) fig", 5),
        ("• a\n  · b\n● c", 3),
        ("Intro:\n1. a\n```\n- no\n```", 1),
        ("-5 degrees\n3.14 is pi\n*bold* text\n2024 was good", 0),
        ("", 0),
    ],
)
def test_bullet_list_counts_items(judge, text, items):
    verdict = judge("bullet_list", text, min=items)
    assert verdict.passed
    assert verdict.evidence.startswith(f"{items} list item")
    assert not judge("bullet_list", text, min=items + 1).passed


def test_bullet_list_may_forbid_lists(judge):
    assert judge("bullet_list", "a - b", min=0, max=0).passed
    assert judge("bullet_list", "a\n1. b", min=0, max=0).span == (2, 6)


def test_bullet_list_shows_the_first_item_too_many(judge):
    verdict = judge("bullet_list", "- a\n- b\n- c", max=1)
    assert (verdict.passed, verdict.span) == (False, (4, 7))
    assert verdict.evidence == "3 list items, 1 to 1 allowed"


@pytest.mark.parametrize(
    ("text", "passed", "span"),
    [
        ("\nOne line. ", True, None),
        (" 一行\n两行", False, (3, 4)),
        ("a\r\n\r\nb", False, (1, 5)),
        ("a\u2028b", False, (1, 2)),
        ("", False, None),
    ],
)
def test_single_line(judge, text, passed, span):
    verdict = judge("single_line", text)
    assert (verdict.passed, verdict.span) == (passed, span)


@pytest.mark.parametrize(
    ("text", "passed", "span"),
    [
        ("Done.", True, None),
        ("好的。”\n", True, None),
        ("**Done!**", True, None),
        ("Done", False, (3, 4)),
        ("好的，", False, (2, 3)),
        ("Done. 👍", False, (6, 7)),
        ("", False, None),
    ],
)
def test_ends_with_punctuation(judge, text, passed, span):
    verdict = judge("ends_with_punctuation", text)
    assert (verdict.passed, verdict.span) == (passed, span)


def test_ends_with_punctuation_minds_the_width(judge):
    verdict = judge("ends_with_punctuation", "好的.", marks=["。", "！"])
    assert (verdict.passed, verdict.span) == (False, (2, 3))
    assert verdict.evidence == 'ends with ".", not one of "。", "！"'


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("ok", None),
        ("wait...", None),
        ("嗯。。。", None),
        ("ok!", None),
        ("", None),
        ("Fine. ", (4, 5)),
        ("好的。", (2, 3)),
        ("“好的。”", (3, 4)),
    ],
)
def test_no_final_period(judge, text, span):
    verdict = judge("no_final_period", text)
    assert (verdict.passed, verdict.span) == (span is None, span)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Really? Yes?! No.", 2),
        ("真的吗？？是吗！？", 2),
        ("See https://a.org/b?c=d and `x?y`", 0),
        ("", 0),
    ],
)
def test_max_questions(judge, text, count):
    verdict = judge("max_questions", text, max=count)
    assert verdict.passed
    assert verdict.evidence == f"{count} question marks, at most {count} allowed"


def test_max_questions_shows_the_first_too_many(judge):
    verdict = judge("max_questions", "吗？吗？？吗？", max=1)
    assert (verdict.passed, verdict.span) == (False, (3, 5))


@pytest.mark.parametrize(
    "text", ["", "plain", "好的 ^_^ (╯°□°)", "© 2024 → ✓ ★ 1️".strip("\ufe0f"), "#1 *"]
)
def test_no_emoji_passes(judge, text):
    assert judge("no_emoji", text).passed


@pytest.mark.parametrize(
    "emoji", ["😀", "👩‍💻", "👍🏽", "🇨🇳", "❤️", "1️⃣", "✅", "☀", "→\ufe0f", "🏴‍☠️"]
)
def test_no_emoji_shows_the_whole_emoji(judge, emoji):
    verdict = judge("no_emoji", f"好的 {emoji} 再见")
    assert (verdict.passed, verdict.span) == (False, (3, 3 + len(emoji)))
    assert verdict.evidence == f'1 emoji, the first is "{emoji}"'


@pytest.mark.parametrize(
    ("text", "parameters", "passed", "evidence"),
    [
        ("## 标题\n- 苹果", {"elements": ["heading", "bullet"]}, True, "heading, bullet"),
        ("## 标题", {"elements": ["heading", "bullet"]}, False, "has no bullet"),
        ("**重点**", {"elements": ["table", "bold text"], "mode": "any"}, True, "bold text"),
        ("plain", {"elements": ["table", "link"], "mode": "any"}, False, "has none of table, link"),
    ],
)
def test_markdown_required(judge, text, parameters, passed, evidence):
    verdict = judge("markdown_required", text, **parameters)
    assert (verdict.passed, verdict.span) == (passed, None)
    assert evidence in verdict.evidence
