"""The table of all checks of training data."""

from collections.abc import Mapping, Sequence

from rolewright.conversations.conversation import Conversation
from rolewright.dataset.balance import Balance
from rolewright.dataset.breaking_off import BreakingOff
from rolewright.dataset.catchphrases import Catchphrases
from rolewright.dataset.check import Check
from rolewright.dataset.compliance import Compliance
from rolewright.dataset.consistency import Consistency
from rolewright.dataset.coverage import Coverage
from rolewright.dataset.diversity import Diversity
from rolewright.dataset.fingerprints import Fingerprints
from rolewright.dataset.injection import Injection
from rolewright.dataset.leakage import Leakage
from rolewright.dataset.message_checks import message_checks
from rolewright.dataset.near_duplicates import NearDuplicates
from rolewright.dataset.openings import Openings
from rolewright.dataset.scenarios import Scenarios
from rolewright.dataset.spread import Spread
from rolewright.dataset.system_messages import SystemMessages
from rolewright.dataset.truncation import CountTokens, Truncation
from rolewright.role.schema import RoleFile

DEFAULT_LIMIT_TOKENS = 2048
"""As training's ``max_length_tokens``."""


def data_checks(
    role: RoleFile,
    evaluation: Sequence[Conversation] = (),
    *,
    limit_tokens: int = DEFAULT_LIMIT_TOKENS,
    count_tokens: CountTokens | None = None,
    control_tokens: Mapping[str, int] | None = None,
) -> dict[str, Check]:
    """A new set of checks, by the names under which ``--json`` gives their figures.

    Args:
        role: whose rules the answers have to keep.
        evaluation: prompts that are held out; hashed at once, and not kept.
        limit_tokens: how long a row may be.
        count_tokens: the number of a text's tokens; None = they are estimated.
        control_tokens: a model's control tokens and their ids.
    """
    fingerprints = Fingerprints(role.name)
    return {
        "system_messages": SystemMessages(role),
        "truncation": Truncation(limit_tokens, count_tokens),
        "injection": Injection(control_tokens or {}),
        **message_checks(role),
        "breaking_off": BreakingOff(),
        "scenarios": Scenarios(role),
        "compliance": Compliance(role),
        "near_duplicates": NearDuplicates(fingerprints),
        "consistency": Consistency(fingerprints),
        "leakage": Leakage(evaluation, fingerprints),
        "coverage": Coverage(role, evaluation),
        "diversity": Diversity(role),
        "balance": Balance(role),
        "openings": Openings(role),
        "catchphrases": Catchphrases(role),
        "spread": Spread(role),
    }
