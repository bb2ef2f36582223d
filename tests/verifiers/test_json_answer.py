import pytest
from pydantic import ValidationError

from rolewright.verifiers import find_verifier


@pytest.mark.parametrize(
    ("text", "parameters", "passed", "evidence"),
    [
        ('{"a": 1, "名": "值"}', {"required_keys": ["a", "名"]}, True, "a JSON object with 2 keys"),
        (' \n{"a": 1}\n', {}, True, "a JSON object with 1 key"),
        ('```json\n{"a": 1}\n```', {}, True, "a JSON object with 1 key"),
        ('```json\n{"a": 1}\n```', {"fence": False}, False, "not JSON: Expecting value"),
        ('{"a": 1}', {"required_keys": ["b"]}, False, 'the JSON object has no "b"'),
        ("[1]", {}, False, "a JSON array, not an object"),
        ("null", {}, False, "a JSON null, not an object"),
        ('{"a": NaN}', {}, False, "NaN is no JSON value"),
        ('Sure! {"a": 1}', {}, False, "not JSON: Expecting value at character 0"),
        ("", {}, False, "not JSON: Expecting value"),
        ("[" * 100_000, {}, False, "not JSON"),
        ('{"a": ' + "1" * 5000 + "}", {}, False, "not JSON that can be read"),
    ],
)
def test_json_object(judge, text, parameters, passed, evidence):
    verdict = judge("json_object", text, **parameters)
    assert verdict.passed == passed
    assert evidence in verdict.evidence


def test_json_object_shows_the_place(judge):
    text = '```json\n{"a": 1,, }\n```'
    verdict = judge("json_object", text)
    assert verdict.span == (16, 17)
    assert text[16] == ","


PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"$ref": "#/$defs/age"}},
    "required": ["name"],
    "additionalProperties": False,
    "$defs": {"age": {"type": "integer", "minimum": 0}},
}


@pytest.mark.parametrize(
    ("text", "passed", "evidence"),
    [
        ('{"name": "小墨", "age": 3}', True, "JSON that the schema describes"),
        ('```json\n{"name": "Momo"}\n```', True, "JSON that the schema describes"),
        ('{"name": "Momo", "age": -1}', False, "$.age: -1 is less than the minimum of 0"),
        ('{"age": 3}', False, "$: 'name' is a required property"),
        ('{"name": "Momo", "colour": "red"}', False, "'colour' was unexpected"),
        ('{"name": NaN}', False, "NaN is no JSON value"),
        ("小墨", False, "not JSON: Expecting value at character 0"),
    ],
)
def test_json_schema(judge, text, passed, evidence):
    verdict = judge("json_schema", text, schema=PERSON)
    assert verdict.passed == passed
    assert evidence in verdict.evidence


def test_a_fence_may_be_refused(judge):
    assert not judge("json_schema", "```\n1\n```", schema={}, fence=False).passed


def test_a_long_value_makes_no_long_evidence(judge):
    verdict = judge("json_schema", f'"{"x" * 5000}"', schema={"maxLength": 3})
    assert len(verdict.evidence) < 250


def test_deep_json_is_refused_where_the_schema_follows_it(judge):
    schema = {"type": "array", "items": {"$ref": "#"}}
    assert judge("json_schema", "[[[]]]", schema=schema).passed
    assert not judge("json_schema", "[" * 900 + "]" * 900, schema=schema).passed


@pytest.mark.parametrize(
    ("schema", "complaint"),
    [
        ({"type": "strnig"}, "not a JSON Schema: 'strnig' is not valid"),
        ({"$ref": "https://example.org/schema.json"}, "leads out of the schema"),
        ({"properties": {"a": {"$ref": "#/$defs/none"}}}, "leads nowhere"),
        ({"$ref": "#/$defs/none"}, "leads nowhere"),
        ({"$ref": "#"}, "refers to itself without end"),
        ({"pattern": "("}, "not a JSON Schema|not a regular expression"),
    ],
)
def test_a_bad_schema_is_refused(schema, complaint):
    with pytest.raises(ValidationError, match=complaint):
        find_verifier("json_schema").parameters(schema=schema)
