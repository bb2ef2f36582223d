"""YAML files that know on which line each key stands, and errors that say so."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from rolewright.errors import Fault, Place, UserError

MAX_VALUES = 100_000
"""Beyond it a file is no role or configuration: aliases of aliases grow without bound."""

_TEXT_TAGS = {"tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"}
_KINDS = {
    "string_type": "text",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "keys and values",
    "model_type": "keys and values",
}
Key = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """A parsed YAML mapping.

    Attributes:
        file: path as the user wrote it.
        value: the mapping.
        lines: line number, counted from 1, of each key path; the empty path is the whole file.
        text: the file's text, without a byte order mark.
    """

    file: str
    value: dict[str, Any]
    lines: Mapping[Key, int]
    text: str = ""

    def place(self, key: Key) -> Place:
        """The place of a key, or of the nearest key around it that the file has."""
        known = key
        while known and known not in self.lines:
            known = known[:-1]
        return Place(self.file, self.lines.get(known), dotted(key) or None)


def read_yaml(path: str | Path) -> YamlDocument:
    """Read a YAML mapping.

    Raises:
        UserError: the file cannot be read, is not UTF-8 or not YAML, holds something else than a
            mapping, or holds a key twice or one that is no text.
    """
    text = _read_text(path)
    lines: dict[Key, int] = {}
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        faults = [] if node is None else _walk(node, (), lines, str(path))
        value = None if faults else yaml.safe_load(text)
    except RecursionError as error:
        raise UserError.at(path, "this YAML is nested too deeply, or in itself") from error
    except yaml.YAMLError as error:
        raise _broken(path, text, error) from error
    if faults:
        raise UserError(*faults)
    if not isinstance(value, dict):
        found = "the file is empty" if value is None else f"found {_shorten(value)}"
        wide = isinstance(value, str) and "：" in value
        fix = "write an ASCII colon and a space after each key: `name: …`" if wide else ""
        raise UserError.at(path, found, line=lines.get(()), expected="keys and values", fix=fix)
    return YamlDocument(str(path), value, lines, text)


def _read_text(path: str | Path) -> str:
    try:
        return Path(path).read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise UserError.at(path, "there is no such file") from error
    except UnicodeDecodeError as error:
        raise UserError.at(path, f"not UTF-8 at byte {error.start}", fix="save as UTF-8") from error
    except OSError as error:
        fix = "name the file in it, such as role.yaml" if Path(path).is_dir() else ""
        raise UserError.at(path, f"cannot be read: {error.strerror}", fix=fix) from error


_FIXES = {
    "mapping values are not allowed": "put a text that holds a colon in quotes, or below `key: |`",
    "expected '<document start>'": "name a YAML file of keys and values: rows of data are none",
}
"""What to do about the problems that PyYAML tells, by their beginnings."""


def _broken(path: str | Path, text: str, error: yaml.YAMLError) -> UserError:
    mark = getattr(error, "problem_mark", None)
    line = None if mark is None else mark.line + 1
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    fix = next((fix for start, fix in _FIXES.items() if problem.startswith(start)), "")
    return UserError.at(path, f"this is not valid YAML: {problem}", line=line, fix=fix)


def validate(model: type[Model], document: YamlDocument) -> Model:
    """Check a document against a pydantic model.

    Raises:
        UserError: with a fault for each thing that does not fit.
    """
    try:
        return model.model_validate(document.value)
    except ValidationError as error:
        faults = [describe(problem, document, model) for problem in error.errors()]
        raise UserError(*faults) from None


def describe(
    problem: Mapping[str, Any],
    document: YamlDocument,
    model: type[BaseModel],
    above: Key = (),
) -> Fault:
    """Say a pydantic error in the user's terms.

    Args:
        problem: one of ``ValidationError.errors()``.
        document: where the value comes from.
        model: what was validated.
        above: path of the part of the document that was validated.
    """
    inside: Key = tuple(problem["loc"])
    key = above + inside
    kind = problem["type"]
    if kind == "extra_forbidden":
        known = _fields_at(model, inside[:-1])
        near = difflib.get_close_matches(str(inside[-1]), known, n=1)
        fix = f"did you mean {near[0]!r}?" if near else "remove it"
        expected = f"one of: {', '.join(known)}" if known else "no such key"
        return Fault(document.place(key), f"unknown key {str(inside[-1])!r}", expected, fix)
    if kind == "missing":
        place = document.place(key)
        return Fault(place, f"the key {str(inside[-1])!r} is missing", fix="add it")
    key = _part_in(document.value, key)
    value = problem["input"]
    found = f"found {_shorten(value)}"
    if kind in _KINDS:
        # YAML reads no, on and 2024-01-01 as something else than text.
        quotes = kind == "string_type" and not isinstance(value, list | dict | None)
        fix = "put it in quotes" if quotes else ""
        return Fault(document.place(key), found, _KINDS[kind], fix)
    return Fault(document.place(key), f"{found}: {_lower_first(problem['msg'])}")


def dotted(key: Key) -> str:
    """A key path as people write it: ``rules[0].max``."""
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _walk(node: Any, path: Key, lines: dict[Key, int], file: str) -> "list[Fault]":
    lines.setdefault(path, node.start_mark.line + 1)
    if len(lines) > MAX_VALUES:
        raise UserError.at(file, f"more than {MAX_VALUES:,} values", fix="remove the aliases")
    faults: list[Fault] = []
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            key = (*path, key_node.value)
            line = key_node.start_mark.line + 1
            if key_node.tag not in _TEXT_TAGS:
                place = Place(file, line, dotted(path) or None)
                shown = key_node.value if isinstance(key_node, yaml.ScalarNode) else "[…]"
                found = f"YAML does not read the key {shown} as text"
                faults.append(Fault(place, found, fix="put it in quotes"))
                continue
            if key in lines:
                found = f"the key stands twice, first on line {lines[key]}"
                faults.append(Fault(Place(file, line, dotted(key)), found, fix="remove one"))
            lines[key] = line
            faults += _walk(value_node, key, lines, file)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            faults += _walk(item, (*path, index), lines, file)
    elif node.tag not in _TEXT_TAGS:
        try:
            yaml.constructor.SafeConstructor().construct_object(node)
        except ValueError as error:  # such as that of the date 2024-13-45
            place = Place(file, lines[path], dotted(path) or None)
            faults.append(Fault(place, f"found {node.value}: {error}", fix="put it in quotes"))
    return faults


def _part_in(value: Any, key: Key) -> Key:
    """The part of a path that a document has: pydantic adds the names of a union's members."""
    for index, part in enumerate(key):
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return key[:index]
    return key


def _fields_at(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """The keys that the model at ``path`` inside ``model`` knows."""
    current: Any = model
    for part in path:
        if isinstance(part, int):
            continue
        field = current.model_fields.get(part)
        if field is None:
            return []
        nested = [
            kind
            for kind in (field.annotation, *getattr(field.annotation, "__args__", ()))
            if isinstance(kind, type) and issubclass(kind, BaseModel)
        ]
        if not nested:
            return []
        current = nested[0]
    return list(current.model_fields)


def _shorten(value: object) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _lower_first(text: str) -> str:
    text = text.removeprefix("Value error, ")
    return text[:1].lower() + text[1:]
