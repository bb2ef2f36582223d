"""Scenarios that nothing is known of, or that nothing is checked in."""

from collections.abc import Iterator

from rolewright.finding import Finding
from rolewright.role.schema import RoleFile


def scenarios_left_out(role: RoleFile) -> Iterator[Finding]:
    """Scenarios without example inputs, and scenarios that no rule applies to."""
    for scenario in role.scenarios:
        place = role.place(f"scenarios.{scenario.id}")
        if not scenario.examples:
            yield Finding(
                "RW008",
                place,
                f"the scenario {scenario.id!r} has no example inputs",
                "add some under `examples`: `eval` asks them, and they say what belongs to it",
            )
        if role.rules and not role.rules_for(scenario.id):
            judged = any(rule.applies_to(scenario.id) for rule in role.judged_rules)
            yield Finding(
                "RW009",
                place,
                f"no rule{' that code decides' if judged else ''} applies to the scenario "
                f"{scenario.id!r}",
                "add a rule: nothing can be said of its answers",
            )
