"""Whether the tuned model plays other roles, and leaves its own one when it is told to."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from itertools import chain, zip_longest
from typing import Any

from rolewright.conversations.conversation import Conversation
from rolewright.errors import Place
from rolewright.evaluation.arms import BASE_ROLE, TUNED_ROLE
from rolewright.evaluation.probe import Probe, Turn
from rolewright.evaluation.prompts import prompts_of_role
from rolewright.evaluation.sample import Sample
from rolewright.evaluation.statistics import paired_difference, proportion
from rolewright.evaluation.suites.stability import draw_sessions
from rolewright.evaluation.suites.suite import Samples, Suite
from rolewright.evaluation.targets.target import Reply
from rolewright.file_hash import hash_text
from rolewright.role.schema import RoleFile
from rolewright.verifiers import Verdict

SWITCHING = "switching"
TURNS_BEFORE = 2
"""Under the role, before the conversation goes on under another one."""
OTHER, OWN = "other:", "role:"
"""Before the ids of the other role's rules and of the role's own, in verdicts on a reply that is
given under the other role."""
FIGURES = {"unseen": OTHER, "after_switch": OTHER, "carry_over": OWN}


def switching(
    role: RoleFile,
    prompts: Sequence[Conversation],
    others: Sequence[RoleFile],
    *,
    switches: int,
    alone: int | None = None,
    seed: int = 0,
) -> Suite:
    """Other roles' own requests under them, and held-out prompts under them after a switch.

    No figure of it is an objection: a role that is meant to be in force always may stay.

    Args:
        role: that is left; its rules judge whether it was.
        prompts: as ``prompts_under_role`` chose them; what is asked before and after a switch.
        others: as ``other_roles`` gives them; their rules judge what is answered under them.
        switches: how many conversations go from the role to another one.
        alone: how many of the others' requests are made from the start; None = all.
        seed: of the draw.
    """
    by_name = {other.name: other for other in others}

    def judge(probe: Probe, conversation: Conversation, reply: Reply) -> dict[str, Verdict]:
        other, switched = by_name[probe.facts["other"]], probe.facts["switched"]
        own = role.rules_for(conversation.scenario) if switched else []
        if conversation.system != other.system:
            return {rule.id: rule.check(reply.text, conversation) for rule in own}
        # A held-out prompt belongs to no scenario of the other role.
        theirs = other.rules_for(None if switched else conversation.scenario)
        return {
            prefix + rule.id: rule.check(reply.text, conversation)
            for prefix, rules in ((OTHER, theirs), (OWN, own))
            for rule in rules
        }

    unseen = chain.from_iterable(zip_longest(*map(_alone, others)))
    return Suite(
        name=SWITCHING,
        probes=[
            *[probe for probe in unseen if probe is not None][:alone],
            *_switched(prompts, others, switches, seed),
        ],
        arms=frozenset({BASE_ROLE, TUNED_ROLE}),
        judge=judge,
        summarise=_summarise,
    )


def _alone(other: RoleFile) -> Iterator[Probe]:
    for prompt in prompts_of_role(other):
        turn = Turn(prompt.prompt[-1].content, prompt.scenario, other.system)
        facts = _facts(other, switched=False)
        yield Probe(f"{other.name}:{prompt.id}", (turn,), prompt.place, facts=facts)


def _switched(
    prompts: Sequence[Conversation], others: Sequence[RoleFile], switches: int, seed: int
) -> Iterator[Probe]:
    for number, session in enumerate(draw_sessions(prompts, {TURNS_BEFORE + 1: switches}, seed)):
        other = others[number % len(others)]
        *before, last = session.turns
        yield Probe(
            f"{other.name}:switch:{number + 1}",
            (*before, replace(last, system=other.system)),
            Place(f"a conversation that goes on as {other.name}"),
            facts=_facts(other, switched=True),
        )


def _facts(other: RoleFile, *, switched: bool) -> dict[str, Any]:
    return {"other": other.name, "file": hash_text(other.source), "switched": switched}


def _summarise(samples: Samples) -> dict[str, Any]:
    """How often the other roles' rules are kept, and the role's own though it was left.

    ``arms``: by arm ``unseen`` (replies to another role's own requests that keep all its rules),
    ``after_switch`` (replies to held-out prompts under it, behind turns under the role, that keep
    all its rules) and ``carry_over`` (such replies that keep all rules of the role that was left).
    ``differences``: of each, tuned less base, paired by reply; None without a tuned arm. ``roles``:
    by other role and arm, what keeps its rules in either way. ``carried_rules``: by rule of the
    role and arm, how often it is kept behind a switch. Intervals are 95%, over replies: they are
    about these roles, not about all there could be.
    """
    outcomes = {
        arm: {name: _outcomes(of_arm, name) for name in FIGURES} for arm, of_arm in samples.items()
    }
    return {
        "arms": {
            arm: {name: asdict(proportion(kept)) for name, kept in of_arm.items()}
            for arm, of_arm in outcomes.items()
        },
        "differences": {
            name: asdict(paired_difference(outcomes[TUNED_ROLE][name], outcomes[BASE_ROLE][name]))
            if TUNED_ROLE in outcomes and outcomes[BASE_ROLE][name]
            else None
            for name in FIGURES
        },
        "roles": _by_other_role(samples),
        "carried_rules": _by_own_rule(samples),
    }


def _outcomes(samples: Sequence[Sample], figure: str) -> list[bool]:
    """Whether all rules were kept, of the replies that any rule of that sort applies to."""
    prefix, switched = FIGURES[figure], figure != "unseen"
    checks = [_checks(s, prefix) for s in samples if s.facts["switched"] is switched]
    return [all(check.values()) for check in checks if check]


def _checks(sample: Sample, prefix: str) -> dict[str, bool]:
    return {
        name.removeprefix(prefix): verdict.passed
        for name, verdict in sample.verdicts.items()
        if name.startswith(prefix)
    }


def _by_other_role(samples: Samples) -> dict[str, Any]:
    names = dict.fromkeys(s.facts["other"] for of_arm in samples.values() for s in of_arm)
    return {
        name: {
            arm: asdict(
                proportion(
                    [
                        all(check.values())
                        for s in of_arm
                        if s.facts["other"] == name and (check := _checks(s, OTHER))
                    ]
                )
            )
            for arm, of_arm in samples.items()
        }
        for name in names
    }


def _by_own_rule(samples: Samples) -> dict[str, Any]:
    checks = {arm: [_checks(s, OWN) for s in of_arm] for arm, of_arm in samples.items()}
    ids = dict.fromkeys(id_ for of_arm in checks.values() for check in of_arm for id_ in check)
    return {
        id_: {
            arm: asdict(proportion([check[id_] for check in of_arm if id_ in check]))
            for arm, of_arm in checks.items()
        }
        for id_ in ids
    }
