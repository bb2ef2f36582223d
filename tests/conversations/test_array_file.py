import json

import pytest

from rolewright.conversations.array_file import BrokenArrayError, array_elements


def read(text):
    return [(line, decoded.value) for line, decoded in array_elements(text)]


def test_elements_and_the_lines_where_they_begin():
    assert read("[1, 2,\n\n 3\n]\n") == [(1, 1), (1, 2), (3, 3)]
    assert read("\n[\n]\n") == []
    rows = [{"a": 1}, {"a": 2}]
    assert read(json.dumps(rows, indent=2)) == [(2, rows[0]), (5, rows[1])]


@pytest.mark.parametrize(
    ("text", "read_before", "line", "column", "found"),
    [
        ("[1,\n2 3]", 2, 2, 3, "no comma between two elements"),
        ("[1,\n2", 2, 2, 2, "the array is not closed"),
        ("[1,", 1, 1, 4, "Expecting value"),
        ("[", 0, 1, 2, "Expecting value"),
        ("[1\n, ]", 1, 2, 1, "a comma after the last element"),
        ("[1]\n\n  x", 1, 3, 3, "more text after the end of the array"),
        ("[]]", 0, 1, 3, "more text after the end of the array"),
        ('[1,\n{"a": x}]', 1, 2, 7, "Expecting value"),
        ("[1,\n " + "[" * 100_000, 1, 2, 2, "nested too deeply"),
    ],
)
def test_broken_arrays(text, read_before, line, column, found):
    elements = array_elements(text)
    for _ in range(read_before):
        next(elements)
    with pytest.raises(BrokenArrayError) as caught:
        next(elements)
    error = caught.value
    assert (error.line, error.column, error.found) == (line, column, found)
