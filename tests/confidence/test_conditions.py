from types import SimpleNamespace

import pytest
import torch

from rolewright.bundle.manifest import BaseModelRecord, Manifest
from rolewright.confidence.conditions import conditions_of

MODEL = SimpleNamespace(dtype=torch.float32)
FILES = {
    "adapter/a.safetensors": "sha256:3",
    "role.yaml": "sha256:1",
    "confidence/c.json": "sha256:4",
}


def manifest(**changes):
    settings = {
        "role": "Atlas",
        "created": "2025-01-01T00:00:00+00:00",
        "method": "lora",
        "base_model": BaseModelRecord(name="base", fingerprint="sha256:0"),
        "role_hash": "sha256:1",
        "data_hash": "sha256:9",
        "template_hash": "sha256:2",
        "versions": {},
        "settings": {},
        "summary": {},
        "files": FILES,
    }
    return Manifest(**settings | changes)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("base model", {"base_model": BaseModelRecord(name="base", fingerprint="sha256:00")}),
        ("trained weights", {"files": FILES | {"adapter/a.safetensors": "sha256:33"}}),
        ("trained weights", {"files": FILES | {"model/part.safetensors": "sha256:5"}}),
        ("role", {"role_hash": "sha256:11"}),
        ("chat template", {"template_hash": "sha256:22"}),
    ],
)
def test_each_part_of_a_bundle_is_a_condition_of_its_own(name, changes):
    before = conditions_of(manifest(), MODEL, 16)
    after = conditions_of(manifest(**changes), MODEL, 16)
    assert {each for each in before if before[each] != after[each]} == {name}


@pytest.mark.parametrize(
    ("name", "model", "limit"),
    [
        ("precision", SimpleNamespace(dtype=torch.bfloat16), 16),
        ("quantisation", SimpleNamespace(dtype=torch.float32, is_loaded_in_4bit=True), 16),
        ("quantisation", SimpleNamespace(dtype=torch.float32, is_loaded_in_8bit=True), 16),
        ("answer limit", MODEL, 17),
    ],
)
def test_how_it_answers_is_a_condition(name, model, limit):
    before = conditions_of(manifest(), MODEL, 16)
    after = conditions_of(manifest(), model, limit)
    assert {each for each in before if before[each] != after[each]} == {name}


def test_what_has_no_part_in_answers_is_none():
    """A new calibration has a file of its own, and no certificate of an older one."""
    later = manifest(
        base_model=BaseModelRecord(name="elsewhere/base", fingerprint="sha256:0"),
        files=FILES | {"confidence/c.json": "sha256:44"},
        created="2026-01-01T00:00:00+00:00",
    )
    assert conditions_of(later, MODEL, 16) == conditions_of(manifest(), MODEL, 16)
