"""People's labels: which answers keep a judged rule, to see how far a judge agrees with them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rolewright.conversations.assembly import assemble
from rolewright.conversations.conversation import Message
from rolewright.conversations.defect import Defect, wrong_type
from rolewright.conversations.read import collect
from rolewright.conversations.rows import Row
from rolewright.errors import Fault
from rolewright.evaluation.judge.cases import Case
from rolewright.role.schema import JudgedRule, RoleFile

LABELS = "labels"
"""Stands in the judge's log where that of a sample has its suite."""


@dataclass(frozen=True, slots=True)
class Label:
    """A person's verdict.

    Attributes:
        rule: of the role.
        place: "<file name>:<line>", unlike any other label's.
        messages: what was said before the response.
        response: that the label is of.
        kept: whether it keeps the rule.
    """

    rule: JudgedRule
    place: str
    messages: tuple[Message, ...]
    response: str
    kept: bool

    def case(self) -> Case:
        """The same for a judge."""
        key = ((LABELS, "", self.place, 0), self.rule.id)
        return Case(key, self.rule.criterion, self.messages, self.response)


def read_labels(path: Path, role: RoleFile) -> list[Label]:
    """Read labels: rows of conversations with ``rule``, ``response`` and ``kept``.

    Args:
        path: a JSONL or JSON-array file.
        role: whose judged rules are named.

    Raises:
        UserError: with all faults, or because there is no label at all.
    """
    rules = {rule.id: rule for rule in role.judged_rules}
    labels, _ = collect([path], lambda row: _read_label(row, rules))
    return labels


def _read_label(row: Row, rules: Mapping[str, JudgedRule]) -> Label | tuple[Fault, ...]:
    # Control tokens may be what an answer is labelled for; a judge gets them as JSON.
    conversation = assemble(row, answered=False, literal_control_tokens=True)
    faults = conversation if isinstance(conversation, tuple) else ()
    if not isinstance(row.value, dict):
        return faults
    faults += tuple(map(row.fault, _defects(row.value, rules)))
    if isinstance(conversation, tuple) or faults:
        return faults
    rule, response, kept = (row.value[key] for key in ("rule", "response", "kept"))
    return Label(rules[rule], row.label, tuple(conversation.prompt), response, kept)


def _defects(row: Mapping[str, object], rules: Mapping[str, JudgedRule]) -> Iterator[Defect]:
    rule, response, kept = (row.get(key) for key in ("rule", "response", "kept"))
    if not isinstance(rule, str) or rule not in rules:
        known = f"a rule with `check: judged`: {', '.join(rules)}"
        yield from wrong_type("rule", rule, known)
    if not isinstance(response, str):
        yield from wrong_type("response", response, "the answer that is labelled, a text")
    if not isinstance(kept, bool):
        yield from wrong_type("kept", kept, "true or false")
