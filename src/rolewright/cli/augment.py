"""``rolewright augment``: data that keeps a role in its place."""

import math
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from rolewright.augmentation.shares import DEFAULT_SHARES
from rolewright.cli.options import AsJson, BatchSize, DataPaths, ModelName, RolePath, SkipBad
from rolewright.cli.output import print_json, progress, say


def augment(
    role_path: RolePath,
    data: DataPaths,
    model: ModelName,
    out: Annotated[Path, typer.Option("--out", help="A new JSONL file.")],
    shares: Annotated[
        str,
        typer.Option(
            "--shares", help="Of the role's rows that get a twin under each kind of system message."
        ),
    ] = DEFAULT_SHARES,
    foreign: Annotated[
        Path | None,
        typer.Option("--foreign", help="Other system messages, as YAML; else built-in ones."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of all choices.")] = 42,
    max_new_tokens: Annotated[
        int | None,
        typer.Option(
            "--max-new-tokens",
            min=1,
            help="Limit on the base model's answers; else as long as the role's, at least 24.",
        ),
    ] = None,
    temperature: Annotated[
        float, typer.Option("--temperature", min=0, help="Of the base model's answers; 0 = greedy.")
    ] = 0.0,
    batch_size: BatchSize = 32,
    skip_bad: SkipBad = False,
    as_json: AsJson = False,
) -> None:
    """Add twins of the role's rows under no, an empty, a foreign and a paraphrased system message.

    Twins without the role carry the base model's own answers, so that training does not spread the
    role to conversations that do not ask for it. The data itself is left as it is.

    Example: rolewright augment role.yaml data/train.jsonl --model builtin:smollm2-135m
    --out data/augmented.jsonl
    """
    from rolewright.augmentation.answers import Decoding
    from rolewright.augmentation.augment import Request, claim_file, read_sources, unfinished_file
    from rolewright.augmentation.augment import augment as run
    from rolewright.augmentation.shares import parse_shares
    from rolewright.augmentation.twins import limit_tokens
    from rolewright.cli.reading import tell_skipped
    from rolewright.errors import UserError
    from rolewright.role.load import load_role

    if not math.isfinite(temperature):
        raise UserError.at("--temperature", f"found {temperature}", expected="a finite number")
    wanted = parse_shares(shares)
    claim_file(out)
    role = load_role(role_path)
    sources, faults = read_sources(data, role, skip_bad=skip_bad)
    tell_skipped(faults, len(sources))
    limit = max_new_tokens or limit_tokens(role, sources)
    decoding = Decoding(limit, batch_size, temperature, seed)
    request = Request(wanted, foreign, seed, model, decoding)
    try:
        with progress("answering", total=None) as advance:
            done = run(role, sources, request, out, say, advance)
    except KeyboardInterrupt:
        if unfinished_file(out).exists():
            say(f"stopped; the same command goes on with {unfinished_file(out)}")
        raise
    if as_json:
        print_json({"schema": "rolewright.augment/1", "out": str(out), **asdict(done)})
        return
    if done.cut:
        say(f"{done.cut} answers reach {limit} tokens: their end is marked as none to learn")
    if done.left_out:
        say(f"{done.left_out} twins left out: no answer, or one that spells out control tokens")
    added = ", ".join(f"{kind} {number}" for kind, number in done.twins.items())
    print(f"{out}: {done.rows} rows of the data ({done.of_role} of the role), twins: {added}")
