"""Keys, passwords, and what people are known and reached by, which a model would learn by heart."""

import re
from functools import lru_cache
from typing import Final

from rolewright.conversations.conversation import Message
from rolewright.dataset.contact_details import contact_detail
from rolewright.dataset.row import Row
from rolewright.role.lint.secrets import secrets_in
from rolewright.verifiers.matching import compile_wording

# What is said to be a password may be any word; one that looks like a password is one.
_LOOKS_SECRET: Final = re.compile(r"(?=[^\d]*\d|[^\W]*[!@#$%^&*+=])[\x21-\x7e]{4,}")
_LONG_NUMBER: Final = re.compile(r"(?<![\d.])(?:\d{17}[\dXx]|\d{4}(?:[ -]?\d{4}){3})(?!\.?\d)")
# A role that deals with such numbers has made-up ones in its data.
_OF_CONTACTS: Final = compile_wording(
    r"\b(?:e-?mails?|phone|telephone|contacts?|extract\w*|iban)\b|电话|手机|邮箱|邮件|联系|提取|抽取",
    re.IGNORECASE,
)
_DIGITS: Final = re.compile(r"\d\d{3}[ -]?\d{4}")
"""Every long number has these."""
_CARD_STARTS = ("4", "51", "52", "53", "54", "55", "62")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_DIGITS = "10X98765432"


def private_value(message: Message, row: Row) -> str | None:
    """A secret of a known shape, a password that is told, a number or an address of a person."""
    text = message.content
    for secret in secrets_in(text):
        if secret.is_of_known_shape or _LOOKS_SECRET.fullmatch(secret.value):
            return f"holds {secret.kind}: {secret.beginning}…"
    for number in _LONG_NUMBER.finditer(text) if _DIGITS.search(text) else ():
        digits = re.sub("[ -]", "", number[0]).upper()
        if _is_identity_number(digits):
            return f"holds the number of an identity card: {digits[:3]}…"
        if _is_card_number(digits):
            return f"holds the number of a payment card: {digits[:3]}…"
    if _is_of_contacts(row.system or ""):
        return None
    return contact_detail(text, of_user=message.role == "user")


@lru_cache(maxsize=64)
def _is_of_contacts(system: str) -> bool:
    """Many rows have one system message."""
    return _OF_CONTACTS.search(system) is not None


def _is_identity_number(digits: str) -> bool:
    """Whether the check digit and the date of birth are right (GB 11643-1999)."""
    if len(digits) != 18 or not re.fullmatch(
        r"(?:19|20)\d\d(?:0[1-9]|1[0-2])[0-3]\d", digits[6:14]
    ):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, _ID_WEIGHTS, strict=False))
    return _ID_DIGITS[total % 11] == digits[17]


def _is_card_number(digits: str) -> bool:
    """Whether the check digit is right (ISO/IEC 7812, Luhn)."""
    if len(digits) != 16 or not digits.isdigit() or not digits.startswith(_CARD_STARTS):
        return False
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(digits)]
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0
