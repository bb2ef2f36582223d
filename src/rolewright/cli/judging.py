"""The judge of ``eval`` and ``check``: opened from options, its findings printed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rolewright.cli.output import print_table, progress, say
from rolewright.cli.suite_tables import interval

if TYPE_CHECKING:
    from rolewright.evaluation.judge.contradictions import PairsJudged
    from rolewright.evaluation.judge.judge import Judge
    from rolewright.evaluation.judge.judging import Judging
    from rolewright.role.schema import RoleFile

JudgeUrl = Annotated[
    str | None,
    typer.Option("--judge", metavar="URL", help="A model judges what code cannot, up to /v1."),
]
JudgeModel = Annotated[
    str | None, typer.Option("--judge-model", help="The judge's name at its endpoint.")
]
JudgeLabels = Annotated[
    Path | None,
    typer.Option("--judge-labels", help="People's labels, to compare the judge with."),
]
JudgeConcurrency = Annotated[
    int, typer.Option("--concurrency", min=1, help="Requests at once to the judge.")
]


def open_judge_at(
    role: "RoleFile", url: str | None, model: str | None, concurrency: int
) -> "Judge | None":
    """The judge that options name, once it has answered the controls; None without ``--judge``.

    Raises:
        UserError: an option is missing, or the endpoint fails.
    """
    from rolewright.errors import UserError
    from rolewright.evaluation.endpoint import Endpoint
    from rolewright.evaluation.judge.judge import JUDGE_API_KEY, open_judge
    from rolewright.evaluation.judge.wording import read_wording
    from rolewright.role.language import language_of

    if url is None:
        if model is not None:
            raise UserError.at("--judge-model", "given without --judge", expected="both or none")
        return None
    if model is None:
        raise UserError.at("--judge-model", "missing", expected="the model's name at --judge")
    endpoint = Endpoint(url, model, concurrency, key=JUDGE_API_KEY)
    judge = open_judge(endpoint, read_wording(language_of(role)))
    name = judge.model if judge.model == model else f"{judge.model} (asked for as {model})"
    say(f"judge: {name}, {judge.in_words}")
    if judge.unreadable:
        say(f"a reply without the JSON object that was asked for: {judge.unreadable[0][:100]!r}")
    return judge


def open_judging(
    role: "RoleFile", url: str | None, model: str | None, labels: Path | None, concurrency: int
) -> "Judging | None":
    """The judge of an evaluation with its labels; None, with a word to the user, without one.

    Raises:
        UserError: an option or a label is wrong, or the endpoint fails.
    """
    from rolewright.errors import UserError
    from rolewright.evaluation.judge.agreement import ADVISED_LABELS
    from rolewright.evaluation.judge.judging import Judging
    from rolewright.evaluation.judge.labels import read_labels

    if labels is not None and url is None:
        raise UserError.at("--judge-labels", "given without --judge", expected="both or none")
    judged = ", ".join(rule.id for rule in role.judged_rules)
    if url is not None and not judged:
        raise UserError.at(
            "--judge", f"{role.file} leaves nothing to it", expected="a rule with `check: judged`"
        )
    read = [] if labels is None else read_labels(labels, role)
    judge = open_judge_at(role, url, model, concurrency)
    if judge is None:
        if judged:
            say(f"not judged, and in no figure: {judged}; a model can judge them (--judge)")
        return None
    if not judge.is_sound:
        say("with controls wrong, what it says is shown, but counts for nothing")
    if len(read) < ADVISED_LABELS:
        say(f"{len(read)} labels of people: {ADVISED_LABELS} or more tell how far a judge is right")
    return Judging(judge, read)


def judge_role(
    role: "RoleFile", url: str | None, model: str | None, concurrency: int
) -> "PairsJudged | None":
    """Ask a judge about all pairs of a role's demands; None without one.

    Raises:
        UserError: an option is missing, or the endpoint fails.
    """
    from rolewright.evaluation.judge.contradictions import judge_pairs, pairs_of

    judge = open_judge_at(role, url, model, concurrency)
    if judge is None:
        return None
    pairs = pairs_of(role, judge.wording)
    with progress("judging pairs", total=len(pairs)) as advance:
        judged = judge_pairs(judge, pairs, lambda: advance(1))
    say(f"{judged.pairs} pairs of demands judged, {judged.undecided} of them undecided")
    return judged


def show_judged(figures: dict[str, Any] | None) -> None:
    """Print what a judge says of the rules that code cannot decide.

    Args:
        figures: ``judge`` of the results.
    """
    if figures is None:
        return
    rules = figures["rules"]
    if figures["judge"] is None:
        print(f"not judged: {', '.join(rule['id'] for rule in rules)}")
        return
    arms = list(rules[0]["arms"])
    rows = []
    for rule in rules:
        cells = [_cell(rule["arms"][arm]) for arm in arms]
        rows.append([rule["id"], *cells, f"{rule['state']}: {rule['reason']}"])
    print_table(f"judged by {figures['judge']['reported_model']}", ["", *arms, "counts"], rows)
    order = figures["order"]
    print(
        f"decisions that go by the order of the options: {interval(order)}; replies that cannot be "
        f"read: {order['unreadable']}"
    )


def _cell(share: dict[str, Any]) -> str:
    undecided = share["undecided"]
    return interval(share) + (f", {undecided} undecided" if undecided else "")
