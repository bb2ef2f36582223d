"""Check the data of a role before anything is trained."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rolewright.conversations.conversation import Conversation, Message
from rolewright.errors import Fault, Place
from rolewright.finding import Finding
from rolewright.role.resolve import resolve_system
from rolewright.role.schema import RoleFile

LEAST_ROWS = 20


def check_data(
    role: RoleFile,
    training: Sequence[Conversation],
    faults: Sequence[Fault],
    evaluation: Sequence[Conversation] = (),
) -> Iterator[Finding]:
    """Findings about training data, and about evaluation data beside it.

    Args:
        role: whose rules the answers have to keep.
        training: the rows that could be read.
        faults: what was wrong with the others.
        evaluation: prompts that are held out.
    """
    for fault in faults:
        expected = f" (expected: {fault.expected})" if fault.expected else ""
        yield Finding("RW101", fault.place, fault.found + expected, fault.fix)
    yield from _system_messages(role, training)
    yield from _scenarios(role, training)
    yield from _compliance(role, training)
    yield from _repetitions(role, training)
    yield from _leakage(training, evaluation)


def _system_messages(role: RoleFile, training: Sequence[Conversation]) -> Iterator[Finding]:
    others = [c for c in training if c.system is not None and c.system != role.system]
    if others:
        distinct = len({conversation.system for conversation in others})
        yield Finding(
            "RW102",
            others[0].place,
            f"{len(others)} of {len(training)} rows carry another system message than the role's "
            f"({distinct} different)",
            "leave it out of the rows that belong to the role; keep it where another role is meant",
        )


def _scenarios(role: RoleFile, training: Sequence[Conversation]) -> Iterator[Finding]:
    declared = {scenario.id for scenario in role.scenarios}
    for conversation in training:
        if conversation.scenario is not None and conversation.scenario not in declared:
            yield Finding(
                "RW104",
                conversation.place,
                f"there is no scenario {conversation.scenario!r} in {role.file}",
                "declare it in the role file, or correct the row",
            )
    undeclared = [c for c in training if c.scenario is None]
    dependent = [rule.id for rule in role.rules if rule.scenarios is not None]
    if undeclared and dependent:
        yield Finding(
            "RW103",
            undeclared[0].place,
            f"{len(undeclared)} of {len(training)} rows name no scenario, so that these rules are "
            f"not checked on them: {', '.join(dependent)}",
            'add "scenario": "…" to the rows',
        )
    counts = Counter(conversation.scenario for conversation in training)
    if undeclared:
        return  # their scenarios are unknown, so nothing can be said about shares
    for scenario in role.scenarios:
        if counts[scenario.id] < LEAST_ROWS:
            yield Finding(
                "RW302",
                Place(role.file, None, f"scenarios.{scenario.id}"),
                f"the scenario {scenario.id!r} has {counts[scenario.id]} training rows",
                f"write at least {LEAST_ROWS - counts[scenario.id]} more",
            )


def _compliance(role: RoleFile, training: Sequence[Conversation]) -> Iterator[Finding]:
    for conversation in training:
        if resolve_system(conversation, role.system).system != role.system:
            continue
        for index, message in enumerate(conversation.messages):
            if message.role == "user" or not message.train:
                continue
            # Each answer is judged by what had been said before it.
            messages = conversation.messages[: index + 1]
            so_far = replace(conversation, messages=messages, system=role.system)
            which = "the answer" if message is conversation.messages[-1] else f"turn {index + 1}"
            for rule in role.rules_for(conversation.scenario):
                verdict = rule.check(message.content, so_far)
                if not verdict.passed:
                    yield Finding(
                        "RW201",
                        conversation.place,
                        f"{which} breaks the rule {rule.id!r}: {verdict.evidence}",
                        "correct the answer, or the rule: training copies violations",
                    )


def _repetitions(role: RoleFile, training: Sequence[Conversation]) -> Iterator[Finding]:
    first: dict[object, Conversation] = {}
    answered: dict[object, Conversation] = {}
    for conversation in training:
        system = resolve_system(conversation, role.system).system
        prompt = (system, _texts(conversation.prompt))
        whole = (system, _texts(conversation.messages))
        if whole in first:
            yield Finding(
                "RW301",
                conversation.place,
                f"the same conversation as at {first[whole].place}",
                "remove it",
            )
            continue
        first[whole] = conversation
        if prompt in answered:
            yield Finding(
                "RW401",
                conversation.place,
                f"the same prompt as at {answered[prompt].place}, with another answer",
                "keep one of the two",
            )
        answered.setdefault(prompt, conversation)


def _leakage(
    training: Sequence[Conversation], evaluation: Sequence[Conversation]
) -> Iterator[Finding]:
    trained = {_texts(conversation.prompt): conversation.place for conversation in training}
    for conversation in evaluation:
        place = trained.get(_texts(conversation.prompt))
        if place is not None:
            yield Finding(
                "RW501",
                conversation.place,
                f"this prompt is trained on at {place}",
                "remove it from one of the two files",
            )


def _texts(messages: Sequence[Message]) -> tuple[str, ...]:
    """What was said, whatever of it is trained; speakers alternate, a user first."""
    return tuple(message.content for message in messages)
