"""``rolewright eval``: whether the role took hold."""

from pathlib import Path
from typing import Annotated, Any

import typer

from rolewright.cli.eval_options import (
    ApiModel,
    BaseApiModel,
    BaseEndpoint,
    Concurrency,
    Data,
    Endpoint,
    FailUnder,
    Junit,
    OtherRoles,
    Out,
    Questions,
    Texts,
    TrustVerifiers,
)
from rolewright.cli.gate import falls_short, show_gate
from rolewright.cli.judging import JudgeLabels, JudgeModel, JudgeUrl, open_judging, show_judged
from rolewright.cli.options import AsJson, BatchSize, MaxNewTokens, PrecisionName, ReportLanguage
from rolewright.cli.output import (
    EXIT_FALLS_SHORT,
    percent,
    print_json,
    print_table,
    say,
)
from rolewright.cli.suite_tables import difference, interval, show_suites


def evaluate(
    target: Annotated[
        str | None, typer.Argument(metavar="BUNDLE|MODEL", help="What is evaluated.")
    ] = None,
    role_path: Annotated[
        Path | None, typer.Option("--role", help="The role file; a bundle has its own.")
    ] = None,
    data: Data = None,
    suites: Annotated[
        str, typer.Option("--suites", help="Names with commas between them, or all.")
    ] = "adherence",
    quick: Annotated[bool, typer.Option("--quick", help="Fewer probes a suite.")] = False,
    questions: Questions = None,
    perplexity: Texts = None,
    other_roles: OtherRoles = None,
    endpoint: Endpoint = None,
    api_model: ApiModel = None,
    base_api_model: BaseApiModel = None,
    base_endpoint: BaseEndpoint = None,
    concurrency: Concurrency = 8,
    judge: JudgeUrl = None,
    judge_model: JudgeModel = None,
    judge_labels: JudgeLabels = None,
    out: Out = None,
    fail_under: FailUnder = None,
    junit: Junit = None,
    trust_verifiers: TrustVerifiers = False,
    language: ReportLanguage = "en",
    max_new_tokens: MaxNewTokens = 256,
    batch_size: BatchSize = 32,
    precision: PrecisionName = "auto",
    as_json: AsJson = False,
) -> None:
    """Run a role's rules over held-out prompts, arm by arm; exit 1 if the role did not take hold.

    A bundle is compared with its base model, without and with the role as a prompt; a tuned model
    behind an endpoint with --base-api-model.

    Example: rolewright eval bundle --role role.yaml --data data/eval.jsonl --out evaluation
    """
    from rolewright.bundle.read import is_bundle, read_bundle
    from rolewright.cli import evaluating
    from rolewright.cli.evaluation_job import Job, run_job
    from rolewright.cli.gate import open_gate
    from rolewright.cli.reading import parse_language, parse_precision

    chosen = parse_precision(precision)
    of_report = parse_language(language)
    name = evaluating.name_of_target(target, endpoint, api_model)
    base = evaluating.base_at_endpoint(base_api_model, base_endpoint, endpoint)
    bundle = None
    if endpoint is None and is_bundle(name):
        bundle = read_bundle(name, trust_verifiers=trust_verifiers)
    role = evaluating.role_for(role_path, bundle, name, trust_verifiers=trust_verifiers)
    prompts, trained = evaluating.read_prompts(role, bundle, data)
    asked = evaluating.Asked(suites, quick, questions, perplexity, other_roles)
    built = evaluating.read_suites(asked, role, prompts, endpoint)
    gate = open_gate(fail_under or [], junit, built, role)
    judging = open_judging(role, judge, judge_model, judge_labels, concurrency)
    job = Job(name, endpoint, base, concurrency, bundle, role, chosen, batch_size, max_new_tokens)
    results = run_job(job, built, out, judging, trained_prompts=trained, gate=gate)
    if out is not None:
        from rolewright.cli.reporting import write_evaluation

        report = write_evaluation(out, role, name, results, bundle, of_report)
        say(f"report: {report}")
    if as_json:
        print_json(results)
    else:
        show_results(results)
    if falls_short(results):
        raise typer.Exit(EXIT_FALLS_SHORT)


def show_results(results: dict[str, Any]) -> None:
    """Print arms side by side, the verdict, and what follows from it."""
    arms = results["arms"]
    changes = {} if results["paired"] is None else {r["id"]: r for r in results["paired"]["rules"]}
    rows = [
        [
            "all rules kept",
            *(
                interval({"rate": a["isr"], "low": a["isr_low"], "high": a["isr_high"]})
                for a in arms.values()
            ),
        ],
        ["rule checks passed", *(percent(arm["csr"]) for arm in arms.values())],
    ]
    first = next(iter(arms.values()))
    for number, rule in enumerate(first["rules"]):
        cells = [interval(arm["rules"][number]) for arm in arms.values()]
        change = [difference(changes[rule["id"]])] if rule["id"] in changes else []
        rows.append([f"  {rule['id']} ({rule['total']})", *cells, *change])
    title = f"{results['role']}: share of {first['prompts']} prompts, 95% interval"
    columns = ["", *arms, *(["by training, Holm's p"] if changes else [])]
    print_table(title, columns, rows)
    show_suites(results["suites"])
    show_judged(results["judge"])
    print(f"verdict: {results['verdict']}. {results['reason']}")
    show_gate(results)
