import pytest

from rolewright.conversations.strict_json import BrokenJsonError, decode_value


def places(text):
    return [(defect.key, defect.found) for defect in decode_value(text).defects]


def test_a_value_in_the_middle_of_a_text():
    decoded = decode_value('xx{"a": [1, "中"]} yy', 2)
    assert (decoded.value, decoded.end, decoded.defects) == ({"a": [1, "中"]}, 17, ())


def test_repeated_keys_are_reported_where_they_stand_and_once():
    text = '{"a": [{"b": 1, "b": 2, "b": 3}], "c": 1, "c": {"d": 1}}'
    assert places(text) == [
        ("c", 'the key "c" more than once in one object'),
        ("a[0].b", 'the key "b" more than once in one object'),
    ]
    assert decode_value(text).value == {"a": [{"b": 3}], "c": {"d": 1}}


@pytest.mark.parametrize("name", ["NaN", "Infinity", "-Infinity"])
def test_constants(name):
    assert places(f'{{"a": [0, {name}]}}') == [("a[1]", f"{name}, which is not JSON")]


def test_lone_surrogates_in_values_and_keys():
    found = "half of a surrogate pair, which stands for no character"
    assert places('{"a": "x\\ud800", "b": ["\\uDFFF"]}') == [
        ("a", f"\\ud800, {found}"),
        ("b[0]", f"\\udfff, {found}"),
    ]
    assert places('["\\uDFFF"]') == [("[0]", f"\\udfff, {found}")]
    assert places('{"\\ud83d": 1}') == [("\\ud83d", f"\\ud83d, {found}")]


def test_whole_pairs_and_escaped_backslashes_are_fine():
    assert places('{"a": "\\ud83d\\ude00", "b": "\\\\ud800"}') == []


@pytest.mark.parametrize(
    ("text", "found", "position"),
    [
        ('{"a": }', "Expecting value", 6),
        ('{"a" 1}', "Expecting ':' delimiter", 5),
        ('{"a": "x\ty"}', "Invalid control character at", 8),
        ("", "Expecting value", 0),
        ("[" * 100_000, "nested too deeply", None),
        ('{"a":' * 100_000, "nested too deeply", None),
        ("9" * 5000, "a number of too many digits", None),
    ],
)
def test_broken_json(text, found, position):
    with pytest.raises(BrokenJsonError) as caught:
        decode_value(text)
    assert (caught.value.found, caught.value.position) == (found, position)
