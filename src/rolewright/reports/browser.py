"""The browser of transcripts: what they can be chosen by, and the data that ``report.js`` shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from rolewright.reports.page import LONG_CHARACTERS
from rolewright.reports.transcripts import Json, Systems, group_transcripts
from rolewright.reports.wording import Wording

SPOKEN = (
    "transcripts.empty",
    "transcripts.unjudged",
    "transcripts.all_kept",
    "transcripts.broken",
    "transcripts.kept",
    "transcripts.failed",
    "transcripts.passed",
    "transcripts.own_system",
    "transcripts.tokens",
    "transcripts.cut",
    "transcripts.long",
    "transcripts.shown",
    "transcripts.nothing",
    "transcripts.page",
    "transcripts.reply_by",
    "transcripts.fact",
    "system.none",
    "page.link",
)
"""What the script says; ``{name}`` stands for a value there too."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A list to choose from.

    Attributes:
        key: what a link to the transcripts calls it.
        label: what it chooses by.
        options: their keys and names.
    """

    key: str
    label: str
    options: tuple[tuple[str, str], ...]


def transcripts_link(**chosen: str) -> str:
    """A link to the transcripts that are left if some options are chosen, by the choices' keys."""
    return "#transcripts?" + urlencode(chosen, quote_via=quote)


def choices(samples: Sequence[Json], arms: Sequence[str], word: Wording) -> list[Choice]:
    """What the samples of a log can be chosen by; lists of a single option are left out.

    Args:
        samples: lines of the log.
        arms: in the order of the report.
        word: of the page's language.
    """
    suites = dict.fromkeys(str(sample["suite"]) for sample in samples)
    failed = {v["rule"] for sample in samples for v in sample["verdicts"] if not v["passed"]}
    families = dict.fromkeys(str(s["facts"]["family"]) for s in samples if "family" in s["facts"])
    scenarios = {str(s["scenario"]) for s in samples if s["scenario"] is not None}
    outcomes = ("failed", word("transcripts.failed")), ("passed", word("transcripts.passed"))
    found = (
        Choice("suite", word("transcripts.suite"), _named("suites", suites, word)),
        Choice("arm", word("transcripts.arm"), _named("arms", arms, word)),
        Choice("outcome", word("transcripts.outcome"), outcomes if failed else ()),
        Choice("check", word("transcripts.rule"), _named("checks", sorted(failed), word)),
        Choice("family", word("transcripts.family"), _named("families", families, word)),
        Choice("scenario", word("transcripts.scenario"), tuple((s, s) for s in sorted(scenarios))),
    )
    return [choice for choice in found if choice.options]


def _named(group: str, keys: Any, word: Wording) -> tuple[tuple[str, str], ...]:
    return tuple((key, word.name(group, key)) for key in keys)


def browser_data(
    samples: Sequence[Json], tones: dict[str, str], systems: Systems, word: Wording
) -> dict[str, Any]:
    """All that the script needs, as JSON values; texts are as the model wrote them, unescaped.

    Args:
        samples: lines of the log.
        tones: colours by arm, in the order of the columns.
        systems: of the arms.
        word: of the page's language.
    """
    rules = {verdict["rule"] for sample in samples for verdict in sample["verdicts"]}
    facts = {key for sample in samples for key in sample["facts"]}
    values = {
        str(value) for s in samples for value in s["facts"].values() if isinstance(value, str)
    }
    return {
        "words": {key: word.texts[key] for key in SPOKEN},
        "names": {
            "roles": dict(_named("roles", ("system", "user", "assistant"), word)),
            "suites": dict(_named("suites", {str(s["suite"]) for s in samples}, word)),
            "arms": dict(_named("arms", tones, word)),
            "checks": dict(_named("checks", rules, word)),
            "facts": dict(_named("facts", facts, word)),
            "values": dict(_named("families", values, word))
            | {key: name for key, name in _named("strengths", values, word) if name != key},
        },
        "tones": tones,
        "long_characters": LONG_CHARACTERS,
        "entries": group_transcripts(samples, list(tones), systems),
    }
