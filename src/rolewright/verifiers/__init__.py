"""Checks of an answer against a role's rules; importing the package registers them all."""

from rolewright.verifiers import identity, language, layout, length, pattern, refusal, wording
from rolewright.verifiers.registry import Verifier, find_verifier, verifier, verifier_names
from rolewright.verifiers.verdict import Verdict

__all__ = [
    "Verdict",
    "Verifier",
    "find_verifier",
    "identity",
    "language",
    "layout",
    "length",
    "pattern",
    "refusal",
    "verifier",
    "verifier_names",
    "wording",
]
