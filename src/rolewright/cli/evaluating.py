"""What ``rolewright eval`` is given: a target, a role, prompts, and a run to go on with."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rolewright.cli.output import say

if TYPE_CHECKING:
    from rolewright.bundle.read import Bundle
    from rolewright.conversations.conversation import Conversation
    from rolewright.evaluation.arms import Arm
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


def conditions_of_run(
    name: str,
    bundle: "Bundle | None",
    role: "RoleFile",
    suites: "Sequence[Suite]",
    options: dict[str, Any],
) -> dict[str, Any]:
    """All that the samples of a run depend on; another run in the same folder is refused."""
    from rolewright.file_hash import hash_file, hash_text

    probes = [
        [suite.name, probe.id, probe.turns, [turn.content for turn in probe.opening]]
        for suite in suites
        for probe in suite.probes
    ]
    return {
        "schema": "rolewright.eval.run/1",
        "target": name,
        "bundle": None if bundle is None else hash_file(bundle.folder / "bundle.json"),
        "role": hash_text(role.source),
        "probes": hash_text(json.dumps(probes, ensure_ascii=False)),
        **options,
    }


def open_arms(
    name: str,
    endpoint: str | None,
    concurrency: int,
    bundle: "Bundle | None",
    role: "RoleFile",
    how: "tuple[Precision, int]",
) -> "list[Arm]":
    """Load what is evaluated, and say under which system messages it is asked."""
    from rolewright.evaluation.arms import Opening, arms_of_bundle, arms_of_model, arms_of_target

    if endpoint is not None:
        from rolewright.evaluation.targets.endpoint import EndpointTarget

        return arms_of_target(role, EndpointTarget(endpoint, name, concurrency))
    opening = Opening(*how, say)
    if bundle is not None:
        return arms_of_bundle(role, bundle, opening)
    return arms_of_model(role, name, opening)


def role_for(path: Path | None, bundle: "Bundle | None") -> "RoleFile":
    """The role that judges: the one that is named, else the bundle's."""
    from rolewright.errors import UserError
    from rolewright.role.load import load_role

    if path is not None:
        return load_role(path)
    if bundle is not None:
        return bundle.role
    raise UserError.at("--role", "missing", expected="a role file: a base model has none")


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
