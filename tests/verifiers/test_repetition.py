import pytest


@pytest.mark.parametrize(
    ("user", "text", "offender"),
    [
        ("What is the capital of Japan?", "What is the capital of Japan? Tokyo.", "What is"),
        ("What is the capital of Japan?", "The capital of Japan is Tokyo.", None),
        ("What is the capital of Japan?", "Tokyo. What is the capital of Japan?", None),
        ("日本的首都是哪里？", "您问日本的首都是哪里，答案是东京。", "日本的首都是哪里"),
        ("日本的首都是哪里？", "是東京。", None),
        ("Tea?", "Tea? Yes.", None),
        ("", "Hello there", None),
        ("What is the capital of Japan?", "", None),
    ],
)
def test_repeats_no_question(judge, user, text, offender):
    verdict = judge("repeats_no_question", text, user=user)
    assert verdict.passed == (offender is None)
    if offender:
        assert text[slice(*verdict.span)].startswith(offender)


@pytest.mark.parametrize(
    ("text", "parameters", "span"),
    [
        ("I like green tea. It is good. I LIKE green tea!", {}, (30, 47)),
        ("我喜欢绿茶。真好。我喜欢绿茶！", {}, (9, 15)),
        ("Yes. Yes. Yes.", {}, None),
        ("Yes. Yes. Yes.", {"min_words": 1, "max": 2}, (10, 14)),
        ("我喜欢绿茶。我喜欢红茶。", {}, None),
        ("```\nprint the line\nprint the line\n```", {"min_words": 1}, None),
        ("", {}, None),
    ],
)
def test_no_repetition(judge, text, parameters, span):
    verdict = judge("no_repetition", text, **parameters)
    assert (verdict.passed, verdict.span) == (span is None, span)


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        ("Tokyo. Anything else?", True),
        ("东京。还想知道什么呢？😊", True),
        ("“Shall we?” **", True),
        ("What? Tokyo.", False),
        ("您要什么？请说。", False),
        ("", False),
    ],
)
def test_asks_back(judge, text, passed):
    assert judge("asks_back", text).passed == passed


def test_asks_back_shows_the_last_sentence(judge):
    assert judge("asks_back", "要茶吗？请说。").span == (4, 7)
