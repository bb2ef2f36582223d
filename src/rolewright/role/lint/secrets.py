"""Secrets that stand in the system message, where users can talk them out of the model."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rolewright.finding import Finding
from rolewright.role.schema import RoleFile, Rule
from rolewright.verifiers.matching import fold_phrase, has_any

_KEYS = {
    "an API key": re.compile(
        r"\bsk-[\w-]{20,}|\bAIza[\w-]{35}|\bhf_[A-Za-z0-9]{30,}|\bxox[abprs]-[\w-]{10,}"
        r"|\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_\w{22,}"
    ),
    "an access key id": re.compile(r"\bAKIA[0-9A-Z]{16}\b|\b(?:LTAI|AKID)[A-Za-z0-9]{12,}"),
    "a signed token": re.compile(r"\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
}
_KEY_MARKS = (
    *("sk-", "AIza", "hf_", "xox", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    *("AKIA", "LTAI", "AKID", "eyJ", "-----BEGIN"),
)
"""Every key has one of these."""
_NO_VALUE = (
    r"(?!(?:not|no|required|needed|wrong|right|correct|incorrect|invalid|valid|case|forgotten|lost|"
    r"secret|private|confidential|protected|optional|the|an?|to|in|on|at|too|your|their|never|"
    r"always|reset|expired|stored|sent|known|asked|what|who|only|something)\b"
    r"|什么|不|没|多少|几|错|对|正确|必须|由|[您你]|用户|保密|需|否|一个|机密"
    r"|[一二三四五六七八九十\d]+位)"
)
_VALUE = rf"[ \t]*[\"'“‘「『`]?{_NO_VALUE}([^\s，。；、！？,;!?\"'”’」』`]+)"
_SAID = re.compile(
    r"\b(?:pass(?:word|code|phrase)|pin code|(?-i:PIN)|api[ _-]?key|access[ _-]?(?:key|token)|"
    r"secret[ _-](?:code|key|word|phrase|token)|code ?word)\b[^.\n，。]{0,20}?"
    rf"(?:\bis\b|=|:|：){_VALUE}"
    rf"|(?:密码|口令|暗号|密钥|秘钥|通行码|PIN码)(?:就?是|为|=|:|：|叫){_VALUE}",
    re.IGNORECASE,
)

_NAMES = (
    *("password", "passcode", "passphrase", "pin code", "api", "access", "secret", "code word"),
    *("codeword", "密码", "口令", "暗号", "密钥", "秘钥", "通行码"),
)
"""What is said to be a password has one of these before it, or "PIN"."""

# "The password is printed on the card" gives none away.
_WORD_FOLLOWS = re.compile(r" [a-z]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Secret:
    """What a text gives away.

    Attributes:
        kind: of a known shape, or "a password or code".
        value: the secret itself.
        is_of_known_shape: whether it is told by its shape, not by what stands before it.
    """

    kind: str
    value: str
    is_of_known_shape: bool

    @property
    def beginning(self) -> str:
        """Enough to find it by, not enough to use it."""
        return self.value[: min(3, len(self.value) // 2)]


def secrets_in_system(role: RoleFile) -> Iterator[Finding]:
    """Keys and passwords in the system message that no rule keeps in."""
    for secret in secrets_in(role.system or ""):
        if not any(_covers(rule, secret.value) for rule in role.rules):
            yield Finding(
                "RW006",
                role.place("system"),
                f"the system message holds {secret.kind}: {secret.beginning}…",
                "take it out, since users can ask for all that stands there; if it has to stay, "
                "add a rule with `keeps_secret` that names it",
            )


def secrets_in(text: str) -> Iterator[Secret]:
    """Keys of a known shape, and what is said to be a password, in any text."""
    seen: set[str] = set()
    if has_any(text, _KEY_MARKS):
        for kind, pattern in _KEYS.items():
            for hit in pattern.finditer(text):
                seen.add(hit[0])
                yield Secret(kind, hit[0], True)
    folded = text.casefold()
    if "PIN" not in text and not has_any(folded, _NAMES):
        return
    for hit in _SAID.finditer(text):
        value = (hit[1] or hit[2]).rstrip(".")
        is_plain_word = value.isalpha() and value.islower()
        if is_plain_word and _WORD_FOLLOWS.match(text, hit.end()):
            continue
        if value and not any(value in known or known in value for known in seen):
            seen.add(value)
            yield Secret("a password or code", value, False)


def _covers(rule: Rule, secret: str) -> bool:
    """Whether a rule forbids to say the secret: any of its texts is the secret or a part of it."""
    if rule.scenarios is not None or rule.verifier.name not in {"keeps_secret", "never_say"}:
        return False
    texts: list[str] = []
    for value in rule.parameters.values():
        texts += [value] if isinstance(value, str) else value if isinstance(value, tuple) else []
    folded = fold_phrase(secret)
    return any(text and fold_phrase(text) in folded for text in texts if isinstance(text, str))
