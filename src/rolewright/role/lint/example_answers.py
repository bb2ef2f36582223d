"""The example answers of a role, judged by its own rules."""

from collections.abc import Iterator
from dataclasses import replace

from rolewright.conversations.conversation import Conversation, Message
from rolewright.finding import Finding
from rolewright.role.schema import RoleFile


def faulty_example_answers(role: RoleFile) -> Iterator[Finding]:
    """Example answers that break a rule of their scenario."""
    for key, conversation in _answered_examples(role):
        answer = conversation.messages[-1].content
        for rule in role.rules_for(conversation.scenario):
            verdict = rule.check(answer, conversation)
            if not verdict.passed:
                yield Finding(
                    "RW005",
                    replace(conversation.place, key=key),
                    f"the answer breaks the rule {rule.id!r}: {verdict.evidence}",
                    "correct the answer, or the rule",
                )


def rules_without_example(role: RoleFile) -> Iterator[Finding]:
    """Rules that no example answer falls under, where the role gives example answers."""
    shown = {conversation.scenario for _, conversation in _answered_examples(role)}
    missing = [rule.id for rule in role.rules if not any(map(rule.applies_to, shown))]
    if shown and missing:
        yield Finding(
            "RW010",
            role.place(f"rules.{missing[0]}"),
            f"no example answer shows how to keep: {', '.join(missing)}",
            "add `assistant` to an example of a scenario that they apply to",
        )


def _answered_examples(role: RoleFile) -> Iterator[tuple[str, Conversation]]:
    """The key of each example with an answer, and the example as a conversation."""
    for scenario in role.scenarios:
        key = f"scenarios.{scenario.id}"
        for number, example in enumerate(scenario.examples):
            if example.assistant is not None:
                messages = (Message("user", example.user), Message("assistant", example.assistant))
                name = f"{key}.examples[{number}]"
                place = role.place(key)
                yield name, Conversation(messages, role.system, name, place, scenario.id)
