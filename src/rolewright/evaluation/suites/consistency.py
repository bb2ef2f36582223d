"""Consistency: whether the role holds every time that the same prompt is asked."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from itertools import groupby
from math import comb
from typing import Any

from rolewright.conversations.conversation import Conversation
from rolewright.evaluation.arms import BASE_ROLE, TUNED_ROLE
from rolewright.evaluation.probe import Probe
from rolewright.evaluation.sample import Sample
from rolewright.evaluation.statistics import bounded_mean
from rolewright.evaluation.suites.rules import by_rules
from rolewright.evaluation.suites.suite import Samples, Suite
from rolewright.generation.sampling import Sampling
from rolewright.role.schema import RoleFile

CONSISTENCY = "consistency"


def consistency(
    role: RoleFile,
    prompts: Sequence[Conversation],
    *,
    times: int = 8,
    together: int = 4,
    temperature: float = 0.7,
    seed: int = 0,
) -> Suite:
    """Each prompt is asked several times, and replies are drawn.

    Args:
        role: its rules judge.
        prompts: as ``prompts_under_role`` chose them.
        times: how often each is asked.
        together: k of pass^k.
        temperature: of the draws, above 0.
        seed: of the draws.

    Raises:
        ValueError: fewer times than are taken together.
    """
    if times < together:
        raise ValueError(f"{times} replies to a prompt say nothing of {together} together")
    probes = [
        replace(probe, id=f"{probe.id}#{time + 1}", cluster=probe.id)
        for probe in map(Probe.of, prompts)
        for time in range(times)
    ]
    return Suite(
        name=CONSISTENCY,
        probes=probes,
        arms=frozenset({BASE_ROLE, TUNED_ROLE}),
        judge=by_rules(role),
        summarise=lambda samples: summarise_powers(samples, together),
        sampling=Sampling(temperature=temperature, seed=seed),
        judged_rules=role.judged_rules,
    )


def summarise_powers(samples: Samples, together: int) -> dict[str, Any]:
    """By arm: ``prompts``, ``times`` and ``pass_power``, see ``_figures``.

    Args:
        samples: by arm, those of one prompt (a cluster) next to each other.
        together: k of pass^k.
    """
    return {arm: _figures(of_arm, together) for arm, of_arm in samples.items()}


def _figures(samples: Sequence[Sample], together: int) -> dict[str, Any]:
    """``prompts``, ``times`` (of the one asked most often), and pass^k by k, the mean over prompts.

    pass^k is the chance that k replies to a prompt keep every rule, estimated without bias from n
    of them, c of which do, as C(c, k) / C(n, k) (Yao et al. 2024, arXiv 2406.12045, section 4).
    pass^1 is the share of replies that keep every rule. Each has ``rate``, ``low`` and ``high``;
    intervals are 95%, over prompts.
    """
    kept = [
        [sample.kept_all for sample in of_prompt]
        for _, of_prompt in groupby(samples, key=lambda sample: sample.cluster)
    ]
    powers = {
        str(k): asdict(bounded_mean([comb(sum(each), k) / comb(len(each), k) for each in kept]))
        for k in sorted({1, together})
    }
    return {"prompts": len(kept), "times": max(map(len, kept)), "pass_power": powers}
