import math
import random
from collections import Counter
from dataclasses import replace
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolewright.prefix.plan import Limits
from rolewright.prefix.row import build_row
from rolewright.tokens.example import IGNORE
from rolewright.training.steps import Layout, StepLoader, StepPlanner, StepSampler


@pytest.fixture
def examples(build_example):
    """Thirty of different lengths under two system messages, the first label trained too."""
    draw = random.Random(0)
    built = []
    for number in range(30):
        ids = [number % 2] * 20 + [draw.randrange(2, 90) for _ in range(draw.randint(2, 30))]
        trained = [i % 3 == 0 for i in range(len(ids))]
        built.append(build_example(ids, trained, prefix_tokens=20))
    return built


def predictions(rows):
    """What is trained after what, and how often."""
    counted = Counter()
    for row in rows:
        ids, ends = row.input_ids.tolist(), row.ends.tolist()
        columns = (row.sources.tolist(), row.targets.tolist(), row.weights.tolist())
        for source, target, weight in zip(*columns, strict=True):
            path = tuple(ids[k] for k in range(source + 1) if source < ends[k])
            counted[path, target] += weight
    return +counted


def test_an_epoch_is_a_partition_that_follows_seed_and_epoch():
    sampler = StepSampler(23, 5, seed=1)
    first = list(sampler)
    assert len(first) == len(sampler) == 5
    assert [len(step) for step in first] == [5, 5, 5, 5, 3]
    assert sorted(chain.from_iterable(first)) == list(range(23))
    assert list(sampler) == first == list(StepSampler(23, 5, seed=1))
    sampler.set_epoch(1)
    second = list(sampler)
    assert second != first
    assert sorted(chain.from_iterable(second)) == list(range(23))
    assert list(StepSampler(23, 5, seed=3)) != first


def test_the_order_of_an_epoch_stays_as_it_was():
    assert list(StepSampler(7, 3, seed=42)) == [[1, 6, 3], [5, 4, 0], [2]]


@given(weight=st.floats(1e-300, 1e300), examples=st.integers(1, 40), seed=st.integers(0, 1000))
def test_equal_weights_are_none(weight, examples, seed):
    weighted = StepSampler(examples, 4, seed, [weight] * examples)
    assert not weighted.weighted
    assert list(weighted) == list(StepSampler(examples, 4, seed))


@given(weights=st.lists(st.floats(1e-3, 1e3), min_size=2, max_size=40), seed=st.integers(0, 1000))
def test_each_is_drawn_as_often_as_its_weight_bids(weights, seed):
    sampler = StepSampler(len(weights), 4, seed, weights)
    drawn = Counter(chain.from_iterable(sampler))
    assert drawn.total() == len(weights)
    for index, weight in enumerate(weights):
        times = weight * len(weights) / sum(weights)
        assert math.floor(times - 1e-6) <= drawn[index] <= math.ceil(times + 1e-6)


def test_over_the_epochs_each_is_drawn_in_proportion_to_its_weight():
    weights = [0.3, 1.0, 2.0, 0.3, 1.4, 1.0]
    sampler = StepSampler(6, 4, 3, weights)
    drawn = Counter()
    for epoch in range(2000):
        sampler.set_epoch(epoch)
        drawn.update(chain.from_iterable(sampler))
    for index, weight in enumerate(weights):
        assert drawn[index] / 2000 == pytest.approx(weight, abs=0.04)


def test_weighted_epochs_follow_seed_and_epoch_and_repeat_nothing_in_a_row():
    weights = [4.0] + [1.0] * 20
    sampler = StepSampler(21, 5, 1, weights)
    first = list(sampler)
    assert first == list(sampler) == list(StepSampler(21, 5, 1, weights))
    assert max(step.count(0) for step in first) < 3
    sampler.set_epoch(1)
    assert list(sampler) != first


def test_a_step_may_hold_an_example_twice(examples):
    planner = StepPlanner(examples, Layout(Limits(1000)))
    once, twice = planner.plan([3, 4]), planner.plan([3, 4, 4])
    assert twice.trained_tokens == once.trained_tokens + planner.plan([4]).trained_tokens
    expected = predictions(once.passes) + predictions(planner.plan([4]).passes)
    assert predictions(twice.passes) == expected


@pytest.mark.parametrize("processes", [1, 3])
@pytest.mark.parametrize("share", [True, False])
@pytest.mark.parametrize("tokens", [60, 1000])
def test_the_rows_of_all_processes_are_the_step(examples, processes, share, tokens):
    chosen = random.Random(1).sample(range(30), 17)
    limits = Limits(tokens, share=share)
    steps = [
        StepPlanner(examples, Layout(limits, process=process, processes=processes)).plan(chosen)
        for process in range(processes)
    ]
    assert len({len(step.passes) for step in steps}) == 1
    rows = [row for step in steps for row in step.passes]
    assert predictions(rows) == predictions([build_row([examples[i]]) for i in chosen])
    trained = [row for row in rows if row.weights.any()]
    assert sum(row.conversations for row in trained) == 17
    assert all(len(row.input_ids) <= tokens for row in rows)
    apart = sum(len(examples[i].input_ids) for i in chosen)
    assert (sum(len(row.input_ids) for row in trained) < apart) == share
    for step in steps:
        assert step.trained_tokens == sum(float(row.weights.sum()) for row in rows)
        assert step.trained_tokens < sum(examples[i].trained_tokens for i in chosen)


@pytest.mark.parametrize("rows", [True, False])
def test_a_process_without_examples_keeps_step(examples, rows):
    layout = Layout(Limits(1000), rows=rows, processes=3)
    steps = [
        StepPlanner(examples[:2], replace(layout, process=process)).plan([0, 1])
        for process in range(3)
    ]
    assert [len(step.passes) for step in steps] == [1, 1, 1]
    weights = [
        float(step.passes[0].weights.sum())
        if rows
        else int((step.passes[0].labels[:, 1:] != IGNORE).sum())
        for step in steps
    ]
    assert weights.count(0) == 1
    assert sum(weights) == steps[0].trained_tokens


@pytest.mark.parametrize("conversations", [None, 3])
@pytest.mark.parametrize("processes", [1, 3])
def test_padded_batches_keep_the_limits(examples, conversations, processes):
    layout = Layout(Limits(120, conversations), rows=False, pad_id=1, processes=processes)
    batches = []
    for process in range(processes):
        step = StepPlanner(examples, replace(layout, process=process)).plan(range(30))
        batches += [each for each in step.passes if (each.labels != IGNORE).any()]
    found = Counter()
    for batch in batches:
        assert batch.input_ids.numel() <= 120
        assert batch.conversations <= (conversations or batch.conversations)
        for ids, mask in zip(batch.input_ids.tolist(), batch.attention_mask.tolist(), strict=True):
            found[tuple(ids[: sum(mask)])] += 1
    assert found == Counter(tuple(example.input_ids) for example in examples)
    if conversations is None:
        assert any(batch.conversations > 3 for batch in batches)


def test_a_long_conversation_is_padded_to_nothing(examples):
    step = StepPlanner(examples, Layout(Limits(10), rows=False)).plan([0, 1, 2])
    assert [each.conversations for each in step.passes] == [1, 1, 1]


def test_savings_are_those_of_the_rows_of_the_epoch(examples):
    planner = StepPlanner(examples, Layout(Limits(1000)))
    sampler = StepSampler(30, 8, seed=1)
    saved = planner.savings(sampler)
    rows = [row for step in sampler for row in planner.plan(step).passes]
    assert saved.after == sum(len(row.input_ids) for row in rows)
    assert saved.before == sum(len(example.input_ids) for example in examples)


def test_the_loader_gives_the_steps_of_its_epoch(examples):
    planner, sampler = StepPlanner(examples, Layout(Limits(1000))), StepSampler(30, 8, seed=1)
    loader = StepLoader(planner, sampler)
    assert len(loader) == 4
    loader.set_epoch(2)
    expected = StepSampler(30, 8, seed=1)
    expected.set_epoch(2)
    for item, chosen in zip(loader, expected, strict=True):
        ours, theirs = item["step"].passes, planner.plan(chosen).passes
        assert [row.input_ids.tolist() for row in ours] == [
            row.input_ids.tolist() for row in theirs
        ]
