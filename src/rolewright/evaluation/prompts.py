"""What a role is evaluated on."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from rolewright.bundle.read import Bundle
from rolewright.confidence.asked import question_key, question_text
from rolewright.conversations.conversation import Conversation, Message
from rolewright.conversations.prompt_hash import hash_prompt
from rolewright.errors import Fault, Place, UserError
from rolewright.role.resolve import resolve_system
from rolewright.role.schema import RoleFile


def prompts_of_role(role: RoleFile) -> list[Conversation]:
    """The example inputs of the role's scenarios, as prompts."""
    return [
        Conversation(
            messages=(Message("user", text),),
            system=None,
            id=f"{scenario.id}:{number}",
            place=Place(role.file, None, f"scenarios.{scenario.id}.examples[{number}]"),
            scenario=scenario.id,
        )
        for scenario in role.scenarios
        for number, text in enumerate(scenario.inputs)
    ]


def refuse_unknown_scenarios(role: RoleFile, conversations: Sequence[Conversation]) -> None:
    """Make sure that no row names a scenario that the role does not declare.

    Its rules would silently not be applied, and the figures would look better than they are.

    Raises:
        UserError: naming each such row.
    """
    declared = [scenario.id for scenario in role.scenarios]
    unknown = [c for c in conversations if c.scenario not in {None, *declared}]
    if declared and unknown:
        raise UserError(
            *(
                Fault(
                    conversation.place,
                    f"the scenario {conversation.scenario!r} is not declared in {role.file}",
                    f"one of: {', '.join(declared)}",
                    "declare it in the role file, or correct the row",
                )
                for conversation in unknown
            )
        )


def prompts_trained_on(bundle: Bundle, prompts: Sequence[Conversation]) -> list[Conversation]:
    """The prompts that a bundle was trained on, and that are therefore not held out."""
    trained = bundle.trained_prompts()
    return [prompt for prompt in prompts if hash_prompt(prompt.prompt) in trained]


def repeats_among(prompts: Sequence[Conversation]) -> set[int]:
    """Which prompts repeat an earlier one: to ask them again would be no further evidence.

    Intervals take prompts to be independent, and a greedy model replies to copies alike; also to
    those that are written otherwise, see ``question_key``.
    """
    seen: set[tuple[str | None, str | None, bool, str]] = set()
    repeats = set()
    for row, each in enumerate(prompts):
        asked = question_key(question_text(each.prompt))
        key = (each.scenario, each.system, each.without_role, asked)
        if key in seen:
            repeats.add(row)
        seen.add(key)
    return repeats


def distinct_ids(conversations: Sequence[Conversation]) -> list[Conversation]:
    """Conversations of which no two have one id: by it samples are told apart.

    Rows come with the same id where two files of one name lie in different folders.
    """
    taken: set[str] = set()
    times: Counter[str] = Counter()
    found = []
    for conversation in conversations:
        name = conversation.id
        while name in taken:
            times[conversation.id] += 1
            name = f"{conversation.id} ({times[conversation.id] + 1})"
        taken.add(name)
        found.append(replace(conversation, id=name))
    return found


def prompts_under_role(
    role: RoleFile, conversations: Sequence[Conversation]
) -> tuple[list[Conversation], list[Conversation]]:
    """Tell prompts on which the role can be judged from the others.

    Returns:
        Prompts that stand under the role's system message (their own is the same, or they have
        none and say nothing against it) and have at least one rule that code decides, so that no
        prompt counts as kept because nothing of it was judged, with ids of their own; and all the
        others.

    Raises:
        UserError: the role has no rules that code decides, or no prompt can be judged.
    """
    if not role.rules:
        which = " that code decides" if role.judged_rules else ""
        raise UserError.at(role.file, f"the role has no rules{which}", fix="add some under `rules`")
    judged: list[Conversation] = []
    others: list[Conversation] = []
    for conversation in conversations:
        under_role = resolve_system(conversation, role.system).system == role.system
        known = under_role and role.rules_for(conversation.scenario)
        (judged if known else others).append(replace(conversation, system=None, without_role=False))
    if not judged:
        raise UserError.at(
            role.file,
            f"none of the {len(conversations)} prompts can be judged",
            expected="prompts without another system message, with at least one rule that applies",
            fix="name a `scenario` in each row of the data, or give the scenarios example inputs",
        )
    return distinct_ids(judged), others
