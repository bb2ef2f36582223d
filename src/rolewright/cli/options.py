"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

RolePath = Annotated[Path, typer.Argument(metavar="ROLE", help="The role file (role.yaml).")]
DataPaths = Annotated[
    list[Path], typer.Argument(metavar="DATA", help="JSONL or JSON-array files of conversations.")
]
BundlePath = Annotated[
    Path, typer.Argument(metavar="BUNDLE", help="A folder that `rolewright train` wrote.")
]
ModelName = Annotated[
    str,
    typer.Option("--model", help="Hub id, folder, or builtin:smollm2-135m.", show_default=False),
]


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
SkipBad = Annotated[
    bool, typer.Option("--skip-bad", help="Go on without bad rows, and say how many.")
]
ConfigPath = Annotated[
    Path | None, typer.Option("--config", help="A YAML file with training settings.")
]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Override a setting, e.g. lora.rank=8."),
]
ReportLanguage = Annotated[str, typer.Option("--lang", help="The report's language: en or zh.")]
PrecisionName = Annotated[
    str, typer.Option("--precision", help="auto (bf16 on a GPU, fp32 on a CPU), fp32 or bf16.")
]
BatchSize = Annotated[int, typer.Option("--batch-size", min=1, help="Prompts decoded together.")]
MaxNewTokens = Annotated[
    int, typer.Option("--max-new-tokens", min=1, help="Limit on an answer's length, in tokens.")
]
