import json

import pytest

from rolewright.conversations.read import read_conversations
from rolewright.dataset.check import check_data
from rolewright.dataset.checks import data_checks
from rolewright.role.load import load_role

SYSTEM = "You are Atlas, who knows geography."


@pytest.fixture
def atlas(tmp_path):
    """A role with one rule."""
    path = tmp_path / "role.yaml"
    rule = "{id: short, check: max_length, unit: words, max: 60}"
    path.write_text(f"name: Atlas\nsystem: {SYSTEM}\nrules: [{rule}]\n", "utf-8")
    return load_role(path)


@pytest.fixture
def check(atlas, tmp_path):
    """Check pairs of prompt and answer: (code, line, message) of each finding, and the checks."""

    def run(pairs, held_out=(), **options):
        file = tmp_path / "train.jsonl"
        rows = [pair if isinstance(pair, dict) else as_row(*pair) for pair in pairs]
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        asked = tmp_path / "eval.jsonl"
        asked.write_text("".join(json.dumps(as_row(prompt)) + "\n" for prompt in held_out), "utf-8")
        evaluation = list(read_conversations([asked], answered=False)) if held_out else []
        checks = data_checks(atlas, evaluation, **options)
        findings = list(check_data(atlas, read_conversations([file]), checks))
        return [(each.code, each.place.line, each.message) for each in findings], checks

    return run


def as_row(prompt, answer=None, **further):
    messages = [{"role": "user", "content": prompt}]
    if answer is not None:
        messages.append({"role": "assistant", "content": answer})
    return {"messages": messages, **further}
