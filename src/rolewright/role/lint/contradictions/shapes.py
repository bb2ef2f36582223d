"""Shapes of JSON that exclude each other, and values of a shape."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rolewright.role.lint.contradictions.contradiction import Contradiction
from rolewright.role.schema import Rule
from rolewright.verifiers.matching import listed

_NUMBERS = frozenset({"integer", "number"})
_MOST_DEPTH = 6


def clashing_shapes(first: Rule, second: Rule) -> Iterator[Contradiction]:
    """Two rules about JSON of which one has to have what the other cannot."""
    if not {first.verifier.name, second.verifier.name} <= {"json_object", "json_schema"}:
        return
    mine, other = _types(first), _types(second)
    if mine and other and not _compatible(mine, other):
        said = f"JSON of the type {_either(mine)} ({first.id}) and {_either(other)} ({second.id})"
        yield Contradiction((first, second), True, said)
        return
    for needing, closed in ((first, second), (second, first)):
        missing = [key for key in _required(needing) if not _may_have(closed, key)]
        if missing and (_types(needing) == {"object"} or _types(closed) == {"object"}):
            said = f"has the keys {listed(missing)} ({needing.id}), which {closed.id!r} excludes"
            yield Contradiction((needing, closed), True, said)
            return


def _schema(rule: Rule) -> Mapping[str, Any]:
    if rule.verifier.name == "json_object":
        return {"type": "object", "required": list(rule.parameters["required_keys"])}
    schema: Mapping[str, Any] = rule.parameters["schema"]
    return schema


def _types(rule: Rule) -> set[str]:
    """The types that the JSON may have; empty = any."""
    named = _schema(rule).get("type", [])
    return {named} if isinstance(named, str) else set(named)


def _compatible(first: set[str], second: set[str]) -> bool:
    return bool(first & second) or bool(first & _NUMBERS and second & _NUMBERS)


def _either(types: set[str]) -> str:
    return " or ".join(sorted(types))


def _required(rule: Rule) -> Sequence[str]:
    required: Sequence[str] = _schema(rule).get("required", [])
    return required


def _may_have(rule: Rule, key: str) -> bool:
    schema = _schema(rule)
    closed = schema.get("additionalProperties") is False and not schema.get("patternProperties")
    return not closed or key in schema.get("properties", {})


def examples_of(schema: Mapping[str, Any], texts: Sequence[str]) -> Iterator[str]:
    """JSON texts that a schema may describe, with some words in them; not all keep it."""
    for text in texts:
        yield json.dumps(_value(schema, text, 0), ensure_ascii=False)


def _value(schema: Any, text: str, depth: int) -> Any:
    if not isinstance(schema, Mapping) or depth > _MOST_DEPTH:
        return text
    fixed = [schema["const"]] if "const" in schema else schema.get("enum", [])
    if fixed:
        return fixed[0]
    named = schema.get("type", "object" if "properties" in schema else "string")
    kind = named if isinstance(named, str) else next(iter(named), "null")
    if kind == "object":
        properties, keys = schema.get("properties", {}), schema.get("required", ())
        return {key: _value(properties.get(key), text, depth + 1) for key in keys}
    if kind == "array":
        return [_value(schema.get("items"), text, depth + 1)] * schema.get("minItems", 0)
    written = (text * schema.get("minLength", 1))[: schema.get("maxLength", len(text))]
    number = schema.get("minimum", schema.get("maximum", 1))
    values = {"integer": number, "number": number, "boolean": True, "null": None}
    return values.get(kind, written)
