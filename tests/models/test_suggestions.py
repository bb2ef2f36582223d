from dataclasses import replace

import pytest

from rolewright.models.memory import GIB, Plan, estimate_memory
from rolewright.models.published import published_config
from rolewright.models.shape import read_shape
from rolewright.models.suggestions import suggest

SHAPE = read_shape(published_config("Qwen/Qwen2.5-7B"), "m")
PLAN = Plan(4, 0, 2048, 500)


def test_each_suggestion_fits_by_the_same_estimate():
    ways = suggest(SHAPE, PLAN, "ddp", 2, 24 * GIB)
    assert 1 <= len(ways) <= 3
    known = {
        "gradient_checkpointing=true": {"checkpointing": True},
        "micro_batch_size=1": {"conversations": 1},
        "quantization=nf4": {"quantization": "nf4"},
        "max_length_tokens=1024": {"conversation_tokens": 1024},
        "distributed.strategy=fsdp": {},
        "4 GPUs": {},
    }
    for way in ways:
        fields = {key: value for text in way.changes for key, value in known[text].items()}
        memory = estimate_memory(SHAPE, replace(PLAN, **fields), way.strategy, way.gpus)
        assert memory.total == way.total <= 24 * GIB


def test_the_cheapest_change_comes_first_and_none_contains_another():
    assert suggest(SHAPE, PLAN, "ddp", 1, 40 * GIB)[0].changes == ("micro_batch_size=1",)
    for limit in (20, 24, 30, 40, 48):
        sets = [set(way.changes) for way in suggest(SHAPE, PLAN, "ddp", 4, limit * GIB)]
        assert not any(a < b or b < a for a in sets for b in sets)


def test_more_machines_are_asked_for_once():
    full = replace(PLAN, full=True, checkpointing=True)
    ways = suggest(SHAPE, full, "ddp", 1, 48 * GIB)
    assert [way.gpus for way in ways if way.gpus > 1] == [4]
    assert any("method=lora" in way.changes for way in ways)
    assert not any("quantization=nf4" in w.changes and "method=lora" not in w.changes for w in ways)


def test_nothing_helps_where_nothing_can():
    assert suggest(SHAPE, PLAN, "ddp", 1, GIB) == []


@pytest.mark.parametrize("most", [1, 2])
def test_no_more_than_wanted(most):
    assert len(suggest(SHAPE, PLAN, "ddp", 8, 48 * GIB, most=most)) == most
