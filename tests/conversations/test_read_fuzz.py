"""Whatever a file holds, reading ends, and only a UserError comes out of it."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rolewright.conversations.questions import read_questions
from rolewright.conversations.read import read_all, read_conversations
from rolewright.errors import UserError

FUZZ = settings(
    max_examples=400,
    deadline=2000,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TEXT = st.text(alphabet=st.characters(), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(
    [
        "messages",
        "conversations",
        "instruction",
        "input",
        "output",
        "history",
        "system",
        "id",
        "scenario",
        "answers",
        "match",
    ]
)
TURN = st.dictionaries(
    st.sampled_from(["role", "content", "from", "value", "train", "weight"]),
    st.sampled_from(["user", "human", "assistant", "gpt", "system", "", 0, 1, None, True]) | JSON,
    max_size=4,
)
ROW = st.dictionaries(KEYS, JSON | st.lists(TURN, max_size=4), max_size=5)
VALID = [
    {
        "messages": [
            {"role": "system", "content": "s"},
            {"role": "user", "content": "你好"},
            {"role": "assistant", "content": "\ud83d", "train": True},
        ],
        "answers": ["1"],
        "match": "numeric",
    },
    {"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}], "id": 1},
    {"instruction": "a", "input": "b", "output": "c", "history": [["d", "e"]], "system": ""},
]


def read_in_every_way(path):
    paths = [path]
    outcomes = list(read_conversations(paths))
    assert outcomes
    for fault in outcomes:
        str(fault).encode()
    for read in (
        lambda: read_all(paths, answered=False, literal_control_tokens=True),
        lambda: read_all(paths, skip_bad=True),
        lambda: read_questions(paths),
    ):
        try:
            read()
        except UserError as error:
            str(error).encode()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "fuzz.jsonl"


@FUZZ
@given(content=st.binary(max_size=200) | st.binary(max_size=40).map(lambda tail: b"[{" + tail))
def test_random_bytes(path, content):
    path.write_bytes(content)
    read_in_every_way(path)


@FUZZ
@given(rows=st.lists(ROW | JSON, min_size=1, max_size=3), as_array=st.booleans())
def test_random_values(path, rows, as_array):
    path.write_text(json.dumps(rows) if as_array else "\n".join(map(json.dumps, rows)))
    read_in_every_way(path)


@FUZZ
@given(
    row=st.sampled_from(VALID),
    as_array=st.booleans(),
    cuts=st.lists(
        st.tuples(st.integers(0, 250), st.integers(0, 9), st.binary(max_size=6)), max_size=3
    ),
)
def test_mutated_rows(path, row, as_array, cuts):
    content = json.dumps([row, row] if as_array else row).encode()
    for start, length, inserted in cuts:
        content = content[:start] + inserted + content[start + length :]
    path.write_bytes(content)
    read_in_every_way(path)


@FUZZ
@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_text_comes_back_as_it_was_written(path, text):
    row = {"system": text, "messages": [{"role": "user", "content": "x" + text}]}
    for ensure_ascii in (True, False):
        path.write_bytes(json.dumps(row, ensure_ascii=ensure_ascii).encode() + b"\r\n")
        (read,) = read_all([path], answered=False, literal_control_tokens=True).conversations
        assert (read.system, read.messages[0].content) == (text, "x" + text)
