"""Checks of an answer against a role's rules; importing the package registers them all."""

from rolewright.verifiers import (
    hygiene,
    identity,
    json_answer,
    language,
    layout,
    length,
    notation,
    pattern,
    persona,
    refusal,
    repetition,
    secrecy,
    template,
    topics,
    typography,
    wording,
)
from rolewright.verifiers.registry import Verifier, find_verifier, verifier, verifier_names
from rolewright.verifiers.verdict import Verdict

__all__ = [
    "Verdict",
    "Verifier",
    "find_verifier",
    "hygiene",
    "identity",
    "json_answer",
    "language",
    "layout",
    "length",
    "notation",
    "pattern",
    "persona",
    "refusal",
    "repetition",
    "secrecy",
    "template",
    "topics",
    "typography",
    "verifier",
    "verifier_names",
    "wording",
]
