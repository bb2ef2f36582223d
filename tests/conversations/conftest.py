import json

import pytest

from rolewright.conversations.conversation import Conversation
from rolewright.conversations.read import read_conversations


@pytest.fixture
def write(tmp_path):
    """Write rows (values, text or bytes, one a line) and return the path."""

    def write_rows(*rows, name="data.jsonl", end=b"\n"):
        lines = []
        for row in rows:
            if isinstance(row, bytes):
                lines.append(row)
            elif isinstance(row, str):
                lines.append(row.encode())
            else:
                lines.append(json.dumps(row, ensure_ascii=False).encode())
        path = tmp_path / name
        path.write_bytes(b"".join(line + end for line in lines))
        return path

    return write_rows


@pytest.fixture
def read_one(write):
    """Read a single row: its conversation, or its faults as (line, key, found)."""

    def read(row, **options):
        outcomes = list(read_conversations([write(row)], **options))
        if isinstance(outcomes[0], Conversation):
            (conversation,) = outcomes
            return conversation
        return [(fault.place.line, fault.place.key, fault.found) for fault in outcomes]

    return read
