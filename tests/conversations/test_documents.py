import json

import pytest

from rolewright.conversations.documents import read_documents
from rolewright.errors import UserError


@pytest.fixture
def write(tmp_path):
    def to_file(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return to_file


def test_rows_and_whole_files(write):
    rows = "".join(json.dumps({"text": text, "n": 1}) + "\n" for text in ("one", "第二篇"))
    files = [write("a.jsonl", rows), write("b.txt", "\ufeffthree\n\nlines\n")]
    files.append(write("c.json", json.dumps([{"text": "four"}])))
    found = read_documents(files)
    assert [(each.id, each.text) for each in found] == [
        ("a.jsonl:1", "one"), ("a.jsonl:2", "第二篇"), ("b.txt", "three\n\nlines\n"),
        ("c.json:1", "four"),
    ]  # fmt: skip
    assert (found[1].place.file, found[1].place.line) == (str(files[0]), 2)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.jsonl", '{"text": "x"}\n{"content": "y"}\n', "a.jsonl:2: text: null"),
        ("a.jsonl", '{"text": 3}\n', "the number 3"),
        ("a.jsonl", '["x"]\n["y"]', "broken JSON"),
        ("a.jsonl", '"x"\n', 'the text "x"'),
        ("a.jsonl", '{"text": NaN}\n', "NaN"),
        ("a.jsonl", '{"text": "  "}\n', "a.jsonl:1: text: it is blank"),
        ("a.txt", b"\xc4\xe3", "not UTF-8"),
        ("a.txt", "\n", "it is blank"),
        ("a.txt", "one text", "one text alone gives no interval"),
    ],
)
def test_what_is_no_text_is_named(write, name, content, said):
    with pytest.raises(UserError) as raised:
        read_documents([write(name, content)])
    assert said in str(raised.value)


def test_a_missing_file(tmp_path):
    with pytest.raises(UserError, match="cannot be read"):
        read_documents([tmp_path / "none.txt"])
