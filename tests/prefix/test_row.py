from collections import Counter
from dataclasses import fields

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import rolewright.prefix.row as row_module
from rolewright.prefix.row import LEAST_SAVED_TOKENS, LEAST_SHARED_TOKENS, Segment, build_row
from rolewright.tokens.example import IGNORE

RUNS = [(1,), (2,), (1, 2, 1), (3,) * 15, (3,) * 16, (4, 5) * 10]
sequences = st.lists(
    st.lists(st.sampled_from(RUNS), min_size=1, max_size=6).map(lambda runs: sum(runs, ())),
    min_size=1,
    max_size=8,
)
masks = st.integers(min_value=0, max_value=2**128 - 1)
leasts = st.sampled_from([1, 3, LEAST_SHARED_TOKENS])


def paths(row):
    """What each token sees, in order, written without the row's own code."""
    ids, ends = row.input_ids.tolist(), row.ends.tolist()
    seen = [[k for k in range(q + 1) if q < ends[k]] for q in range(len(ids))]
    return seen, [tuple(ids[k] for k in each) for each in seen]


def predictions(examples):
    """How often each label is to be predicted after each beginning."""
    return Counter(
        (tuple(example.input_ids[:i]), label)
        for example in examples
        for i, label in enumerate(example.labels)
        if i > 0 and label != IGNORE
    )


def row_predictions(row):
    _, contexts = paths(row)
    counted = Counter()
    pairs = list(zip(row.sources.tolist(), row.targets.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)
    for (source, target), weight in zip(pairs, row.weights.tolist(), strict=True):
        counted[contexts[source], target] += weight
    return counted


@given(sequences, masks, leasts, st.sampled_from([1, LEAST_SAVED_TOKENS]), st.booleans())
def test_a_row_holds_exactly_its_conversations(build_example, ids, mask, least, saved, share):
    examples = [
        build_example(each, [bool(mask >> (7 * n + i) % 128 & 1) for i in range(len(each))])
        for n, each in enumerate(ids)
    ]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(row_module, "LEAST_SHARED_TOKENS", least)
        patched.setattr(row_module, "LEAST_SAVED_TOKENS", saved)
        row = build_row(examples, share=share)
    seen, contexts = paths(row)
    assert row.conversations == len(ids)
    for each, path in zip(ids, row.paths, strict=True):
        assert [contexts[at] for at in path] == [each[: i + 1] for i in range(len(each))]
    assert row.position_ids.tolist() == [len(each) - 1 for each in seen]
    leaves = Counter(
        contexts[i] for i, end in enumerate(row.ends.tolist()) if end == i + 1
    )  # nothing continues them
    left = Counter(ids) - leaves
    assert not leaves - Counter(ids)
    if not share:
        assert not left
    for beginning in left:  # a conversation without a leaf is the beginning of another
        assert beginning in contexts
        assert any(leaf[: len(beginning)] == beginning != leaf for leaf in leaves)
    assert row_predictions(row) == predictions(examples)
    assert [i for segment in row.segments for i in range(*segment[:2])] == list(range(len(seen)))
    for start, stop, end in row.segments:
        assert row.ends[start:stop].tolist() == [end] * (stop - start)
        if end > stop:
            members = sum(each[: len(contexts[stop - 1])] == contexts[stop - 1] for each in ids)
            assert share
            if row.position_ids[start] == 0:
                assert stop - start >= least
            else:
                assert (stop - start) * (members - 1) >= saved


@given(st.sets(st.text("ab", min_size=1, max_size=9), min_size=1, max_size=12))
def test_different_conversations_make_a_trie(build_example, words):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(row_module, "LEAST_SHARED_TOKENS", 1)
        patched.setattr(row_module, "LEAST_SAVED_TOKENS", 1)
        row = build_row([build_example([ord(letter) for letter in word]) for word in words])
    beginnings = {word[:length] for word in words for length in range(1, len(word) + 1)}
    assert len(row.input_ids) == len(beginnings)


def test_sharing_at_two_depths(build_example):
    system, shot = [7] * 20, [8] * 16
    tails = [[*shot, 1, 2], [*shot, 3], [4, 5]]
    row = build_row([build_example([*system, *tail]) for tail in tails])
    assert row.input_ids.tolist() == [*system, 4, 5, *shot, 1, 2, 3]
    assert row.segments == (
        Segment(0, 20, 41),
        Segment(20, 22, 22),
        Segment(22, 38, 41),
        Segment(38, 40, 40),
        Segment(40, 41, 41),
    )
    positions = [*range(20), 20, 21, *range(20, 36), 36, 37, 36]
    assert row.position_ids.tolist() == positions


@pytest.mark.parametrize(("common", "tokens"), [(15, 34), (16, 20)])
def test_a_short_beginning_is_written_twice(build_example, common, tokens):
    row = build_row([build_example([7] * common + [last, last]) for last in (1, 2)])
    assert len(row.input_ids) == tokens


@pytest.mark.parametrize(
    ("more", "members", "branch"), [(7, 2, 0), (8, 2, 1), (2, 4, 0), (2, 5, 1)]
)
def test_a_branch_on_a_branch_saves_enough_in_all(build_example, more, members, branch):
    system = [7] * 20
    ids = [[*system, 1]] + [[*system, *[2] * more, last] for last in range(30, 30 + members)]
    row = build_row([build_example(each) for each in ids])
    assert len(row.input_ids) == 20 + 1 + members + more * (1 if branch else members)


def test_shared_tokens_are_trained_once_a_conversation(build_example):
    shared = [*range(20)]
    examples = [build_example([*shared, last]) for last in (30, 31, 31)]
    row = build_row([*examples, build_example([*shared, 40], [False] * 21)])
    assert len(row.input_ids) == 24
    weights = dict(zip(row.targets.tolist(), row.weights.tolist(), strict=True))
    assert weights == dict.fromkeys(range(1, 20), 3.0) | {30: 1.0, 31: 2.0}
    assert row.weights.sum() == 3 * 20


def test_equal_conversations_each_keep_a_last_token(build_example):
    row = build_row([build_example([*range(30)])] * 3)
    assert row.input_ids.tolist() == [*range(30), 29, 29]
    assert row.weights.tolist() == [3.0] * 29


def test_apart_nothing_is_shared(build_example):
    row = build_row([build_example([*range(30)])] * 2, share=False)
    assert row.input_ids.tolist() == [*range(30)] * 2
    assert row.ends.tolist() == [30] * 30 + [60] * 30


def test_untrained_changes_nothing_but_the_weights(build_example):
    row = build_row([build_example([*range(30)]), build_example([*range(29), 5])])
    other = row.untrained().to("cpu")
    assert not other.weights.any()
    assert other.weights.shape == row.weights.shape
    for field in fields(row):
        if field.name != "weights":
            ours, theirs = getattr(other, field.name), getattr(row, field.name)
            assert torch.equal(ours, theirs) if torch.is_tensor(ours) else ours == theirs
