from types import SimpleNamespace

import pytest

from rolewright.generation import batches
from rolewright.generation.batches import common_beginning, divide
from rolewright.prefix.cache import NO_PREFIX, compute_prefix

PROMPTS = [[5, 6, 7, 8, 9], [5, 6, 1], [5, 6, 7, 2]]


def test_like_lengths_stand_together_behind_what_all_start_with(tiny_model):
    found = list(divide(tiny_model, PROMPTS, 2, NO_PREFIX))
    assert [rows for rows, _ in found] == [[1, 2], [0]]
    assert {prefix.ids for _, prefix in found} == {(5, 6)}


def test_a_single_prompt_starts_with_what_was_read_before(tiny_model):
    read = compute_prefix(tiny_model, [5, 6, 7, 8, 9])
    for prompt, known in (([5, 6, 1], 2), ([5, 6], 1), ([5, 6, 7, 8, 9], 4), ([1, 5], 0)):
        [(rows, prefix)] = divide(tiny_model, [prompt], 4, read)
        assert (rows, prefix.ids) == ([0], (5, 6, 7, 8, 9)[:known])
    [(_, prefix)] = divide(tiny_model, [[5, 6, 1]], 4, NO_PREFIX)
    assert prefix is NO_PREFIX  # on its own there is nothing to share


def test_what_was_read_before_is_used(tiny_model, monkeypatch):
    read = common_beginning(tiny_model, PROMPTS)
    assert read.ids == (5, 6)
    assert common_beginning(tiny_model, [[5, 6, 7]]).ids == (5, 6)
    monkeypatch.setattr(type(tiny_model), "forward", pytest.fail)
    found = list(divide(tiny_model, PROMPTS, 4, read))
    assert [prefix for _, prefix in found] == [read]


def test_nothing_is_shared_within_a_window(build_model):
    model = build_model(60, use_sliding_window=True, sliding_window=12, max_window_layers=0)
    assert common_beginning(model, PROMPTS) is NO_PREFIX
    found = list(divide(model, PROMPTS, 4, NO_PREFIX))
    assert found == [([1], NO_PREFIX), ([2], NO_PREFIX), ([0], NO_PREFIX)]


def test_prompts_that_stand_alone_share_nothing(tiny_model, monkeypatch):
    monkeypatch.setattr(batches, "stands_alone", lambda _, length: length > 4)
    read = common_beginning(tiny_model, [[5, 6, 7, 8, 9]])
    assert read is NO_PREFIX
    read = compute_prefix(tiny_model, [5, 6, 7])
    found = [(rows, prefix.ids) for rows, prefix in divide(tiny_model, PROMPTS, 4, read)]
    assert found == [([1, 2], (5, 6)), ([0], ())]


def test_layers_of_another_kind_share_nothing():
    model = SimpleNamespace(
        config=SimpleNamespace(layer_types=["full_attention", "linear_attention"])
    )
    assert common_beginning(model, PROMPTS) is NO_PREFIX
