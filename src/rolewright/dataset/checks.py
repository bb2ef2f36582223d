"""The table of all checks of training data."""

from collections.abc import Iterable

from rolewright.conversations.conversation import Conversation
from rolewright.dataset.balance import Balance
from rolewright.dataset.catchphrases import Catchphrases
from rolewright.dataset.check import Check
from rolewright.dataset.compliance import Compliance
from rolewright.dataset.consistency import Consistency
from rolewright.dataset.coverage import Coverage
from rolewright.dataset.diversity import Diversity
from rolewright.dataset.leakage import Leakage
from rolewright.dataset.openings import Openings
from rolewright.dataset.repetitions import Repetitions
from rolewright.dataset.scenarios import Scenarios
from rolewright.dataset.spread import Spread
from rolewright.dataset.system_messages import SystemMessages
from rolewright.role.schema import RoleFile


def data_checks(role: RoleFile, evaluation: Iterable[Conversation] = ()) -> dict[str, Check]:
    """A new set of checks, by the names under which ``--json`` gives their figures.

    Args:
        role: whose rules the answers have to keep.
        evaluation: prompts that are held out; read at once, and not kept.
    """
    held_out = tuple(evaluation)
    return {
        "system_messages": SystemMessages(role),
        "scenarios": Scenarios(role),
        "compliance": Compliance(role),
        "repetitions": Repetitions(),
        "consistency": Consistency(),
        "leakage": Leakage(held_out),
        "coverage": Coverage(role, held_out),
        "diversity": Diversity(role),
        "balance": Balance(role),
        "openings": Openings(role),
        "catchphrases": Catchphrases(role),
        "spread": Spread(role),
    }
