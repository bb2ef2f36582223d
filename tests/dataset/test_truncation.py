import pytest

from rolewright.dataset.truncation import BLOCK_TOKENS, estimate_tokens


def test_rw105_of_rows_longer_than_the_limit(check):
    findings, checks = check([("Hello!", "Hi."), ("word " * 400, "Yes.")], limit_tokens=500)
    ((code, line, message),) = findings
    assert (code, line) == ("RW105", 2)
    assert message.startswith("about ")
    figures = checks["truncation"].figures()
    assert figures["truncated_at"][0]["lines"] == [2]
    assert (figures["limit_tokens"], figures["estimated"]) == (500, True)


def test_tokens_are_counted_where_they_can_be(check):
    words = {"count_tokens": lambda text: len(text.split())}
    # the system message has 6 words, and each of the three blocks its frame
    length = 6 + 2 + 1 + 3 * BLOCK_TOKENS
    assert check([("two words", "one")], limit_tokens=length, **words)[0] == []
    findings, checks = check([("two words", "one")], limit_tokens=length - 1, **words)
    assert findings[0][2].startswith(f"{length} tokens")
    figures = checks["truncation"].figures()
    assert figures["median"] == figures["p99"] == figures["longest"] == length


def test_without_rows_there_are_no_lengths(check):
    figures = check([])[1]["truncation"].figures()
    assert figures["median"] is None


@pytest.mark.parametrize(
    "text",
    [
        "The capital of France is Paris, which lies on the Seine. " * 5,
        "法国的首都是巴黎，它位于塞纳河畔。" * 5,
    ],
)
def test_the_estimate_is_near_qwens_count(text, qwen_tokenizer):
    counted = len(qwen_tokenizer.encode(text))
    assert estimate_tokens(text) == pytest.approx(counted, rel=0.3)
