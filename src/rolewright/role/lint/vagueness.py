"""Words in the system message that nobody can check."""

import re
from collections.abc import Iterator

from rolewright.finding import Finding
from rolewright.role.schema import RoleFile
from rolewright.verifiers.matching import compile_wording, listed

_ANY = compile_wording(
    r"\bas (?:appropriate|needed|necessary|required|possible)\b"
    r"|\b(?:if|when|where) (?:appropriate|needed|necessary|required|possible)\b"
    r"|\bappropriate(?:ly)?\b|\breasonabl[ey]\b|\badequate(?:ly)?\b|\bsufficient(?:ly)?\b"
    r"|(?:^|[.!;:,，。；\n] ?|\b(?:and|always|please|should|must) )(try (?:your best )?to)\b"
    r"|\bgenerally\b|\busually\b|\bpreferably\b|\bideally\b|\bmore or less\b|\band so on\b"
    r"|\betc\b\.?"
    r"|适当|适度|适量|适时|酌情|视情况|尽量|尽可能|合理|恰当|妥善|必要时|如有必要|需要时|大概"
    r"|一般来说|通常|最好|灵活|等等",
    re.IGNORECASE,
)
_LENGTH = compile_wording(
    r"\b(?:concise|brief|terse|short|succinct)(?:ly)?\b|\b(?:not too|too) long\b|\bdetailed\b"
    r"|\bin detail\b|\bkeep it simple\b"
    r"|简短|简洁|简明|精简|简练|扼要|言简意赅|不要太长|不宜过长|详细|详尽",
    re.IGNORECASE,
)
_BOUNDS_LENGTH = frozenset(
    {
        "bullet_list",
        "exact_answer",
        "length_between",
        "max_length",
        "min_length",
        "single_line",
    }
)


def vague_words(role: RoleFile) -> Iterator[Finding]:
    """The words that leave open how much, when or how, unless a rule says it."""
    patterns = [_ANY]
    if not any(rule.verifier.name in _BOUNDS_LENGTH for rule in role.rules):
        patterns.append(_LENGTH)
    hits = [hit for pattern in patterns for hit in pattern.finditer(role.system or "")]
    hits.sort(key=lambda hit: hit.start())
    words = dict.fromkeys((hit[1] if hit.re is _ANY and hit[1] else hit[0]).lower() for hit in hits)
    if words:
        yield Finding(
            "RW007",
            role.place("system"),
            f"the system message says {listed(words)}, which nobody can check",
            "say how much, when or in which words, and add a rule that checks it",
        )
