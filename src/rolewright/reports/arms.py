"""The arms of an evaluation: the colours that they keep, and their shares side by side."""

from collections.abc import Iterable, Mapping
from typing import Any

from rolewright.reports.charts.bars import Bar, rate_bars
from rolewright.reports.figure import Chart
from rolewright.reports.numerals import percent
from rolewright.reports.wording import Wording

_TONES = {
    "base": "tone-0",
    "base+role": "tone-1",
    "tuned+role": "tone-2",
    "tuned": "tone-4",
    "tuned+foreign": "tone-5",
}


def tone(arm: str, index: int) -> str:
    """CSS class of an arm's colour; an arm by another name takes one by its position."""
    return _TONES.get(arm, f"tone-{index % 6}")


def tones_of(arms: Iterable[str]) -> dict[str, str]:
    """The colours of arms, by name, in the order in which the names first appear."""
    return {arm: tone(arm, index) for index, arm in enumerate(dict.fromkeys(arms))}


def share_chart(
    heading: str, shares: Mapping[str, Mapping[str, Any]], tones: Mapping[str, str], word: Wording
) -> Chart:
    """Bars of a share, an arm each.

    Args:
        heading: what the share is of.
        shares: by arm, ``rate``, ``low`` and ``high``, ``passed`` and ``total`` where it has them.
        tones: by arm.
        word: of the page's language.
    """
    bars = [
        Bar(
            word.name("arms", arm),
            tones[arm],
            share["rate"],
            share["low"],
            share["high"],
            percent(share["rate"]),
            f"{share['passed']}/{share['total']}" if "total" in share else "",
        )
        for arm, share in shares.items()
    ]
    return Chart(heading, rate_bars(spoken_bars(heading, bars), bars))


def spoken_bars(title: str, bars: Iterable[Bar]) -> str:
    """What a chart of bars says to those who cannot see it."""
    return f"{title}: " + "; ".join(f"{bar.name} {bar.value}" for bar in bars)
