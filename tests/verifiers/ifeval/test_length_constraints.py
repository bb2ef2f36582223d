import pytest

ZH = "今天天气很好，我们去公园散步吧。"


@pytest.mark.parametrize(
    ("text", "count", "unit"),
    [
        ("one two three", 3, None),
        ("don't well-known", 4, None),
        ("don't well-known", 2, "words"),
        (ZH, 14, None),
        (ZH, 16, "han+punct"),
        ("我用Python写代码", 6, None),
        ("https://a.org/b", 4, None),
    ],
)
def test_number_words(judge, text, count, unit):
    def passed(num_words, relation):
        arguments = {"num_words": num_words, "relation": relation, "unit": unit}
        return judge("length_constraints:number_words", text, **arguments).passed

    assert passed(count, "at least")
    assert not passed(count + 1, "at least")
    assert passed(count + 1, "less than")
    assert not passed(count, "less than")


def test_the_first_word_too_many_is_to_blame(judge):
    verdict = judge(
        "length_constraints:number_words", "one two three", num_words=2, relation="less than"
    )
    assert (verdict.span, verdict.evidence) == ((4, 7), "3 words, less than 2 required")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One. Two! Three?", 3),
        ("A title\n\nIts text. And more.", 2),
        ("- one item\n- another item", 1),
        ("Dr. Li paid $3.50, e.g. for tea. Then he left.", 2),
        ("**Bold.** Plain.", 2),
        (ZH + "好！", 2),
        ("“走吧。”他说。", 2),
        ("第一行\n第二行", 1),
    ],
)
def test_number_sentences(judge, text, count):
    def passed(number, relation):
        arguments = {"num_sentences": number, "relation": relation}
        return judge("length_constraints:number_sentences", text, **arguments).passed

    assert passed(count, "at least")
    assert passed(count + 1, "less than")
    assert not passed(count, "less than")


@pytest.mark.parametrize(
    ("text", "number", "passed"),
    [
        ("One\n***\nTwo", 2, True),
        ("***\nOne\n\n***\n\nTwo\n***", 2, True),
        ("One\n\nTwo", 2, False),
        ("One\n\nTwo", 1, True),
        ("One *** *** Two", 2, False),
        ("第一段\n***\n第二段", 2, True),
    ],
)
def test_number_paragraphs(judge, text, number, passed):
    verdict = judge("length_constraints:number_paragraphs", text, num_paragraphs=number)
    assert verdict.passed == passed


def test_an_empty_paragraph_is_shown(judge):
    verdict = judge("length_constraints:number_paragraphs", "One****** Two", num_paragraphs=2)
    assert verdict.evidence == "a paragraph between two dividers *** is empty"
    assert verdict.span == (3, 6)


@pytest.mark.parametrize(
    ("text", "number", "nth", "word", "passed"),
    [
        ("One.\n\n\"Well,\" he said", 2, 2, "well", True),
        ("One.\n\nwell-known", 2, 2, "well", False),
        ("One.\n\nTwo", 3, 2, "two", False),
        ("One.\n\nTwo", 2, 3, "two", False),
        ("One.\n\n\n\nTwo", 2, 2, "two", False),
        ("第一段。\n\n今天天气很好，我们去散步。", 2, 2, "今天", True),
        ("第一段。\n\n“今天，”他说", 2, 2, "今天", True),
        ("第一段。\n\n昨天天气很好", 2, 2, "今天", False),
    ],
)  # fmt: skip
def test_nth_paragraph_first_word(judge, text, number, nth, word, passed):
    arguments = {"num_paragraphs": number, "nth_paragraph": nth, "first_word": word}
    verdict = judge("length_constraints:nth_paragraph_first_word", text, **arguments)
    assert verdict.passed == passed


def test_the_wrong_first_word_is_shown(judge):
    arguments = {"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "then"}
    verdict = judge("length_constraints:nth_paragraph_first_word", "One\n\n But no", **arguments)
    assert verdict.span == (6, 9)
    assert verdict.evidence == 'paragraph 2 begins with "But", not with "then"'
