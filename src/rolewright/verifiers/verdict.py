"""What a verifier says of a text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """Pass or fail, with the evidence.

    Attributes:
        passed: whether the text keeps the rule.
        evidence: one sentence a person understands ("7 words, at most 5 are allowed").
        span: offending characters [start, end) in the text; None where no single place is to blame.
    """

    passed: bool
    evidence: str
    span: tuple[int, int] | None = None
