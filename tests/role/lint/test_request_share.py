import pytest

from rolewright.role.lint.request_share import LONG_TOKENS, estimate_tokens, long_system_message

EXAMPLES = "scenarios:\n- {id: a, examples: [one two three, one two, one]}\n"


def test_a_short_system_message_is_not_mentioned(load):
    assert list(long_system_message(load("", "You are Atlas."))) == []
    assert list(long_system_message(load("", "null"))) == []


def test_a_long_one_is_estimated(load):
    (finding,) = long_system_message(load(EXAMPLES, "word " * LONG_TOKENS))
    assert (finding.code, finding.severity, finding.place.line) == ("RW013", "info", 2)
    assert "about 500 tokens (estimated" in finding.message
    assert "100% of a request with the median example input of 2" in finding.message


def test_tokens_are_counted_where_a_tokenizer_is_given(load):
    (finding,) = long_system_message(load(EXAMPLES, "a b c d e f"), lambda text: len(text.split()))
    assert finding.message == (
        "the system message has 6 tokens, 75% of a request with the median example input of 2"
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_estimate_is_near_the_count_of_the_real_vocabulary(qwen_tokenizer, language):
    from importlib import resources

    from rolewright.role.load import load_role

    folder = resources.files("rolewright.demo") / "project" / language
    text = load_role(str(folder / "role.yaml")).system
    counted = len(qwen_tokenizer.encode(text))
    assert estimate_tokens(text) == pytest.approx(counted, rel=0.12)


def test_nothing_has_no_tokens():
    assert estimate_tokens("") == estimate_tokens(" \n") == 0
