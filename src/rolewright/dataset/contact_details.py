"""How people can be reached: telephone numbers, mail addresses, accounts."""

import re
from typing import Final

from rolewright.verifiers.matching import compile_wording

_MOBILE: Final = re.compile(r"(?<![\d.])(?:\+?86[- ]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?![\d.]\d|\d)")
_INTERNATIONAL: Final = re.compile(r"(?<![\w+.])\+\d{1,3}(?:[ -]?\(?\d{1,5}\)?){2,5}(?!\d)")
_AMERICAN: Final = re.compile(
    r"(?<![\d.-])(?:\(\d{3}\) ?|\d{3}[-.])(?!555)\d{3}[-.]\d{4}(?![\d.-]*\d)"
)
_SOCIAL_SECURITY: Final = compile_wording(
    r"\b(?:ssn|social security)\b[^\d\n]{0,20}\d{3}-\d{2}-\d{4}(?!\d)", re.IGNORECASE
)
# Mail to these is mail to a person; an address of its own a company may well publish.
_MAIL: Final = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@(?:gmail|googlemail|outlook|hotmail|yahoo|icloud|qq|163|126|sina|foxmail|aol|gmx|"
    r"proton|protonmail)\.[a-z]{2,4}(?:\.[a-z]{2})?(?![\w-])",
    re.ASCII | re.IGNORECASE,
)
_ACCOUNT: Final = re.compile(
    r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Z0-9])"
)
_DIGIT: Final = re.compile(r"\d")
_LEAST_DIGITS, _LEAST_DIFFERENT = 9, 4


def contact_detail(text: str, *, of_user: bool) -> str | None:
    """What a person can be reached by, or None.

    Args:
        text: of a message.
        of_user: whether a user has written it. Answers may name the lines of a company, so that
            only mobile numbers and personal addresses count in them.
    """
    if "@" in text and (mail := _MAIL.search(text)):
        return f"holds a personal mail address: {mail[0][:3]}…"
    if not _DIGIT.search(text) or sum(map(str.isdigit, text)) < _LEAST_DIGITS:
        return None
    for pattern in (_MOBILE, *((_INTERNATIONAL, _AMERICAN) if of_user else ())):
        for number in pattern.finditer(text):
            digits = [each for each in number[0] if each.isdigit()]
            # 13800138000 and the like are made up.
            if len(digits) >= _LEAST_DIGITS and len(set(digits)) > _LEAST_DIFFERENT:
                return f"holds a telephone number: {number[0][:4].strip()}…"
    if number := _SOCIAL_SECURITY.search(text):
        return f"holds a social security number: {number[0][-11:-8]}…"
    for account in _ACCOUNT.finditer(text):
        if _is_account(account[0].replace(" ", "")):
            return f"holds the number of a bank account: {account[0][:4]}…"
    return None


def _is_account(number: str) -> bool:
    """Whether the check digits are right (IBAN, ISO 13616)."""
    return int("".join(str(int(each, 36)) for each in number[4:] + number[:4])) % 97 == 1
