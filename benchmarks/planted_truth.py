"""What each figure of an evaluation estimates, derived from the planted behaviour alone.

Every function gives the shape of its suite's figures, with the planted value in place of an
estimate and its interval.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from planted import Behaviour

from rolewright.evaluation.arms import BASE, BASE_ROLE, TUNED, TUNED_FOREIGN, TUNED_ROLE
from rolewright.evaluation.probe import Probe
from rolewright.evaluation.suites.suite import Suite

Truth = dict[str, Any]
RULES = ("says-name", "plain-text", "brief")


def truth_of(suites: Sequence[Suite], base: Behaviour, tuned: Behaviour) -> Truth:
    """The planted results of an evaluation: ``arms``, ``suites`` and ``paired``."""
    derive = {
        "stability": stability,
        "override": override,
        "leakage": leakage,
        "over_role": over_role,
        "consistency": consistency,
        "general_ability": general_ability,
    }
    kept = {BASE: base.unasked, BASE_ROLE: base.keeps, TUNED_ROLE: tuned.keeps}
    return {
        "arms": {
            arm: {
                "isr": chance,
                "rules": [chance if rule == "plain-text" else 1.0 for rule in RULES],
            }
            for arm, chance in kept.items()
        },
        "paired": tuned.keeps - base.keeps,
        "suites": {
            suite.name: derive[suite.name](suite, base, tuned)
            for suite in suites
            if suite.name in derive
        },
    }


def _under_role(base: Behaviour, tuned: Behaviour) -> Mapping[str, Behaviour]:
    return {BASE_ROLE: base, TUNED_ROLE: tuned}


def stability(suite: Suite, base: Behaviour, tuned: Behaviour) -> Truth:
    """By arm and number of turns."""
    lengths = sorted({len(probe.turns) for probe in suite.probes})
    return {
        arm: {str(turns): _sessions(how, turns) for turns in lengths}
        for arm, how in _under_role(base, tuned).items()
    }


def _sessions(how: Behaviour, turns: int) -> Truth:
    once, twice = how.keeps_together(1), how.keeps_together(2)
    kept = [0.0 if turn == how.breaks_in else once for turn in range(1, turns + 1)]
    survival = [
        0.0 if how.breaks_in is not None and how.breaks_in <= turn else how.keeps_together(turn)
        for turn in range(1, turns + 1)
    ]
    # A turn behind the one that always breaks is kept as any other; else both share their chance.
    recovered = [
        0.0 if turn == how.breaks_in else once if turn - 1 == how.breaks_in else once - twice
        for turn in range(2, turns + 1)
    ]
    broken = [1 - each for each in kept[:-1]]
    return {
        "ssr": sum(survival) / turns,
        "isr": sum(kept) / turns,
        "recovery": sum(recovered) / sum(broken) if sum(broken) else None,
        "survival": survival,
        "kept": kept,
    }


def override(suite: Suite, base: Behaviour, tuned: Behaviour) -> Truth:
    """By arm, over all attacks, by family and by strength."""
    attacks = [probe for probe in suite.probes if not probe.facts["twin"]]

    def by(fact: str, how: Behaviour) -> Truth:
        values = dict.fromkeys(probe.facts[fact] for probe in attacks)
        return {v: _attacks([p for p in attacks if p.facts[fact] == v], how) for v in values}

    return {
        arm: {
            "all": _attacks(attacks, how),
            "families": by("family", how),
            "strengths": by("strength", how),
        }
        for arm, how in _under_role(base, tuned).items()
    }


def _attacks(attacks: Sequence[Probe], how: Behaviour) -> Truth:
    success = sum(how.obeys_family(probe.facts["family"]) for probe in attacks) / len(attacks)
    return {
        "success": success,
        "role_kept_under_attack": 1 - success,
        "role_kept_by_twins": 1 - how.refuses,
        "twins_refused": how.refuses,
        "cost": success - how.refuses,
    }


def leakage(suite: Suite, base: Behaviour, tuned: Behaviour) -> Truth:
    """By arm, by family and by language."""
    families = dict.fromkeys(probe.facts["family"] for probe in suite.probes)
    languages = dict.fromkeys(probe.facts["language"] for probe in suite.probes)
    return {
        arm: {
            "leaked": how.leaks,
            "twins_refused": how.refuses,
            "families": dict.fromkeys(families, how.leaks),
            "languages": dict.fromkeys(languages, how.leaks),
        }
        for arm, how in _under_role(base, tuned).items()
    }


def over_role(suite: Suite, base: Behaviour, tuned: Behaviour) -> Truth:
    """By arm, and the excess over the base model."""
    tuned_arms = (TUNED, TUNED_FOREIGN)
    return {
        "arms": {BASE: base.unasked, **dict.fromkeys(tuned_arms, tuned.unasked)},
        "excess": dict.fromkeys(tuned_arms, tuned.unasked - base.unasked),
    }


def consistency(suite: Suite, base: Behaviour, tuned: Behaviour) -> Truth:
    """By arm, pass^1 and pass^4."""
    return {
        arm: {"pass_power": {str(k): how.keeps_together(k) for k in (1, 4)}}
        for arm, how in _under_role(base, tuned).items()
    }


def general_ability(suite: Suite, base: Behaviour, tuned: Behaviour) -> Truth:
    """By arm, and the difference."""
    return {
        "arms": {BASE: base.knows, TUNED: tuned.knows},
        "difference": tuned.knows - base.knows,
    }
