"""``rolewright render``: the exact token stream of training examples."""

from itertools import groupby
from typing import Annotated, Any

import typer

from rolewright.cli.options import (
    AsJson,
    ConfigPath,
    DataPaths,
    ModelName,
    Overrides,
    RolePath,
    SkipBad,
)
from rolewright.cli.output import print_json, say


def render(
    role_path: RolePath,
    data: DataPaths,
    model: ModelName,
    number: Annotated[int | None, typer.Option("-n", min=1, help="How many examples.")] = None,
    config_path: ConfigPath = None,
    overrides: Overrides = None,
    skip_bad: SkipBad = False,
    as_json: AsJson = False,
) -> None:
    """Show the tokens that training sees, and which of them are trained.

    Without -n, three examples are shown; with --json, all.

    Example: rolewright render role.yaml data/train.jsonl --model builtin:smollm2-135m -n 3
    """
    from rolewright.cli.reading import read_conversations
    from rolewright.models.load import load_tokenizer
    from rolewright.role.load import load_role
    from rolewright.role.resolve import resolve_system
    from rolewright.tokens.chatml import ChatEncoder
    from rolewright.tokens.render import render_example
    from rolewright.training.config import load_config

    config = load_config(config_path, overrides or [])
    role = load_role(role_path)
    conversations = read_conversations(data, role, answered=True, skip_bad=skip_bad)
    encoder = ChatEncoder(load_tokenizer(model, say), model, thinking=config.thinking)
    shown = number if number is not None or as_json else 3
    examples = encoder.encode_conversations(
        [resolve_system(conversation, role.system) for conversation in conversations[:shown]],
        loss=config.loss,
        max_length_tokens=config.max_length_tokens,
    )
    for example in examples[:shown]:
        rendered = render_example(example, encoder.tokenizer)
        if not len(example):
            say(f"{example.place}: not even the first exchange fits max_length_tokens; left out")
        if as_json:
            print_json(rendered)
        else:
            _show(rendered, encoder.tokenizer)


def _show(rendered: dict[str, Any], tokenizer: Any) -> None:
    from rich.console import Console
    from rich.text import Text

    system = rendered["system"]
    state = "absent" if system is None else "empty" if system == "" else f"{len(system)} characters"
    trained = sum(label != -100 for label in rendered["labels"])
    line, kept = Text(), []
    pairs = zip(rendered["input_ids"], rendered["labels"], strict=True)
    # Whole runs are decoded, since a character may consist of several tokens.
    for is_trained, run in groupby(pairs, key=lambda pair: pair[1] != -100):
        ids = [token for token, _ in run]
        text = tokenizer.decode(ids, clean_up_tokenization_spaces=False)
        line.append(text.replace("\n", "⏎\n"), style="bold green" if is_trained else "dim")
        kept += [text] if is_trained else []
    console = Console(highlight=False)
    truncated = ", later exchanges left out" if rendered["truncated"] else ""
    console.print(
        f"── {rendered['id']}: {len(rendered['tokens'])} tokens, {trained} trained (green), "
        f"system message {state}{truncated}",
        markup=False,
    )
    console.print(line)
    if not console.is_terminal:
        console.print(f"trained: {''.join(kept)!r}", markup=False)
