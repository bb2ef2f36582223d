"""Run what ``rolewright eval`` asks for, or go on with a broken run."""

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rolewright.bundle.manifest import MANIFEST
from rolewright.cli.output import progress, say

if TYPE_CHECKING:
    from rolewright.bundle.read import Bundle
    from rolewright.cli.gate import Gate
    from rolewright.evaluation.arms import Arm
    from rolewright.evaluation.evaluate import Samples
    from rolewright.evaluation.judge.cases import Decisions
    from rolewright.evaluation.judge.judging import Judging
    from rolewright.evaluation.suites.suite import Suite
    from rolewright.models.load import Precision
    from rolewright.role.schema import RoleFile


@dataclass(frozen=True, slots=True)
class Job:
    """What is evaluated, and how.

    Attributes:
        name: of the target, as results give it.
        endpoint: where it is asked; None = in this process.
        base: endpoint of the base model and its name there; None = a bundle's own, or none.
        concurrency: requests at once to the endpoint.
        bundle: None where the target is a model.
        role: that judges.
        precision: of weights in this process.
        batch_size: prompts decoded together in this process.
        max_new_tokens: limit on a reply's length.
    """

    name: str
    endpoint: str | None
    base: tuple[str, str] | None
    concurrency: int
    bundle: "Bundle | None"
    role: "RoleFile"
    precision: "Precision"
    batch_size: int
    max_new_tokens: int

    def conditions(self, suites: "Sequence[Suite]") -> dict[str, Any]:
        """All that the samples depend on: another run in the same folder is refused."""
        from rolewright.evaluation.rule_hash import hash_rules
        from rolewright.file_hash import hash_file, hash_text

        probes = [[suite.name, *astuple(probe)] for suite in suites for probe in suite.probes]
        bundle = None if self.bundle is None else hash_file(self.bundle.folder / MANIFEST)
        return {
            "schema": "rolewright.eval.run/1",
            "target": self.name,
            "endpoint": self.endpoint,
            "base": self.base and [*self.base],
            "bundle": bundle,
            "role": hash_text(self.role.source),
            "rules": hash_rules(self.role),
            "probes": hash_text(json.dumps(probes, ensure_ascii=False)),
            "precision": self.precision,
            "max_new_tokens": self.max_new_tokens,
        }

    def arms(self) -> "list[Arm]":
        """Load what is evaluated, and say under which system messages it is asked."""
        from rolewright.evaluation.arms import (
            Opening,
            arms_of_bundle,
            arms_of_model,
            arms_of_target,
        )

        if self.endpoint is not None:
            from rolewright.evaluation.endpoint import Endpoint
            from rolewright.evaluation.targets.endpoint import EndpointTarget

            target = EndpointTarget(Endpoint(self.endpoint, self.name, self.concurrency))
            if self.base is None:
                return arms_of_target(self.role, target)
            base = EndpointTarget(Endpoint(*self.base, self.concurrency))
            return arms_of_target(self.role, base, tuned=target)
        how = Opening(self.precision, self.batch_size, say)
        if self.bundle is not None:
            return arms_of_bundle(self.role, self.bundle, how)
        return arms_of_model(self.role, self.name, how)


def run_job(
    job: Job,
    suites: "Sequence[Suite]",
    out: Path | None,
    judging: "Judging | None",
    *,
    trained_prompts: int,
    gate: "Gate",
) -> dict[str, Any]:
    """Run suites, or go on with a broken run in ``out``, judge, sum up, and tell the build.

    Raises:
        UserError: ``out`` is taken, or a conversation cannot be answered.
    """
    from rolewright.evaluation.context_limit import what_fits
    from rolewright.evaluation.evaluate import Settings, evaluate
    from rolewright.evaluation.judge.judging import judge_figures, rule_on, with_verdicts
    from rolewright.evaluation.log import LOG, claim_run
    from rolewright.evaluation.results import summarise

    conditions = job.conditions(suites)
    if judging is not None:
        conditions["judge"] = judging.conditions()
    done = {} if out is None else claim_run(out, conditions)
    if done:
        say(f"{out}: going on behind {len(done)} samples")
    if job.bundle is not None or job.base is not None:
        say_power(suites)
    arms = job.arms()
    total = sum(
        len(probe.turns) * sum(arm.name in suite.arms for arm in arms)
        for suite in suites
        for probe in suite.probes
    )
    settings = Settings(job.max_new_tokens, None if out is None else out / LOG, done)
    with progress("answering", total=total - len(done)) as advance:
        samples = evaluate(suites, arms, settings, lambda batch: advance(len(batch)))
    decisions = {} if judging is None else decide(judging, suites, samples, out)
    rulings = rule_on(job.role, judging, decisions)
    judged = with_verdicts(suites, samples, rulings, decisions)
    results = summarise(
        job.role,
        job.name,
        suites,
        judged,
        trained_prompts=trained_prompts,
        thresholds=gate.thresholds,
        judge=judge_figures(judging, rulings, samples, decisions),
    )
    for suite, number in results["does_not_fit"].items():
        say(f"{suite}: {number} probes left out, since they do not fit into the model's context")
    gate.write(results, {suite: what_fits(each) for suite, each in judged.items()})
    return results


def decide(
    judging: "Judging", suites: "Sequence[Suite]", samples: "Samples", out: Path | None
) -> "Decisions":
    """Let a judge decide what code cannot, or go on with a broken run in ``out``."""
    from rolewright.evaluation.judge.cases import JUDGE_LOG, decide_cases

    cases = judging.cases(suites, samples)
    log = None if out is None else out / JUDGE_LOG
    with progress("judging", total=len(cases)) as advance:
        return decide_cases(judging.judge, cases, log, lambda: advance(1))


def say_power(suites: "Sequence[Suite]") -> None:
    """Tell what differences so many probes can show, before they are asked."""
    from rolewright.evaluation.announcement import announce

    sizes = {suite.name: len({probe.cluster for probe in suite.probes}) for suite in suites}
    for line in announce(sizes):
        say(line)
