"""Which suites run, and how large they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from rolewright.conversations.conversation import Conversation
from rolewright.conversations.documents import Document
from rolewright.conversations.questions import Question
from rolewright.errors import UserError
from rolewright.evaluation.suites.adherence import ADHERENCE, adherence
from rolewright.evaluation.suites.consistency import consistency
from rolewright.evaluation.suites.general_ability import (
    GENERAL_ABILITY,
    general_ability,
    judge_answer,
)
from rolewright.evaluation.suites.instructions.instructions import (
    INSTRUCTIONS,
    instructions,
    judge_request,
)
from rolewright.evaluation.suites.leakage.leakage import LEAKAGE, judge_leak, leakage
from rolewright.evaluation.suites.over_role import over_role
from rolewright.evaluation.suites.override.override import OVERRIDE, judge_attack, override
from rolewright.evaluation.suites.paraphrases import paraphrases
from rolewright.evaluation.suites.perplexity import perplexity
from rolewright.evaluation.suites.rules import by_rules
from rolewright.evaluation.suites.stability import stability
from rolewright.evaluation.suites.suite import Judge, Suite
from rolewright.evaluation.suites.switching.other_roles import other_roles
from rolewright.evaluation.suites.switching.switching import switching
from rolewright.role.schema import RoleFile

SuiteName = Literal[
    "adherence",
    "stability",
    "override",
    "leakage",
    "over_role",
    "switching",
    "consistency",
    "general_ability",
]
SUITE_NAMES: tuple[SuiteName, ...] = get_args(SuiteName)


@dataclass(frozen=True, slots=True)
class Size:
    """How much is asked.

    Attributes:
        sessions: of the stability suite: number of turns → how many conversations.
        attacks_each: how often each attack is put.
        requests_each: how many requests for the system message of each family and language; None =
            all.
        drawn_prompts: how many prompts are asked again and again, and in other words.
        other_prompts: how many prompts are asked without the role; None = all.
        others_requests: how many of other roles' own requests are made; None = all.
        switches: how many conversations go from the role to another one.
        instructions: how many requests come with an instruction of IFEval.
    """

    sessions: dict[int, int]
    attacks_each: int
    requests_each: int | None
    drawn_prompts: int
    other_prompts: int | None
    others_requests: int | None
    switches: int
    instructions: int


FULL = Size(
    {5: 60, 20: 12},
    attacks_each=4,
    requests_each=None,
    drawn_prompts=60,
    other_prompts=None,
    others_requests=None,
    switches=60,
    instructions=60,
)
QUICK = Size(
    {5: 8, 20: 1},
    attacks_each=1,
    requests_each=2,
    drawn_prompts=6,
    other_prompts=24,
    others_requests=4,
    switches=4,
    instructions=14,
)


def parse_suites(text: str) -> list[SuiteName]:
    """Names with commas between them, or ``all``, in the order in which they run.

    Raises:
        UserError: there is no such suite.
    """
    names = [name.strip() for name in text.split(",")]
    unknown = [name for name in names if name not in (*SUITE_NAMES, "all")]
    if unknown:
        raise UserError.at(
            "--suites",
            f"there is no suite {unknown[0]!r}",
            expected=f"all, or some of {', '.join(SUITE_NAMES)}",
        )
    # The verdict begins with adherence, so that it runs always.
    return [n for n in SUITE_NAMES if n == ADHERENCE or n in names or "all" in names]


def build_suites(
    names: Sequence[SuiteName],
    role: RoleFile,
    prompts: Sequence[Conversation],
    questions: Sequence[Question],
    size: Size,
    documents: Sequence[Document] = (),
    others: Sequence[RoleFile] | None = None,
) -> list[Suite]:
    """The suites of these names.

    Consistency is two, and general ability is three, two of which need something to ask.

    Args:
        names: as ``parse_suites`` gives them.
        role: its rules judge.
        prompts: as ``prompts_under_role`` chose them.
        questions: graded ones, that are none of the role's business.
        size: of those that are drawn.
        documents: texts that perplexity is measured on.
        others: roles that the role is switched to; None = the built-in ones.

    Raises:
        UserError: a suite has nothing to ask.
    """
    found: list[Suite] = []
    for name in names:
        match name:
            case "adherence":
                found.append(adherence(role, prompts))
            case "stability":
                found.append(stability(role, prompts, size.sessions))
            case "override":
                found.append(override(role, prompts, each=size.attacks_each))
            case "leakage":
                found.append(leakage(role, size.requests_each))
            case "over_role":
                found.append(over_role(role, prompts[: size.other_prompts]))
            case "switching":
                found.append(
                    switching(
                        role,
                        prompts,
                        other_roles(role) if others is None else others,
                        switches=size.switches,
                        alone=size.others_requests,
                    )
                )
            case "consistency":
                found.append(consistency(role, prompts[: size.drawn_prompts]))
                found.append(paraphrases(role, prompts[: size.drawn_prompts]))
            case "general_ability":
                found.append(instructions(role, number=size.instructions))
                if questions:
                    found.append(general_ability(questions))
                if documents:
                    found.append(perplexity(documents))
    return found


def judge_of(name: str, role: RoleFile) -> Judge:
    """The judge of a suite; switching has none that knows the role alone."""
    others = {
        OVERRIDE: judge_attack(role),
        LEAKAGE: judge_leak(role),
        INSTRUCTIONS: judge_request,
        GENERAL_ABILITY: judge_answer,
    }
    return others.get(name, by_rules(role))
