"""Checks of an answer against a role's rules; importing the package registers them all."""

from rolewright.verifiers import (
    hygiene,
    identity,
    ifbench,
    ifeval,
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
from rolewright.verifiers.instruction import judge_instructions
from rolewright.verifiers.loose import judge_loosely
from rolewright.verifiers.registry import Verifier, find_verifier, verifier, verifier_names
from rolewright.verifiers.verdict import Verdict

__all__ = [
    "Verdict",
    "Verifier",
    "find_verifier",
    "hygiene",
    "identity",
    "ifbench",
    "ifeval",
    "json_answer",
    "judge_instructions",
    "judge_loosely",
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
