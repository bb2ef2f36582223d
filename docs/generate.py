"""Write the generated parts of these pages: ``python docs/generate.py``; ``--check`` only compares.

A generated part stands between ``<!-- generated: NAME -->`` and ``<!-- end of generated: NAME -->``
and is replaced whole; everything around it is written by hand and kept.
"""

import argparse
import ast
import contextlib
import inspect
import io
import json
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel

from rolewright.cli.app import app, run
from rolewright.models.memory import GIB, Plan, Strategy, estimate_memory
from rolewright.models.published import published_config
from rolewright.models.shape import read_shape
from rolewright.training import config
from rolewright.verifiers import find_verifier, verifier_names
from rolewright.verifiers.registry import Verifier

DOCS = Path(__file__).parent
HELP_WIDTH = 96
PLAN_COMMAND = """\
rolewright plan --model Qwen/Qwen2.5-72B-Instruct --gpus 8 --gpu-memory 79 --strategy fsdp \\
  --system-tokens 1500 --conversation-tokens 500 --trained-tokens 150 \\
  --set micro_batch_size=8 --set gradient_checkpointing=true"""

_LIMITS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
_KINDS = {"string": "text", "integer": "integer", "number": "number", "boolean": "true/false"}
_MEANINGS = {
    "method": "LoRA adapter, or all weights.",
    "epochs": "Passes over the training part of the data.",
    "seed": "Of the split, the order of the data, the adapter's start and dropout.",
    "lora.rank": "Rank of the two matrices of each adapted layer.",
    "lora.dropout": "On the adapter's input.",
    "optimizer.schedule": "Of the learning rate, after the warm-up.",
    "optimizer.warmup_share": "Share of all steps over which the learning rate rises from 0.",
    "optimizer.weight_decay": "AdamW's.",
    "optimizer.max_gradient_norm": "Gradients are scaled down to this norm.",
    "checkpoint.keep": "How many checkpoints lie on disk at most.",
}
"""Of the settings whose field has no docstring."""


def main() -> int:
    """Write, or with ``--check`` compare; 1 if a page is stale."""
    parser = argparse.ArgumentParser(description="Write the generated parts of the pages.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if stale")
    check = parser.parse_args().check
    stale = [page for page in PAGES if (DOCS / page).read_text("utf-8") != render_page(page)]
    for page in stale:
        print(f"{'stale' if check else 'written'}: docs/{page}")
        if not check:
            (DOCS / page).write_text(render_page(page), "utf-8", newline="\n")
    return 1 if check and stale else 0


def render_page(page: str) -> str:
    """A page as it has to be: its hand-written text around freshly generated parts."""
    text = (DOCS / page).read_text("utf-8")
    for name in PAGES[page]:
        begin, end = f"<!-- generated: {name} -->", f"<!-- end of generated: {name} -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if len(pattern.findall(text)) != 1:
            raise ValueError(f"docs/{page} has not exactly one part between {begin} and {end}")
        made = f"{begin}\n\n{PARTS[name]().strip()}\n\n{end}"
        text = pattern.sub(lambda _, made=made: made, text)
    return text


def verifier_table() -> str:
    """The verifiers with names of this project's own, a line each."""
    return _verifier_table([each for each in _own_verifiers() if ":" not in each.name])


def instruction_table() -> str:
    """The verifiers under ids of IFEval and IFBench, a line each."""
    return _verifier_table([each for each in _own_verifiers() if ":" in each.name])


def verifier_sections() -> str:
    """All verifiers of the package, a section each, from their docstrings."""
    return "\n\n".join(_verifier_section(verifier) for verifier in _own_verifiers())


def commands() -> str:
    """``--help`` of the program and of every command."""
    group = typer.main.get_command(app)
    root = group.make_context("rolewright", [], resilient_parsing=True, **_width())
    sections = [f"```text\n{group.get_help(root).strip()}\n```"]
    for name, command in group.commands.items():  # type: ignore[attr-defined]  # it is a group
        context = command.make_context(name, [], parent=root, resilient_parsing=True, **_width())
        sections.append(f"## {name}\n\n```text\n{command.get_help(context).strip()}\n```")
    return "\n\n".join(sections)


def settings_table() -> str:
    """All keys of the training configuration."""
    lines = ["| key | values | default | meaning |", "| --- | --- | --- | --- |"]
    for key, kind, default, meaning in _settings(config.TrainingConfig, ""):
        lines.append(_table_row((f"`{key}`", kind, f"`{_shown(default)}`", meaning)))
    return "\n".join(lines)


def plan_example() -> str:
    """``rolewright plan`` for 72B: the command and what it prints."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        run(shlex.split(PLAN_COMMAND.replace("\\\n", " "))[1:])
    return f"```bash\n{PLAN_COMMAND}\n```\n\n```text\n{printed.getvalue().strip()}\n```"


def memory_table() -> str:
    """Peak memory of Qwen2.5 models on one GPU and on several."""
    lines = ["| model | method | one GPU | 8 GPUs, fsdp | 32 GPUs, fsdp |"]
    lines.append("| --- | --- | --- | --- | --- |")
    placed: list[tuple[Strategy, int]] = [("ddp", 1), ("fsdp", 8), ("fsdp", 32)]
    base = Plan(1, 0, 2048, 2048, checkpointing=True)
    methods = {"LoRA": base, "QLoRA": replace(base, quantization="nf4")}
    methods["full"] = replace(base, full=True)
    for size in ("7B", "14B", "32B", "72B"):
        shape = read_shape(published_config(f"Qwen/Qwen2.5-{size}") or {}, size)
        for name, plan in methods.items():
            peaks = [estimate_memory(shape, plan, *place).total / GIB for place in placed]
            lines.append(_table_row((size, name, *(f"{peak:.0f}" for peak in peaks))))
    return "\n".join(lines)


def _own_verifiers() -> list[Verifier]:
    """Those that come with the package, not those that a caller has registered."""
    found = [find_verifier(name) for name in verifier_names()]
    return [v for v in found if v is not None and v.function.__module__.startswith("rolewright.")]


def _verifier_table(verifiers: Sequence[Verifier]) -> str:
    lines = ["| verifier | what it checks | parameters |", "| --- | --- | --- |"]
    for verifier in verifiers:
        shown = [
            f"`{name}`: {kind}" + ("" if default is None else f"; default {default}")
            for name, kind, default in _parameters(verifier)
        ]
        summary = verifier.summary.removeprefix("Check that ")
        link = f"[`{verifier.name}`](#{_anchor(verifier.name)})"
        lines.append(_table_row((link, summary, "<br>".join(shown) or "none")))
    return "\n".join(lines)


def _anchor(heading: str) -> str:
    """What GitHub makes of a heading without spaces."""
    return re.sub(r"[^\w-]", "", heading.lower())


def _verifier_section(verifier: Verifier) -> str:
    docstring = inspect.getdoc(verifier.function) or ""
    before, _, after = docstring.partition("\n\nRule parameters:\n")
    described, _, source = after.partition("\n\nSource: ")
    meanings = dict(_described(described))
    text = [f"### {verifier.name}", *map(_prose, before.split("\n\n"))]
    listed = []
    for name, kind, default in _parameters(verifier):
        shown = "required" if default is None else f"default {default}"
        listed.append(f"- `{name}` ({kind}; {shown}): {_prose(meanings[name])}")
    if listed:
        text.append("\n".join(listed))
    if source:
        text.append(f"After {_prose(source)}")
    return "\n\n".join(text)


def _described(text: str) -> Iterator[tuple[str, str]]:
    """Split the parameters' part of a docstring: ``name: what it is``, further lines indented."""
    for match in re.finditer(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", text, re.MULTILINE):
        yield match[1], match[2]


def _parameters(verifier: Verifier) -> Iterator[tuple[str, str, str | None]]:
    """Name, kind, and default as JSON (None = required) of each parameter."""
    properties = verifier.parameters.model_json_schema().get("properties", {})
    for name, schema in properties.items():
        kind = "[unit](#units)" if name == "unit" else _kind(schema)
        yield name, kind, f"`{_shown(schema['default'])}`" if "default" in schema else None


def _settings(model: type[BaseModel], above: str) -> Iterator[tuple[str, str, Any, str]]:
    schema = model.model_json_schema()
    docstrings = _field_docstrings(model)
    for name, field in model.model_fields.items():
        key = above + name
        if inspect.isclass(field.annotation) and issubclass(field.annotation, BaseModel):
            yield from _settings(field.annotation, f"{key}.")
            continue
        meaning = docstrings.get(name) or _MEANINGS[key]
        yield key, _kind(schema["properties"][name]), field.default, _prose(meaning)


def _field_docstrings(model: type[BaseModel]) -> Mapping[str, str]:
    """The texts that stand below a model's fields."""
    (definition,) = ast.parse(inspect.getsource(model)).body
    assert isinstance(definition, ast.ClassDef)  # the source of a class is one
    found: dict[str, str] = {}
    for field, below in zip(definition.body, definition.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
        ):
            found[field.target.id] = str(below.value.value)
    return found


def _kind(schema: Mapping[str, Any]) -> str:
    """What values a JSON schema allows, in words."""
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if schema["type"] == "null":
        return "`null`"
    if schema["type"] == "object":
        return "keys and values"
    if schema["type"] == "array":
        least = ", at least one" if schema.get("minItems") else ""
        items = schema["items"]
        return f"list of {_kind(items)}{least}" if "enum" in items else f"list of texts{least}"
    limits = " and ".join(f"{sign} {schema[key]}" for key, sign in _LIMITS.items() if key in schema)
    return f"{_KINDS[schema['type']]} {limits}".strip()


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _prose(text: str) -> str:
    """A docstring's text as Markdown on one line."""
    line = " ".join(text.split())
    line = line.replace("``segmentation.units_of`` defines each", "see [Units](#units)")
    return re.sub(r"\bNone\b", "`null`", line.replace("``", "`"))


def _table_row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _width() -> dict[str, int]:
    return {"terminal_width": HELP_WIDTH, "max_content_width": HELP_WIDTH}


PARTS: Mapping[str, Callable[[], str]] = {
    "verifier-table": verifier_table,
    "instruction-table": instruction_table,
    "verifier-sections": verifier_sections,
    "commands": commands,
    "settings": settings_table,
    "plan-example": plan_example,
    "memory-table": memory_table,
}
PAGES: Mapping[str, tuple[str, ...]] = {
    "verifiers.md": ("verifier-table", "instruction-table", "verifier-sections"),
    "command-line.md": ("commands",),
    "training.md": ("settings",),
    "several-machines.md": ("plan-example", "memory-table"),
}


if __name__ == "__main__":
    sys.exit(main())
