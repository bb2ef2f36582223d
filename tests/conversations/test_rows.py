import os
import threading
import tracemalloc

import pytest

from rolewright.conversations import rows
from rolewright.conversations.rows import MAX_LINE_BYTES, Row, Unread, read_rows
from rolewright.errors import Fault


def places(path):
    """What came of a file, each item as (kind, line, key, found or value)."""
    found = []
    for item in read_rows([path]):
        if isinstance(item, Row):
            found.append(("row", item.place.line, item.place.key, item.value))
        else:
            fault = item.fault if isinstance(item, Unread) else item
            assert fault.place.file == str(path)
            kind = "unread" if isinstance(item, Unread) else "fault"
            found.append((kind, fault.place.line, fault.place.key, fault.found))
    return found


def test_lines_with_blank_ones_between(write):
    path = write('{"a": 1}', "", " \t", ' {"a": 2} ')
    assert places(path) == [("row", 1, None, {"a": 1}), ("row", 4, None, {"a": 2})]


def test_windows_line_ends_and_byte_order_mark(write):
    path = write(b'\xef\xbb\xbf{"a": 1}', b"{x}", end=b"\r\n")
    assert places(path)[0] == ("row", 1, None, {"a": 1})
    assert places(path)[1][1] == 2
    array = write(b"\xef\xbb\xbf[1]", end=b"\r\n")
    assert places(array) == [("row", 1, "[0]", 1)]


def test_the_last_line_needs_no_end(write):
    assert places(write("1", "2", end=b"\n")) == places(write("1\n2", end=b""))


def test_separators_inside_strings_end_no_line(write):
    text = "a\u2028b\u2029c\x85d"
    assert places(write([text], [text], name="x.jsonl"))[0] == ("row", 1, "[0]", text)
    assert places(write({"a": text}, {"a": 1})) == [
        ("row", 1, None, {"a": text}),
        ("row", 2, None, {"a": 1}),
    ]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('{"a": }', "broken JSON at column 7: Expecting value"),
        ('  {"a": }', "broken JSON at column 9: Expecting value"),
        ('{"中": }', "broken JSON at column 7: Expecting value"),
        ("{}  {}", "broken JSON at column 5: more text after the end of the row"),
        ('{"a":' * 100_000, "broken JSON: nested too deeply"),
        ('{"a": ' + "9" * 5000 + "}", "broken JSON: a number of too many digits"),
        (b'{"a": "\xb2\xe2"}', "byte 8 of the line, 0xb2, is not UTF-8"),
        (b'{"a": "\xed\xa0\x80"}', "byte 8 of the line, 0xed, is not UTF-8"),
    ],
)
def test_a_bad_line_does_not_stop_the_next(write, line, found):
    path = write("{}", line, "{}")
    assert places(path) == [
        ("row", 1, None, {}),
        ("fault", 2, None, found),
        ("row", 3, None, {}),
    ]


def test_a_line_that_is_too_long_is_skipped_in_little_memory(write, tmp_path):
    path = tmp_path / "long.jsonl"
    with path.open("wb") as file:
        file.write(b'{"a": 1}\n{"a": "')
        for _ in range(5):
            file.write(b"x" * MAX_LINE_BYTES)
        file.write(b'"}\n{"a": 2}\n')
    tracemalloc.start()
    try:
        found = places(path)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == [
        ("row", 1, None, {"a": 1}),
        ("fault", 2, None, "a line of more than 10,000,000 bytes"),
        ("row", 3, None, {"a": 2}),
    ]
    assert peak_bytes < 3 * MAX_LINE_BYTES


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
@pytest.mark.parametrize(("excess", "kind"), [(0, "row"), (1, "fault"), (2, "fault"), (3, "fault")])
def test_the_longest_line(write, monkeypatch, end, excess, kind):
    monkeypatch.setattr(rows, "MAX_LINE_BYTES", 20)
    path = write(b"1", b'"' + b"x" * (18 + excess) + b'"', end=b"\n")
    path.write_bytes(path.read_bytes().removesuffix(b"\n") + end + (b"3" if end else b""))
    kinds = [(item[0], item[1]) for item in places(path)]
    assert kinds == [("row", 1), (kind, 2), *([("row", 3)] if end else [])]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "no rows"),
        (b"\xef\xbb\xbf", "no rows"),
        (b"\n \r\n\n", "no rows"),
        (b" [ ]\n", "no rows"),
        ('{"a": 1}'.encode("utf-16"), "UTF-16 text"),
        (b"\x1f\x8b\x08", "a file compressed with gzip"),
        (b"PK\x03\x04", "a ZIP archive or an office document"),
        (b"PAR1", "a Parquet file"),
    ],
)
def test_files_without_rows(write, content, found):
    assert places(write(content, end=b"")) == [("unread", None, None, found)]


def test_files_that_cannot_be_opened(tmp_path):
    assert places(tmp_path / "no.jsonl") == [("unread", None, None, "no such file")]
    assert places(tmp_path) == [("unread", None, None, "a directory")]
    assert places("nu\0ll")[0][:3] == ("unread", None, None)


def test_one_file_that_is_missing_does_not_hide_the_next(write):
    path = write("1", "2")
    kinds = [type(item) for item in read_rows(["missing.jsonl", path])]
    assert kinds == [Unread, Row, Row]


def test_a_pipe_can_be_read(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(b"[1,\n2]",), daemon=True)
    writer.start()
    assert [item[3] for item in places(path)] == [1, 2]
    writer.join(timeout=5)


def test_array_rows_carry_their_index_and_a_label_of_their_own(write):
    path = write('[{"a": 1}, {"a": 2},\n{"a": 3}]', name="data.json")
    read = list(read_rows([path]))
    assert [(row.place.line, row.place.key, row.label) for row in read] == [
        (1, "[0]", "data.json:1"),
        (1, "[1]", "data.json:1[1]"),
        (2, "[2]", "data.json:2"),
    ]


def test_broken_arrays_are_read_up_to_the_break(write):
    found = "broken JSON at column 1: no comma between two elements"
    assert places(write('[{"a": 1}\n{"a": 2}]')) == [
        ("row", 1, "[0]", {"a": 1}),
        ("unread", 2, None, found),
    ]
    found = "broken JSON at column 1: more text after the end of the array"
    assert places(write("[1]", "{}"))[1] == ("unread", 2, None, found)


def test_array_that_is_not_utf8(write):
    path = write(b"[1,\n\n", b'  "\xff"]', end=b"")
    assert places(path) == [("unread", 3, None, "byte 4 of the line, 0xff, is not UTF-8")]


def test_array_too_large_to_be_held(write, monkeypatch):
    monkeypatch.setattr(rows, "MAX_ARRAY_BYTES", 4)
    assert places(write("[12]", end=b"")) == [("row", 1, "[0]", 12)]
    found = "a JSON array of more than 4 bytes"
    assert places(write("[123]", end=b"")) == [("unread", None, None, found)]


def test_lines_are_streamed(write):
    path = write(*["{}"] * 3, b"\xff")
    stream = read_rows([path])
    assert [next(stream).place.line for _ in range(3)] == [1, 2, 3]
    assert isinstance(next(stream), Fault)
