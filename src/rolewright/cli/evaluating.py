"""What ``rolewright eval`` is given: a target, a role, prompts, and a run to go on with."""

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rolewright.bundle.manifest import MANIFEST
from rolewright.cli.output import progress, say

if TYPE_CHECKING:
    from rolewright.bundle.read import Bundle
    from rolewright.conversations.conversation import Conversation
    from rolewright.evaluation.arms import Arm
    from rolewright.evaluation.judge.judging import Judging
    from rolewright.evaluation.suites.suite import Suite
    from rolewright.models.load import Precision
    from rolewright.role.schema import RoleFile


def name_of_target(target: str | None, endpoint: str | None, api_model: str | None) -> str:
    """What is evaluated, by the name that results give it."""
    from rolewright.errors import UserError

    if endpoint is not None:
        if target is not None:
            raise UserError.at("--endpoint", f"given beside {target}", expected="one of the two")
        if api_model is None:
            raise UserError.at("--api-model", "missing", expected="the model's name at --endpoint")
        return api_model
    if target is None:
        raise UserError.at(
            "BUNDLE|MODEL", "missing", expected="a bundle, a model, or --endpoint with --api-model"
        )
    return target


@dataclass(frozen=True, slots=True)
class Job:
    """What is evaluated, and how.

    Attributes:
        name: of the target, as results give it.
        endpoint: where it is asked; None = in this process.
        concurrency: requests at once to the endpoint.
        bundle: None where the target is a model.
        role: that judges.
        precision: of weights in this process.
        batch_size: prompts decoded together in this process.
        max_new_tokens: limit on a reply's length.
    """

    name: str
    endpoint: str | None
    concurrency: int
    bundle: "Bundle | None"
    role: "RoleFile"
    precision: "Precision"
    batch_size: int
    max_new_tokens: int

    def conditions(self, suites: "Sequence[Suite]") -> dict[str, Any]:
        """All that the samples depend on: another run in the same folder is refused."""
        from rolewright.file_hash import hash_file, hash_text

        probes = [[suite.name, *astuple(probe)] for suite in suites for probe in suite.probes]
        bundle = None if self.bundle is None else hash_file(self.bundle.folder / MANIFEST)
        return {
            "schema": "rolewright.eval.run/1",
            "target": self.name,
            "endpoint": self.endpoint,
            "bundle": bundle,
            "role": hash_text(self.role.source),
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

            endpoint = Endpoint(self.endpoint, self.name, self.concurrency)
            return arms_of_target(self.role, EndpointTarget(endpoint))
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
) -> dict[str, Any]:
    """Run suites, or go on with a broken run in ``out``, let a judge decide, and sum up.

    Raises:
        UserError: ``out`` is taken, or a conversation cannot be answered.
    """
    from rolewright.evaluation.evaluate import Settings, evaluate
    from rolewright.evaluation.judge.cases import JUDGE_LOG, decide_cases
    from rolewright.evaluation.judge.judging import judge_figures, rule_on, with_verdicts
    from rolewright.evaluation.log import LOG, claim_run
    from rolewright.evaluation.results import summarise

    conditions = job.conditions(suites)
    if judging is not None:
        conditions["judge"] = judging.conditions()
    done = {} if out is None else claim_run(out, conditions)
    if done:
        say(f"{out}: going on behind {len(done)} samples")
    arms = job.arms()
    total = sum(
        len(probe.turns) * sum(arm.name in suite.arms for arm in arms)
        for suite in suites
        for probe in suite.probes
    )
    settings = Settings(job.max_new_tokens, None if out is None else out / LOG, done)
    with progress("answering", total=total - len(done)) as advance:
        samples = evaluate(suites, arms, settings, lambda batch: advance(len(batch)))
    decisions = {}
    if judging is not None:
        cases = judging.cases(suites, samples)
        log = None if out is None else out / JUDGE_LOG
        with progress("judging", total=len(cases)) as advance:
            decisions = decide_cases(judging.judge, cases, log, lambda: advance(1))
    rulings = rule_on(job.role, judging, decisions)
    return summarise(
        job.role,
        job.name,
        suites,
        with_verdicts(suites, samples, rulings, decisions),
        trained_prompts=trained_prompts,
        judge=judge_figures(judging, rulings, samples, decisions),
    )


def role_for(
    path: Path | None, bundle: "Bundle | None", name: str, *, trust_verifiers: bool
) -> "RoleFile":
    """The role that judges: the one that is named, else the bundle's.

    Raises:
        UserError: there is none, or it needs code that is not trusted.
    """
    from rolewright.errors import UserError
    from rolewright.role.load import load_role
    from rolewright.role.user_verifiers import untrusted

    if path is not None:
        return load_role(path)
    if bundle is not None:
        if bundle.role.verifier_files and not trust_verifiers:
            raise untrusted(bundle.role.verifier_files)
        return bundle.role
    raise UserError.at("--role", "missing", expected=f"a role file, as {name} is no bundle")


def read_prompts(
    role: "RoleFile", bundle: "Bundle | None", data: list[Path] | None
) -> "tuple[list[Conversation], int]":
    """The prompts that the role is judged on, and how many of them were trained on."""
    from rolewright.cli.reading import read_conversations
    from rolewright.evaluation.prompts import (
        prompts_of_role,
        prompts_trained_on,
        prompts_under_role,
        refuse_unknown_scenarios,
    )

    prompts = read_conversations(data, role, answered=False) if data else prompts_of_role(role)
    refuse_unknown_scenarios(role, prompts)
    judged, others = prompts_under_role(role, prompts)
    if others:
        say(f"{len(others)} prompts left out: another system message, or no rule applies to them")
    trained = prompts_trained_on(bundle, judged) if bundle else []
    if trained:
        places = ", ".join(str(prompt.place) for prompt in trained[:5])
        say(f"{len(trained)} of {len(judged)} prompts were trained on, not held out: {places}")
    return judged, len(trained)


def suites_named(
    names: str,
    role: "RoleFile",
    prompts: "list[Conversation]",
    questions: list[Path],
    *,
    quick: bool,
) -> "list[Suite]":
    """The suites of ``--suites``, with the graded questions of ``--questions``.

    Raises:
        UserError: there is no such suite, or a question is faulty.
    """
    from rolewright.conversations.questions import read_questions
    from rolewright.evaluation.suites.selection import FULL, QUICK, build_suites, parse_suites

    chosen = parse_suites(names)
    asked = read_questions(questions) if questions else []
    return build_suites(chosen, role, prompts, asked, QUICK if quick else FULL)
