"""Stability: whether the role holds over many turns (SysBench, arXiv 2408.10943, section 3)."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from rolewright.conversations.conversation import Conversation
from rolewright.errors import Place
from rolewright.evaluation.arms import BASE_ROLE, TUNED_ROLE
from rolewright.evaluation.objections.objection import Objection
from rolewright.evaluation.probe import Probe, Turn
from rolewright.evaluation.sample import Sample
from rolewright.evaluation.statistics import clustered_proportion, proportion
from rolewright.evaluation.suites.rules import by_rules
from rolewright.evaluation.suites.suite import Samples, Suite
from rolewright.role.schema import RoleFile

STABILITY = "stability"


def stability(
    role: RoleFile,
    prompts: Sequence[Conversation],
    sessions: Mapping[int, int],
    seed: int = 0,
) -> Suite:
    """Held-out prompts, one after another in one conversation, each answered by the model.

    It objects where the tuned model has clearly lost the role in some turn: by the whole 95%
    interval, most answers there break a rule. Adherence, which asks single turns, is blind to it.

    Args:
        role: its rules judge every turn.
        prompts: as ``prompts_under_role`` chose them; their last user turns are used.
        sessions: number of turns → how many conversations.
        seed: of the draw.
    """
    return Suite(
        name=STABILITY,
        probes=draw_sessions(prompts, sessions, seed),
        arms=frozenset({BASE_ROLE, TUNED_ROLE}),
        judge=by_rules(role),
        summarise=_summarise,
        judged_rules=role.judged_rules,
        objections=_objections,
    )


def _objections(figures: Mapping[str, Any]) -> list[Objection]:
    found = []
    for turns, of_turns in figures.get(TUNED_ROLE, {}).items():
        # Where by the whole 95% interval most answers break a rule; turns are counted from 1.
        lost = {n: kept["rate"] for n, kept in enumerate(of_turns["kept"], 1) if kept["high"] < 0.5}
        if lost:
            values = {"turns": int(turns), "lost": [*lost], "worst": min(lost.values())}
            found.append(Objection("turns_lost", values))
    return found


def draw_sessions(
    prompts: Sequence[Conversation], sessions: Mapping[int, int], seed: int
) -> list[Probe]:
    """Draw conversations of prompts: none twice in one while others are left, all alike often.

    Args:
        prompts: as ``prompts_under_role`` chose them; their last user turns are used.
        sessions: number of turns → how many conversations.
        seed: of the draw.
    """
    draw = random.Random(seed)
    uses = [0] * len(prompts)
    probes = []
    for turns, number in sessions.items():
        for session in range(number):
            chosen: list[int] = []
            while len(chosen) < turns:
                order = sorted(range(len(prompts)), key=lambda i: (uses[i], draw.random()))
                chosen += order[: turns - len(chosen)]
            draw.shuffle(chosen)
            for index in chosen:
                uses[index] += 1
            asked = (prompts[index] for index in chosen)
            probes.append(
                Probe(
                    f"{turns}-turns:{session + 1}",
                    tuple(Turn(p.prompt[-1].content, p.scenario) for p in asked),
                    Place(f"a conversation of {turns} held-out prompts"),
                    facts={"turns": turns},
                )
            )
    return probes


def _summarise(samples: Samples) -> dict[str, Any]:
    """By arm and number of turns, see ``session_figures``."""
    found: dict[str, Any] = {}
    for arm, of_arm in samples.items():
        lengths = sorted({sample.facts["turns"] for sample in of_arm})
        found[arm] = {
            str(turns): session_figures([s for s in of_arm if s.facts["turns"] == turns])
            for turns in lengths
        }
    return found


def session_figures(samples: Sequence[Sample]) -> dict[str, Any]:
    """What conversations of the same number of turns say.

    Args:
        samples: by conversation and turn.

    Returns:
        ``sessions``; ``ssr``, SysBench's session stability rate: the mean over conversations of
        the turns kept from the first on without a break, divided by the turns; ``isr``: the share
        of turns with every rule kept; ``survival``: by turn, the share of conversations unbroken
        until then; ``kept``: by turn, the share that keeps every rule; ``recovery``: of the turns
        behind a broken one, the share that keeps every rule again. Each with ``rate``, ``low`` and
        ``high``; intervals are 95%, clustered by conversation where it has several turns in a
        figure. They take conversations to be independent, though prompts recur in them.
    """
    sessions = [
        [sample.kept_all for sample in turns]
        for _, turns in groupby(samples, key=lambda sample: sample.conversation.id)
    ]
    numbers = list(range(len(sessions)))
    unbroken = [[all(kept[: turn + 1]) for turn in range(len(kept))] for kept in sessions]
    after_breaks = [
        (number, kept[turn])
        for number, kept in zip(numbers, sessions, strict=True)
        for turn in range(1, len(kept))
        if not kept[turn - 1]
    ]
    every = [(number, kept) for number in numbers for kept in sessions[number]]
    held = [(number, alive) for number in numbers for alive in unbroken[number]]
    return {
        "sessions": len(sessions),
        "ssr": _clustered(held),
        "isr": _clustered(every),
        "recovery": _clustered(after_breaks),
        "survival": [asdict(proportion(list(at_turn))) for at_turn in zip(*unbroken, strict=True)],
        "kept": [asdict(proportion(list(at_turn))) for at_turn in zip(*sessions, strict=True)],
    }


def _clustered(outcomes: Sequence[tuple[int, bool]]) -> dict[str, Any]:
    found = clustered_proportion(
        [outcome for _, outcome in outcomes], [cluster for cluster, _ in outcomes]
    )
    return asdict(found)
