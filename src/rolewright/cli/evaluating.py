"""What ``rolewright eval`` is given: a target, a role, prompts and suites."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rolewright.cli.output import say

if TYPE_CHECKING:
    from rolewright.bundle.read import Bundle
    from rolewright.conversations.conversation import Conversation
    from rolewright.conversations.questions import Question
    from rolewright.evaluation.suites.suite import Suite
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


def base_at_endpoint(
    base_api_model: str | None, base_endpoint: str | None, endpoint: str | None
) -> "tuple[str, str] | None":
    """Where the base model of a tuned one is asked, and its name there; None = there is none."""
    from rolewright.errors import UserError

    if base_api_model is None:
        if base_endpoint is not None:
            expected = "the base model's name at --base-endpoint"
            raise UserError.at("--base-api-model", "missing", expected=expected)
        return None
    if endpoint is None:
        raise UserError.at(
            "--base-api-model",
            "it is for a tuned model behind an endpoint",
            expected="--endpoint with --api-model",
            fix="leave it out: a bundle knows its base model",
        )
    return base_endpoint or endpoint, base_api_model


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
    repeats = _repeats(prompts, "prompts")
    judged, others = prompts_under_role(
        role, [each for row, each in enumerate(prompts) if row not in repeats]
    )
    if others:
        say(f"{len(others)} prompts left out: another system message, or no rule applies to them")
    asked = {rule.id for prompt in judged for rule in role.rules_for(prompt.scenario)}
    if unasked := [rule.id for rule in role.rules if rule.id not in asked]:
        rules = ", ".join(unasked)
        say(f"no prompt is judged by {rules}: add prompts of their scenarios, or nothing is shown")
    trained = prompts_trained_on(bundle, judged) if bundle else []
    if trained:
        places = ", ".join(str(prompt.place) for prompt in trained[:5])
        say(f"{len(trained)} of {len(judged)} prompts were trained on, not held out: {places}")
    return judged, len(trained)


def _repeats(prompts: "Sequence[Conversation]", kind: str) -> set[int]:
    """Which prompts repeat an earlier one; says so."""
    from rolewright.evaluation.prompts import repeats_among

    repeats = repeats_among(prompts)
    if repeats:
        places = ", ".join(str(prompts[row].place) for row in sorted(repeats)[:5])
        say(f"{len(repeats)} {kind} repeat earlier ones, which are asked once: {places}")
    return repeats


def _read_questions(files: list[Path]) -> "list[Question]":
    from rolewright.conversations.questions import read_questions

    questions = read_questions(files)
    repeats = _repeats([question.conversation for question in questions], "questions")
    return [each for row, each in enumerate(questions) if row not in repeats]


@dataclass(frozen=True, slots=True)
class Asked:
    """What of ``rolewright eval`` decides the suites.

    Attributes:
        suites: their names with commas between them.
        quick: whether less is asked.
        questions: files of graded questions.
        texts: files that perplexity is measured on.
        others: role files that the role is switched to.
    """

    suites: str
    quick: bool
    questions: list[Path] | None
    texts: list[Path] | None
    others: list[Path] | None


def read_suites(
    asked: Asked, role: "RoleFile", prompts: "Sequence[Conversation]", endpoint: str | None
) -> "list[Suite]":
    """The suites that are to run, with what the user gives them to ask.

    Raises:
        UserError: a file is faulty, or for a suite that does not run, or an endpoint is to score
            it.
    """
    from rolewright.conversations.documents import read_documents
    from rolewright.errors import UserError
    from rolewright.evaluation.suites.selection import FULL, QUICK, build_suites, parse_suites
    from rolewright.evaluation.suites.switching.other_roles import other_roles
    from rolewright.evaluation.targets.endpoint import refuse_texts

    names = parse_suites(asked.suites)
    for option, files, suite in (
        ("--questions", asked.questions, "general_ability"),
        ("--perplexity", asked.texts, "general_ability"),
        ("--other-role", asked.others, "switching"),
    ):
        if files and suite not in names:
            fix = f"name {suite} in --suites, or leave {option} out"
            raise UserError.at(option, f"it is for the suite {suite}, which does not run", fix=fix)
    if asked.texts and endpoint is not None:
        raise refuse_texts(endpoint)
    return build_suites(
        names,
        role,
        prompts,
        _read_questions(asked.questions) if asked.questions else [],
        QUICK if asked.quick else FULL,
        documents=read_documents(asked.texts) if asked.texts else [],
        others=other_roles(role, asked.others) if asked.others else None,
    )
