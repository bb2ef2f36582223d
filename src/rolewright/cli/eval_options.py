"""The options of ``rolewright eval``."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[
    list[Path] | None,
    typer.Option("--data", help="Held-out prompts; else the role's example inputs."),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", help="A folder for log, results and report; a broken run goes on."),
]
TrustVerifiers = Annotated[
    bool,
    typer.Option("--trust-verifiers", help="Run the Python verifiers that a bundle carries."),
]
Endpoint = Annotated[
    str | None,
    typer.Option("--endpoint", metavar="URL", help="An OpenAI-compatible one, up to /v1."),
]
ApiModel = Annotated[
    str | None, typer.Option("--api-model", help="The model's name at the endpoint.")
]
BaseApiModel = Annotated[
    str | None,
    typer.Option("--base-api-model", help="The base model's name, where --api-model is tuned."),
]
BaseEndpoint = Annotated[
    str | None,
    typer.Option("--base-endpoint", metavar="URL", help="Where that is served; else --endpoint."),
]
FailUnder = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-under",
        metavar="[NAME=]SHARE",
        help="Exit 1 below this share of answers with every rule kept, or of a rule's or suite's.",
    ),
]
Junit = Annotated[
    Path | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML for a build server.")
]
Concurrency = Annotated[
    int, typer.Option("--concurrency", min=1, help="Requests at once to an endpoint.")
]
Questions = Annotated[
    list[Path] | None,
    typer.Option("--questions", help="Graded questions, for the suite general_ability."),
]
Texts = Annotated[
    list[Path] | None,
    typer.Option("--perplexity", help="Texts (plain or JSONL), for the suite general_ability."),
]
OtherRoles = Annotated[
    list[Path] | None,
    typer.Option("--other-role", help="Role files, for the suite switching; else built-in ones."),
]
