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
from rolewright.dataset.second_process import SecondProcess
from rolewright.dataset.spread import Spread
from rolewright.dataset.system_messages import SystemMessages
from rolewright.dataset.truncation import CountTokens, Truncation
from rolewright.role.load import load_role
from rolewright.role.schema import RoleFile

DEFAULT_LIMIT_TOKENS = 2048
"""As training's ``max_length_tokens``."""
_SECOND = (
    *("wrong_characters", "residue", "placeholders", "private_values", "thoughts", "repetition"),
    *("base_identity", "breaking_off", "compliance", "diversity", "openings", "catchphrases"),
    "spread",
)
"""About half of the work; of no other check, and of no tokenizer, do they need anything."""


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
    fingerprints = Fingerprints(role)
    return {
        "system_messages": SystemMessages(role),
        "truncation": Truncation(limit_tokens, count_tokens),
        "injection": Injection(role, control_tokens or {}),
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


def divide(role: RoleFile, checks: Mapping[str, Check]) -> tuple[dict[str, Check], SecondProcess]:
    """Leave half of the checks to a second process.

    Args:
        role: that ``checks`` were made for.
        checks: as ``data_checks`` gives them.

    Returns:
        The checks that stay, and the one that stands for the others.
    """
    first = {name: check for name, check in checks.items() if name not in _SECOND}
    second = {name: checks[name] for name in _SECOND}
    return first, SecondProcess(second, (_second_checks, role.file))


def _second_checks(role_file: str) -> dict[str, Check]:
    checks = data_checks(load_role(role_file))
    return {name: checks[name] for name in _SECOND}
