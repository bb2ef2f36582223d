"""Criteria that are left to a model although code decides them better."""

from collections.abc import Iterator

from rolewright.finding import Finding
from rolewright.role.lint.topics import COUNTED
from rolewright.role.schema import RoleFile
from rolewright.verifiers.matching import quoted


def criteria_for_code(role: RoleFile) -> Iterator[Finding]:
    """Judged rules whose criterion demands what a verifier counts or matches.

    Models count badly: of 141 answers beyond a limit on their length, the judge of SysBench
    (arXiv 2408.10943) rejected 33.
    """
    for rule in role.judged_rules:
        for topic in COUNTED:
            if hit := topic.demanded.search(rule.criterion):
                plainest = sorted(name for name in topic.checks if ":" not in name)
                yield Finding(
                    "RW015",
                    role.place(f"rules.{rule.id}"),
                    f"the criterion demands {topic.name} ({quoted(hit[0])}), which code can check",
                    f"make it a rule of its own, with one of {', '.join(plainest)}",
                )
