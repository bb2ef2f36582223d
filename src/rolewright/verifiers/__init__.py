"""Checks of an answer against a role's rules; importing the package registers them all."""

from rolewright.verifiers import (
    identity,
    ifbench,
    ifeval,
    language,
    layout,
    length,
    pattern,
    refusal,
    wording,
)
from rolewright.verifiers.instruction import judge_instructions
from rolewright.verifiers.loose import judge_loosely
from rolewright.verifiers.registry import Verifier, find_verifier, verifier, verifier_names
from rolewright.verifiers.verdict import Verdict

__all__ = [
    "Verdict",
    "Verifier",
    "find_verifier",
    "identity",
    "ifbench",
    "ifeval",
    "judge_instructions",
    "judge_loosely",
    "language",
    "layout",
    "length",
    "pattern",
    "refusal",
    "verifier",
    "verifier_names",
    "wording",
]
