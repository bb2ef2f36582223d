"""An answer that is JSON: one object, or what a JSON Schema describes."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.matching import listed
from rolewright.verifiers.registry import verifier
from rolewright.verifiers.verdict import Verdict

_FENCED = re.compile(r"\A(```+|~~~+)[ \t]*\w*[ \t]*\n(?P<content>.*)\n[ \t]*\1\Z", re.DOTALL)
_LONGEST_MESSAGE_CHARACTERS = 160
_NAMES: Final = {
    list: "array",
    str: "string",
    int: "number",
    float: "number",
    bool: "truth value",
    type(None): "null",
}


def _check_schema(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    from jsonschema import SchemaError
    from referencing import Registry, Resource
    from referencing.exceptions import Unresolvable
    from referencing.jsonschema import DRAFT202012

    try:
        type(_validator(schema)).check_schema(schema)
        root = Resource.from_contents(schema, default_specification=DRAFT202012)
        resolver = Registry().resolver_with_root(root)
        for reference in _references(schema):
            if not reference.startswith("#"):
                raise ValueError(f"$ref {reference!r} leads out of the schema; nothing is fetched")
            resolver.lookup(reference)
        _validator(schema).is_valid(None)
    except SchemaError as error:
        raise ValueError(f"not a JSON Schema: {_shorten(error.message)}") from error
    except Unresolvable as error:
        raise ValueError(f"$ref {error.ref!r} leads nowhere") from error
    except RecursionError as error:
        raise ValueError("the schema refers to itself without end") from error
    return schema


Schema = Annotated[dict[str, Any], AfterValidator(_check_schema)]


@verifier("json_object")
def json_object(
    text: str,
    conversation: Conversation,
    *,
    required_keys: tuple[str, ...] = (),
    fence: bool = True,
) -> Verdict:
    """Check that the whole answer is one JSON object.

    NaN and Infinity are refused, as JSON has neither.

    Rule parameters:
        required_keys: keys that the object must have at its top level; others are allowed.
        fence: whether the object may stand in a Markdown code fence.

    Source: IFEval (arXiv 2311.07911) ``detectable_format:json_format``.
    """
    value = _read_json(text, fence)
    if isinstance(value, Verdict):
        return value
    if not isinstance(value, dict):
        return Verdict(False, f"a JSON {_NAMES[type(value)]}, not an object")
    missing = [key for key in required_keys if key not in value]
    if missing:
        return Verdict(False, f"the JSON object has no {listed(missing)}")
    return Verdict(True, f"a JSON object with {len(value)} keys")


@verifier("json_schema")
def json_schema(
    text: str, conversation: Conversation, *, schema: Schema, fence: bool = True
) -> Verdict:
    """Check that the whole answer is JSON of a given shape.

    NaN and Infinity are refused, as JSON has neither. A $ref has to stay inside the schema;
    ``format`` is a remark, which is not checked.

    Rule parameters:
        schema: a JSON Schema, draft 2020-12 unless its $schema names another.
        fence: whether the JSON may stand in a Markdown code fence.

    Source: IFEval (arXiv 2311.07911) ``detectable_format:json_format``, with a schema.
    """
    value = _read_json(text, fence)
    if isinstance(value, Verdict):
        return value
    from jsonschema.exceptions import best_match

    try:
        error = best_match(_validator(schema).iter_errors(value))
    except RecursionError:
        return Verdict(False, "JSON that is nested too deeply for the schema")
    if error is None:
        return Verdict(True, "JSON that the schema describes")
    return Verdict(
        False, f"not what the schema describes: {error.json_path}: {_shorten(error.message)}"
    )


def _read_json(text: str, fence: bool) -> Any:
    """The value of a text that is JSON, or the verdict on one that is not."""
    content, offset = _json_content(text, fence)
    return load_json(content, text, offset, parse_constant=_refuse_constant)


def load_json(
    content: str, text: str, offset: int, *, parse_constant: Callable[[str], Any] | None = None
) -> Any:
    """The value of what should be JSON, or the verdict on what is not.

    Args:
        content: what should be.
        text: the answer that it is part of.
        offset: where it begins there.
        parse_constant: given NaN and Infinity, as ``json.loads`` does.
    """
    try:
        return json.loads(content, parse_constant=parse_constant)
    except json.JSONDecodeError as error:
        place = offset + error.pos
        span = (place, place + 1) if place < len(text) else None
        return Verdict(False, f"not JSON: {error.msg} at character {place}", span)
    except (ValueError, RecursionError) as error:
        return Verdict(False, f"not JSON that can be read: {error}")


def _validator(schema: Mapping[str, Any]) -> Any:
    from jsonschema.validators import Draft202012Validator, validator_for
    from referencing.jsonschema import EMPTY_REGISTRY

    # An empty registry keeps the library from fetching what a $ref names.
    return validator_for(schema, default=Draft202012Validator)(schema, registry=EMPTY_REGISTRY)


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        for key, value in schema.items():
            if key in {"$ref", "$dynamicRef"} and isinstance(value, str):
                yield value
            else:
                yield from _references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _references(value)


def _json_content(text: str, fence: bool) -> tuple[str, int]:
    stripped = text.strip()
    offset = len(text) - len(text.lstrip())
    fenced = _FENCED.match(stripped) if fence else None
    if fenced:
        return fenced["content"], offset + fenced.start("content")
    return stripped, offset


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value")


def _shorten(message: str) -> str:
    line = " ".join(message.split())
    if len(line) <= _LONGEST_MESSAGE_CHARACTERS:
        return line
    return f"{line[:_LONGEST_MESSAGE_CHARACTERS]}…"
