"""``rolewright eval``: whether the role took hold."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rolewright.cli.options import AsJson, BatchSize, MaxNewTokens, PrecisionName, ReportLanguage
from rolewright.cli.output import (
    EXIT_FALLS_SHORT,
    percent,
    print_json,
    print_table,
    progress,
    say,
)

if TYPE_CHECKING:
    from rolewright.bundle.read import Bundle
    from rolewright.role.schema import RoleFile


def evaluate(
    target: Annotated[str, typer.Argument(metavar="BUNDLE|MODEL", help="What is evaluated.")],
    role_path: Annotated[
        Path | None, typer.Option("--role", help="The role file; a bundle has its own.")
    ] = None,
    data: Annotated[
        list[Path] | None,
        typer.Option("--data", help="Held-out prompts; else the role's example inputs."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="A new folder for log, results and report.")
    ] = None,
    trust_verifiers: Annotated[
        bool,
        typer.Option("--trust-verifiers", help="Run the Python verifiers that a bundle carries."),
    ] = False,
    language: ReportLanguage = "en",
    max_new_tokens: MaxNewTokens = 256,
    batch_size: BatchSize = 32,
    precision: PrecisionName = "auto",
    as_json: AsJson = False,
) -> None:
    """Run a role's rules over held-out prompts, arm by arm; exit 1 if the role did not take hold.

    A bundle is compared with its base model, without and with the role as a prompt.

    Example: rolewright eval bundle --role role.yaml --data data/eval.jsonl --out evaluation
    """
    from rolewright.bundle.read import is_bundle, read_bundle
    from rolewright.bundle.write import claim_folder
    from rolewright.cli.reading import parse_language, parse_precision, read_conversations
    from rolewright.evaluation.prompts import (
        prompts_of_role,
        prompts_trained_on,
        prompts_under_role,
        refuse_unknown_scenarios,
    )

    chosen = parse_precision(precision)
    of_report = parse_language(language)
    bundle = read_bundle(target, trust_verifiers=trust_verifiers) if is_bundle(target) else None
    role = _role_for(role_path, bundle, trust_verifiers)
    prompts = read_conversations(data, role, answered=False) if data else prompts_of_role(role)
    refuse_unknown_scenarios(role, prompts)
    judged, others = prompts_under_role(role, prompts)
    if others:
        say(f"{len(others)} prompts left out: another system message, or no rule applies to them")
    trained = prompts_trained_on(bundle, judged) if bundle else []
    if trained:
        places = ", ".join(str(prompt.place) for prompt in trained[:5])
        say(f"{len(trained)} of {len(judged)} prompts were trained on, not held out: {places}")
    if out is not None:
        claim_folder(out)

    from rolewright.evaluation.arms import arms_of_bundle, arms_of_model
    from rolewright.evaluation.evaluate import Settings
    from rolewright.evaluation.evaluate import evaluate as run
    from rolewright.evaluation.log import LOG

    arms = arms_of_bundle(bundle, chosen, say) if bundle else arms_of_model(target, chosen, say)
    log = None if out is None else out / LOG
    settings = Settings(max_new_tokens, batch_size, log, len(trained))
    with progress("answering", total=len(arms) * len(judged)) as advance:
        results, _ = run(role, target, arms, judged, settings, lambda batch: advance(len(batch)))
    if out is not None:
        from rolewright.cli.reporting import write_evaluation

        report = write_evaluation(out, role, target, results, bundle, of_report)
        say(f"report: {report}")
    if as_json:
        print_json(results)
    else:
        show_results(results)
    if results["verdict"] == "not proven":
        raise typer.Exit(EXIT_FALLS_SHORT)


def _role_for(path: Path | None, bundle: "Bundle | None", trust_verifiers: bool) -> "RoleFile":
    from rolewright.errors import UserError
    from rolewright.role.load import load_role
    from rolewright.role.user_verifiers import untrusted

    if path is not None:
        return load_role(path)
    if bundle is not None:
        if bundle.role.verifier_files and not trust_verifiers:
            raise untrusted(bundle.role.verifier_files)
        return bundle.role
    raise UserError.at("--role", "missing", expected="a role file: a base model has none")


def show_results(results: dict[str, Any]) -> None:
    """Print arms side by side, and the verdict."""
    arms = results["arms"]
    rows = [
        [
            "all rules kept",
            *(_interval(a["isr"], a["isr_low"], a["isr_high"]) for a in arms.values()),
        ],
        ["rule checks passed", *(percent(arm["csr"]) for arm in arms.values())],
    ]
    first = next(iter(arms.values()))
    for number, rule in enumerate(first["rules"]):
        of_arms = [arm["rules"][number] for arm in arms.values()]
        cells = [_interval(r["rate"], r["low"], r["high"]) for r in of_arms]
        rows.append([f"  {rule['id']} ({rule['total']})", *cells])
    title = f"{results['role']}: share of {first['prompts']} prompts, 95% interval"
    print_table(title, ["", *arms], rows)
    print(f"verdict: {results['verdict']}. {results['reason']}")


def _interval(rate: float | None, low: float | None, high: float | None) -> str:
    if rate is None or low is None or high is None:
        return percent(None)
    return f"{rate:.0%} ({100 * low:.0f}–{100 * high:.0f})"
