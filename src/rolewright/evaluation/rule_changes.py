"""What training did to each rule."""

from collections.abc import Mapping, Sequence
from typing import Any

from rolewright.evaluation.arms import BASE_ROLE, TUNED_ROLE
from rolewright.evaluation.objections.objection import Objection
from rolewright.evaluation.outcomes import AdjustedDifference, Outcomes, compare_outcomes
from rolewright.evaluation.sample import Sample
from rolewright.role.schema import RoleFile

RuleChanges = Mapping[str, AdjustedDifference]
"""By rule id."""


def rule_changes(role: RoleFile, adherence: Mapping[str, Sequence[Sample]]) -> RuleChanges:
    """Compare the tuned model with the prompted base model, rule by rule, all rules together.

    Args:
        role: whose rules.
        adherence: its samples by arm, the same prompts in the same order in each.

    Returns:
        Rules that no answer was judged by are left out.
    """
    pairs = list(zip(adherence[TUNED_ROLE], adherence[BASE_ROLE], strict=True))
    return compare_outcomes({rule.id: Outcomes.of_check(pairs, rule.id) for rule in role.rules})


def records_of(changes: RuleChanges) -> list[dict[str, Any]]:
    """For results: a record a rule."""
    return [{"id": id_, **change.as_record()} for id_, change in changes.items()]


def rule_objections(changes: RuleChanges) -> list[Objection]:
    """What speaks against "took hold": rules that training made worse."""
    return [
        Objection(
            "rule_worse",
            {
                "rule": id_,
                "tuned": each.treatment_rate,
                "base": each.baseline_rate,
                "p_value": each.adjusted_p_value,
                "rules": len(changes),
            },
        )
        for id_, each in changes.items()
        if each.change == "worse"
    ]
