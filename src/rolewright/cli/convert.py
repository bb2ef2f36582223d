"""``rolewright convert``: a Qwen-1 checkpoint in the layout of Qwen2."""

from pathlib import Path
from typing import Annotated

import typer

from rolewright.cli.options import AsJson
from rolewright.cli.output import print_json, say


def convert(
    model: Annotated[
        str, typer.Argument(metavar="QWEN1", help="Folder or hub id of a Qwen-1 checkpoint.")
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A new or empty folder.")],
    precision: Annotated[
        str, typer.Option("--precision", help="auto (as it is stored), fp32 or bf16.")
    ] = "auto",
    as_json: AsJson = False,
) -> None:
    """Write a Qwen-1 checkpoint out as Qwen2ForCausalLM, for programs that run no remote code.

    Rolewright's own commands take a Qwen-1 checkpoint as it is.

    Example: rolewright convert Qwen/Qwen-7B-Chat qwen-7b-chat
    """
    from rolewright.cli.reading import parse_precision

    chosen = parse_precision(precision)

    from rolewright.models.qwen1.convert import convert_qwen1

    converted = convert_qwen1(model, out, chosen, say)
    if as_json:
        print_json(
            {
                "schema": "rolewright.convert/1",
                "model": model,
                "folder": str(out),
                "parameters": converted.parameters,
                "dtype": converted.dtype,
                "files": converted.files,
                "max_position_embeddings": converted.config.seq_length,
            }
        )
        return
    print(
        f"{out}: Qwen2ForCausalLM, {converted.parameters:,} parameters in {converted.dtype}, "
        f"{converted.config.seq_length} tokens of context"
    )
    if converted.config.extends:
        say(
            "beyond that only Rolewright computes what Qwen-1 does (dynamic NTK and logn "
            "attention); keep prompt and answer within it elsewhere"
        )
