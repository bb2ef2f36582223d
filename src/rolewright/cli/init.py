"""``rolewright init``: a new role project."""

from pathlib import Path
from typing import Annotated

import typer

from rolewright.cli.output import say


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    language: Annotated[str, typer.Option("--lang", help="en or zh.")] = "en",
) -> None:
    """Lay out a role project: role.yaml, data and a README.

    Example: rolewright init my-role --lang zh
    """
    import shlex
    from importlib import resources

    from rolewright.bundle.write import claim_folder, write_text
    from rolewright.cli.reading import parse_language

    parse_language(language)
    claim_folder(folder)
    source = resources.files("rolewright.demo") / "project" / language
    with resources.as_file(source) as template:
        files = [file for file in sorted(template.rglob("*")) if file.is_file()]
        written = [folder / file.relative_to(template) for file in files]
        for file, path in zip(files, written, strict=True):
            write_text(path, file.read_text("utf-8"))
    for path in written:
        print(path)
    paths = shlex.join([str(folder / "role.yaml"), str(folder / "data" / "train.jsonl")])
    say(f"next: rolewright check {paths}")
