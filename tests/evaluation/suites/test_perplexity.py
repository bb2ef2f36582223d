import math

import pytest

from rolewright.conversations.documents import Document
from rolewright.errors import Place
from rolewright.evaluation.arms import BASE, TUNED, Arm
from rolewright.evaluation.run import run_suite
from rolewright.evaluation.suites.perplexity import perplexity
from rolewright.evaluation.targets.target import Reply


class Scoring:
    """Takes so many bits a character, and two characters a token."""

    def __init__(self, bits):
        self.bits = bits

    def score(self, conversations, *, on_replies):
        for index, conversation in enumerate(conversations):
            assert conversation.system is None
            length = len(conversation.messages[-1].content)
            bits = self.bits(conversation.messages[-1].content) * length
            on_replies({index: Reply("", length // 2, 0, True, bits=bits)})

    def opened(self):
        from contextlib import nullcontext

        return nullcontext(self)


@pytest.fixture
def suite():
    texts = ["ab" * (10 + n) for n in range(30)] + ["你好" * 50]
    return perplexity([Document("same.txt", text, Place("x")) for text in texts])


@pytest.fixture
def score(suite):
    def run(**arms):
        samples = {
            name: run_suite(
                suite,
                Arm(name, None, Scoring(bits).opened),
                max_new_tokens=1,
                done={},
                on_samples=lambda _: None,
            )
            for name, bits in arms.items()
        }
        return suite.summarise(samples)

    return run


def test_amounts_by_hand(score):
    found = score(**{BASE: lambda text: 3.0})["arms"][BASE]
    characters = sum(2 * (10 + n) for n in range(30)) + 100
    assert found["texts"] == 31
    assert found["bytes"] == characters + 2 * 100  # a Han character has three
    assert found["tokens"] == characters // 2
    assert found["bits_per_byte"] == pytest.approx(3 * characters / found["bytes"])
    assert found["bits_per_token"] == pytest.approx(6)
    assert found["perplexity"] == pytest.approx(math.exp(6 * math.log(2)))


def test_a_base_model_alone_is_not_compared(suite, score):
    found = score(**{BASE: lambda text: 3.0})
    assert found["difference"] is found["no_worse"] is None
    assert suite.objections(found) == []


def test_what_takes_no_more_bits_is_no_objection(suite, score):
    found = score(**{BASE: lambda text: 3.0, TUNED: lambda text: 3.0 * (1 + len(text) % 3 / 100)})
    assert 0 < found["difference"]["change"] < found["difference"]["high"] < 0.02
    assert found["no_worse"]
    assert suite.objections(found) == []


@pytest.mark.parametrize("more", [0.1, 0.019])
def test_what_may_take_more_bits_is_an_objection(suite, score, more):
    found = score(
        **{BASE: lambda text: 3.0, TUNED: lambda text: 3.0 * (1 + more + (len(text) % 3 - 1) / 20)}
    )
    assert found["no_worse"] is False
    [objection] = suite.objections(found)
    assert objection.kind == "bits_not_kept"
    assert objection.values["high"] > objection.values["margin"] == 0.02
    text = objection.as_record(suite.name)["text"]
    assert f"31 texts take {found['difference']['change']:+.1%} bits" in text
    assert "more than +2% is not ruled out" in text
