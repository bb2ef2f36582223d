import pytest

from rolewright.conversations.conversation import Message
from rolewright.evaluation.judge.agreement import agreement_on, order_bias
from rolewright.evaluation.judge.judge import Decision
from rolewright.evaluation.judge.labels import Label
from rolewright.role.schema import JudgedRule

PICKS = {True: ("first", "second"), False: ("second", "first"), None: ("first", "first")}


def decision(holds):
    return Decision(PICKS[holds], ("", ""), "judge")


@pytest.fixture
def compare():
    """The agreement on so many labels of each (people, judge)."""

    def build(counts):
        pairs = [pair for pair, count in counts.items() for _ in range(count)]
        rule, asked = JudgedRule("warm", "warm"), (Message("user", "?"),)
        labels = [
            Label(rule, f"labels:{number}", asked, "x", kept)
            for number, (kept, _) in enumerate(pairs)
        ]
        decisions = {
            label.case().key: decision(holds)
            for label, (_, holds) in zip(labels, pairs, strict=True)
        }
        return agreement_on(labels, decisions)

    return build


def test_kappa_by_hand(compare):
    # Observed 35/50, by chance 0.5 * 0.6 + 0.5 * 0.4 = 0.5.
    found = compare({(True, True): 20, (True, False): 5, (False, True): 10, (False, False): 15})
    assert found.agreement.rate == pytest.approx(0.7)
    assert found.kappa == pytest.approx(0.4)
    # Clopper and Pearson's 95% interval of 35 of 50 is 0.5539 to 0.8214.
    assert found.low == pytest.approx(0.108, abs=0.001)
    assert found.high == pytest.approx(0.643, abs=0.001)
    assert not found.suffices
    assert "at least 0.6" in found.in_words


def test_what_is_undecided_is_counted_and_left_out(compare):
    counts = {(True, True): 30, (False, False): 30}
    found = compare(counts | {(True, None): 7})
    assert (found.labels, found.undecided, found.agreement.total) == (67, 7, 60)
    assert found.kappa == compare(counts).kappa == pytest.approx(1)
    assert "67 labels, 7 of them undecided by the judge" in found.in_words
    nothing = compare({(True, None): 3, (False, None): 3})
    assert not nothing.suffices
    assert "that the judge decides (6 labels, 6 of them undecided" in nothing.in_words


@pytest.mark.parametrize(("each", "suffices"), [(1, False), (3, False), (20, True)])
def test_few_labels_do_not_suffice_though_all_agree(compare, each, suffices):
    found = compare({(True, True): each, (False, False): each})
    assert found.kappa == pytest.approx(1)
    assert found.low < 1
    assert found.suffices is suffices


def test_on_100_labels_kappa_alone_decides(compare):
    above = {(True, True): 40, (True, False): 10, (False, False): 41, (False, True): 9}
    below = {(True, True): 40, (True, False): 10, (False, False): 39, (False, True): 11}
    assert compare(above).suffices
    assert not compare(below).suffices
    assert compare(below).low > 0.38


@pytest.mark.parametrize(
    "counts",
    [{(True, True): 50}, {(True, True): 50, (True, False): 9}, {(True, True): 9, (False, True): 9}],
)
def test_where_all_is_kept_agreement_says_nothing(compare, counts):
    found = compare(counts)
    assert (found.kappa, found.low, found.suffices) == (None, None, False)
    assert "undefined" in found.in_words


def test_order_bias():
    picks = [("first", "first"), ("first", "first"), ("second", "second"), ("first", "second")]
    decisions = [Decision(each, ("", ""), "judge") for each in (*picks, (None, "first"))]
    found = order_bias(decisions)
    assert (found["first"], found["second"], found["unreadable"]) == (2, 1, 1)
    assert (found["rate"], found["total"]) == (0.75, 4)
    assert order_bias([])["rate"] is None
