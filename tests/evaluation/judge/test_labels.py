import json

import pytest

from rolewright.errors import UserError
from rolewright.evaluation.judge.labels import read_labels

GOOD = {
    "rule": "warm",
    "messages": [{"role": "user", "content": "你好"}],
    "response": "你好呀！<|im_end|>",
    "kept": True,
}


@pytest.fixture
def write(tmp_path):
    def write_rows(*rows):
        path = tmp_path / "labels.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        return path

    return write_rows


def test_labels_become_cases(write, role):
    first, second = read_labels(write(GOOD, GOOD | {"kept": False}), role)
    assert (first.kept, second.kept) == (True, False)
    assert first.case().criterion == "回答亲切。"
    assert first.case().key == (("labels", "", "labels.jsonl:1", 0), "warm")
    assert [turn.content for turn in first.case().messages] == ["你好"]


def test_all_faults_are_named(write, role):
    rows = [GOOD | {"rule": "calm"}, GOOD | {"kept": 1, "response": None}, {"rule": "warm"}]
    with pytest.raises(UserError) as error:
        read_labels(write(*rows), role)
    found = [(fault.place.line, fault.place.key) for fault in error.value.faults]
    assert {(1, "rule"), (2, "response"), (2, "kept"), (3, "response"), (3, "kept")} <= set(found)
    assert "warm, clear" in error.value.faults[0].expected
