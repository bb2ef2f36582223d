"""Check a role and its data before anything is trained."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rolewright.conversations.conversation import Conversation, Message
from rolewright.errors import Fault, Place
from rolewright.finding import Finding
from rolewright.role.resolve import resolve_system
from rolewright.role.schema import RoleFile

LEAST_ROWS = 20


def check_role(role: RoleFile) -> Iterator[Finding]:
    """Findings about the role file itself."""
    if not role.rules:
        yield Finding("RW001", Place(role.file), "the role has no rules", "add some under `rules`")
    if not role.system:
        yield Finding(
            "RW002",
            Place(role.file),
            "the role has no system message",
            "add `system`, unless the role is meant to hold without one",
        )
    yield from _impossible_lengths(role)


def _impossible_lengths(role: RoleFile) -> Iterator[Finding]:
    """Length rules of one unit and scenario whose ranges have nothing in common."""
    scenarios: list[str | None] = [scenario.id for scenario in role.scenarios] or [None]
    reported: set[tuple[str, str]] = set()
    for scenario in scenarios:
        tightest: dict[tuple[str, str], tuple[int, str]] = {}
        for rule in role.rules_for(scenario):
            if rule.verifier.name not in {"max_length", "min_length", "length_between"}:
                continue
            unit = rule.parameters["unit"]
            for bound, pick in (("max", min), ("min", max)):
                if rule.parameters.get(bound) is not None:
                    limit = (rule.parameters[bound], rule.id)
                    key = (unit, bound)
                    tightest[key] = pick(limit, tightest.get(key, limit))
        for (unit, bound), (least, least_rule) in list(tightest.items()):
            most, most_rule = tightest.get((unit, "max"), (least, least_rule))
            if bound == "min" and least > most and (least_rule, most_rule) not in reported:
                reported.add((least_rule, most_rule))
                yield Finding(
                    "RW003",
                    Place(role.file, None, f"rules.{least_rule}"),
                    f"at least {least} {unit} ({least_rule}) and at most {most} ({most_rule})",
                    "change one of the two rules, or the scenarios they apply to",
                )


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
    # What `augment` added has other system messages by intent, and covers no scenario anew.
    collected = [conversation for conversation in training if conversation.origin is None]
    yield from _system_messages(role, collected)
    yield from _scenarios(role, collected)
    yield from _compliance(role, training)
    yield from _repetitions(role, training)
    yield from _leakage(training, evaluation)


def _system_messages(role: RoleFile, training: Sequence[Conversation]) -> Iterator[Finding]:
    others = [c for c in training if resolve_system(c, role.system).system != role.system]
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
            so_far = replace(conversation, messages=conversation.messages[: index + 1])
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
