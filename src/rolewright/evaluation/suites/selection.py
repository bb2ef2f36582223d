"""Which suites run, and how large they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from rolewright.conversations.conversation import Conversation
from rolewright.conversations.questions import Question
from rolewright.errors import UserError
from rolewright.evaluation.suites.adherence import ADHERENCE, adherence
from rolewright.evaluation.suites.consistency import consistency
from rolewright.evaluation.suites.general_ability import (
    GENERAL_ABILITY,
    general_ability,
    judge_answer,
)
from rolewright.evaluation.suites.leakage.leakage import LEAKAGE, judge_request, leakage
from rolewright.evaluation.suites.over_role import over_role
from rolewright.evaluation.suites.override.override import OVERRIDE, judge_attack, override
from rolewright.evaluation.suites.rules import by_rules
from rolewright.evaluation.suites.stability import stability
from rolewright.evaluation.suites.suite import Judge, Suite
from rolewright.role.schema import RoleFile

SuiteName = Literal[
    "adherence",
    "stability",
    "override",
    "leakage",
    "over_role",
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
        drawn_prompts: how many prompts the consistency suite asks again and again.
        other_prompts: how many prompts are asked without the role; None = all.
    """

    sessions: dict[int, int]
    attacks_each: int
    drawn_prompts: int
    other_prompts: int | None


FULL = Size({5: 60, 20: 12}, attacks_each=4, drawn_prompts=60, other_prompts=None)
QUICK = Size({5: 8, 20: 1}, attacks_each=1, drawn_prompts=6, other_prompts=24)


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
) -> list[Suite]:
    """The suites of these names; general ability only where there are questions.

    Args:
        names: as ``parse_suites`` gives them.
        role: its rules judge.
        prompts: as ``prompts_under_role`` chose them.
        questions: graded ones, that are none of the role's business.
        size: of those that are drawn.
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
                found.append(leakage(role))
            case "over_role":
                found.append(over_role(role, prompts[: size.other_prompts]))
            case "consistency":
                found.append(consistency(role, prompts[: size.drawn_prompts]))
            case "general_ability":
                if questions:
                    found.append(general_ability(questions))
    return found


def judge_of(name: str, role: RoleFile) -> Judge:
    """The judge of the suite of this name."""
    others = {
        OVERRIDE: judge_attack(role),
        LEAKAGE: judge_request(role),
        GENERAL_ABILITY: judge_answer,
    }
    return others.get(name, by_rules(role))
