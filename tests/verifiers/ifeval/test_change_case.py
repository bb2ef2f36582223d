import pytest


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("NASA and ESA", 2),
        ("I don't, I'm SURE", 3),
        ("DON'T SHOUT, IT'S A WELL-KNOWN AC/DC SONG", 7),
        ("O'Keefe isn't", 0),
        ("**NASA**, (ESA)", 2),
        ("我爱NASA和ESA", 2),
        ("GPT-4 and 42", 1),
    ],
)
def test_capital_word_frequency(judge, text, count):
    def passed(number, relation):
        arguments = {"capital_frequency": number, "capital_relation": relation}
        return judge("change_case:capital_word_frequency", text, **arguments).passed

    assert passed(count, "at least")
    assert not passed(count + 1, "at least")
    assert passed(count + 1, "less than")
    assert not passed(count, "less than")


@pytest.mark.parametrize(
    ("text", "passed", "span"),
    [
        ("THIS IS A LARGE CITY.", True, None),
        ("THIS IS a LARGE CITY.", False, (8, 9)),
        ("DIE STADT IST NICHT SEHR GROß", False, (28, 29)),
        ("DIE STADT IST NICHT SEHR ALT", False, None),
        ("你好 HELLO 你好", False, None),
        ("42", False, None),
    ],
)
def test_english_capital(judge, text, passed, span):
    verdict = judge("change_case:english_capital", text)
    assert (verdict.passed, verdict.span) == (passed, span)


@pytest.mark.parametrize(
    ("text", "passed", "span"),
    [
        ("this is a large city.", True, None),
        ("this is a Large city.", False, (10, 11)),
        ("la ville est très grande", False, None),
        ("你好", False, None),
        ("42", False, None),
    ],
)
def test_english_lowercase(judge, text, passed, span):
    verdict = judge("change_case:english_lowercase", text)
    assert (verdict.passed, verdict.span) == (passed, span)
