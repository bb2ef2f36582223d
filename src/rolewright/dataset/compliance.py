"""Whether the training answers keep the rules that they are to teach."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rolewright.dataset.occurrences import Occurrences
from rolewright.dataset.row import Row
from rolewright.finding import Finding
from rolewright.role.resolve import resolve_system
from rolewright.role.schema import RoleFile


class Compliance:
    """Runs every rule of the role on every answer that is trained under its system message."""

    def __init__(self, role: RoleFile) -> None:
        self._role = role
        self._judged: Counter[str] = Counter()
        self._broken = {rule.id: Occurrences(f"RW201 (rule {rule.id!r})") for rule in role.rules}

    def add(self, row: Row) -> Iterator[Finding]:
        """RW201 of each rule that an answer of this row breaks, the first of each rule."""
        if row.system != self._role.system:
            return
        conversation = row.conversation
        rules = self._role.rules_for(conversation.scenario)
        for index, message in enumerate(conversation.messages):
            if message.role == "user" or not message.train:
                continue
            # Rules such as prompt_not_leaked have to see the message that it is trained under.
            so_far, which = resolve_system(conversation, row.system), "the answer"
            if index + 1 < len(conversation.messages):
                # Each answer is judged by what had been said before it.
                so_far = replace(so_far, messages=conversation.messages[: index + 1])
                which = f"turn {index + 1}"
            for rule in rules:
                self._judged[rule.id] += 1
                verdict = rule.check(message.content, so_far)
                if not verdict.passed and self._broken[rule.id].add(conversation.place):
                    yield Finding(
                        "RW201",
                        conversation.place,
                        f"{which} breaks the rule {rule.id!r}: {verdict.evidence}",
                        "correct the answer, or the rule: training copies violations",
                    )

    def finish(self) -> Iterator[Finding]:
        """How many more answers break a rule than were listed."""
        for rule_id, broken in self._broken.items():
            judged = self._judged[rule_id]
            kept = judged - broken.count
            yield from broken.count_unlisted(f": {kept} of {judged} answers keep it")

    def figures(self) -> dict[str, Any]:
        """For each rule how many answers it was run on, how many keep it, and where it is broken.

        A line stands once for each answer of the row that breaks the rule.
        """
        return {
            "rules": [
                {
                    "rule": rule_id,
                    "kept": self._judged[rule_id] - broken.count,
                    "of": self._judged[rule_id],
                    "broken_at": broken.figures(),
                }
                for rule_id, broken in self._broken.items()
            ]
        }
