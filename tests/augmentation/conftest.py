import pytest

from rolewright.augmentation.twins import read_source
from rolewright.conversations.rows import Row
from rolewright.errors import Place
from rolewright.role.load import load_role

SYSTEM = "You are Atlas. Answer with the name only."


@pytest.fixture
def role(tmp_path):
    """Load a role file with these further lines."""

    def load(lines="", system=SYSTEM):
        path = tmp_path / "role.yaml"
        path.write_text(f"name: Atlas\nsystem: {system}\n{lines}", "utf-8")
        return load_role(path)

    return load


def turn(role, content, **further):
    return {"role": role, "content": content, **further}


@pytest.fixture
def row():
    """Build a row from texts, a user's first."""

    def build(*texts, **further):
        roles = ("user", "assistant")
        return {"messages": [turn(roles[i % 2], text) for i, text in enumerate(texts)], **further}

    return build


@pytest.fixture
def sources():
    """Read rows as those of a file."""

    def read(rows):
        return [
            read_source(
                Row(Place("train.jsonl", n), f"train.jsonl:{n}", value),
                literal_control_tokens=False,
            )
            for n, value in enumerate(rows, start=1)
        ]

    return read
