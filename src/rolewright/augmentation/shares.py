"""How many of the role's rows get a twin of each kind."""

from collections.abc import Mapping
from typing import Literal, get_args

from rolewright.errors import UserError

Kind = Literal["none", "empty", "foreign", "paraphrase"]
"""What takes the place of the role's system message: nothing at all, an empty one, another one, or
the same in other words."""

KINDS: tuple[Kind, ...] = get_args(Kind)
DEFAULT_SHARES = "none=0.15,empty=0.05,foreign=0.15,paraphrase=0.15"


def parse_shares(text: str) -> Mapping[Kind, float]:
    """Read shares, such as ``none=0.15,foreign=20%``.

    Returns:
        The share of each kind, in [0, 1]; 0 for those that are not named.

    Raises:
        UserError: naming what is no kind and share.
    """
    shares: dict[Kind, float] = dict.fromkeys(KINDS, 0.0)
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, value = part.partition("=")
        kind = next((kind for kind in KINDS if kind == name.strip()), None)
        share = _read_share(value.strip())
        if kind is None or share is None:
            expected = f"KIND=SHARE, with {', '.join(KINDS)} and a share from 0 to 1, such as 0.15"
            raise UserError.at("--shares", f"found {part!r}", expected=expected)
        shares[kind] = share
    if not any(shares.values()):
        raise UserError.at("--shares", "nothing is to be added", expected=DEFAULT_SHARES)
    return shares


def _read_share(text: str) -> float | None:
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        return None
    return share if 0 <= share <= 1 else None
