import pytest
from pydantic import BaseModel, ConfigDict

from rolewright.errors import Place, UserError
from rolewright.yaml_document import YamlDocument, dotted, read_yaml, validate


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    rank: int = 1


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    inner: Inner = Inner()
    many: tuple[Inner, ...] = ()
    either: str | tuple[str, ...] = ""


@pytest.fixture
def read(tmp_path):
    def read_text(text):
        path = tmp_path / "a.yaml"
        path.write_text(text, "utf-8")
        return read_yaml(path)

    return read_text


def test_lines_of_keys(read):
    document = read("# first\nname: x\ninner:\n  rank: 2\nmany:\n- rank: 3\n- rank: 4\n")
    assert document.lines[()] == 2
    assert document.lines["inner", "rank"] == 4
    assert document.lines["many", 1, "rank"] == 7
    assert document.text.startswith("# first\n")


def test_place_of_a_key_that_is_not_there_is_the_nearest_around_it(read):
    document = read("name: x\nmany:\n- rank: 3\n")
    assert document.place(("many", 0, "rnk")) == Place(document.file, 3, "many[0].rnk")
    assert document.place(("many", 7)) == Place(document.file, 2, "many[7]")
    assert document.place(("nowhere",)) == Place(document.file, 1, "nowhere")


def test_a_document_that_is_no_file_has_no_lines():
    document = YamlDocument("--set", {"inner": {"rnk": 1}}, {})
    with pytest.raises(UserError) as caught:
        validate(Outer, document)
    assert [str(fault).splitlines()[0] for fault in caught.value.faults] == [
        "--set: name: the key 'name' is missing",
        "--set: inner.rnk: unknown key 'rnk'",
    ]


def test_unknown_keys_name_the_nearest_at_their_own_level(read):
    with pytest.raises(UserError) as caught:
        validate(Outer, read("name: x\nmany:\n- rnk: 3\ninner:\n  name: y\n"))
    inner, many = caught.value.faults
    assert (many.place.line, many.fix) == (3, "did you mean 'rank'?")
    assert (inner.place.line, inner.expected, inner.fix) == (5, "one of: rank", "remove it")


def test_a_choice_of_types_adds_nothing_to_the_key(read):
    with pytest.raises(UserError) as caught:
        validate(Outer, read("name: x\neither: 5\n"))
    assert {str(fault.place.key) for fault in caught.value.faults} == {"either"}
    assert {fault.place.line for fault in caught.value.faults} == {2}


def test_long_values_are_shortened(read):
    with pytest.raises(UserError) as caught:
        validate(Outer, read(f"name: x\ninner: {'y' * 500}\n"))
    assert len(str(caught.value)) < 200


def test_merge_keys_are_yaml_as_ever(read):
    assert read("a: &a {b: 1}\nc:\n  <<: *a\n").value == {"a": {"b": 1}, "c": {"b": 1}}


def test_dotted():
    assert dotted(()) == ""
    assert dotted(("rules", 0, "max")) == "rules[0].max"
    assert dotted((2, "max")) == "[2].max"
