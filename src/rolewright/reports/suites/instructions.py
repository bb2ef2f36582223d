"""Instructions: what training cost in doing what a user asks for."""

from collections.abc import Mapping
from typing import Any

from rolewright.reports.suites.margin import margin_view
from rolewright.reports.suites.view import SuiteView, shares_figure
from rolewright.reports.wording import Wording

Json = Mapping[str, Any]

_MEASURES = {
    ("strict", "prompts"): "instructions.strict_prompts",
    ("strict", "instructions"): "instructions.strict_instructions",
    ("loose", "prompts"): "instructions.loose_prompts",
    ("loose", "instructions"): "instructions.loose_instructions",
}


def instructions_view(figures: Json, tones: Mapping[str, str], word: Wording) -> SuiteView:
    """Bars of IFEval's four figures, and the difference beside the margin."""
    measures = {
        word(label): {arm: of_arm[way][of] for arm, of_arm in figures["arms"].items()}
        for (way, of), label in _MEASURES.items()
    }
    strict = measures[word("instructions.strict_prompts")]
    titles = (word("instructions.tile_difference"), word("instructions.tile"))
    loss = margin_view("figure-instructions-difference", figures, strict, titles, word)
    texts = (word("instructions.title"), word("instructions.caption"))
    return SuiteView(
        anchor="suite-instructions",
        name=word.name("suites", "instructions"),
        heading=word("instructions.heading"),
        lead=word("instructions.lead"),
        figures=(shares_figure("figure-instructions", texts, measures, tones, word), *loss.figures),
        results=loss.results,
        tile=loss.tile,
    )
