"""The sections of an evaluation's suites, and what they have against its verdict."""

from collections.abc import Callable, Mapping
from typing import Any

from rolewright.reports.suites import general_ability, override
from rolewright.reports.suites.consistency import consistency_view
from rolewright.reports.suites.leakage import leakage_view
from rolewright.reports.suites.other import other_view
from rolewright.reports.suites.over_role import over_role_view
from rolewright.reports.suites.stability import stability_view
from rolewright.reports.suites.view import SuiteView
from rolewright.reports.wording import Wording

Json = Mapping[str, Any]

_VIEWS: dict[str, Callable[[Json, Mapping[str, str], Wording], SuiteView]] = {
    "stability": stability_view,
    "override": override.override_view,
    "leakage": leakage_view,
    "over_role": over_role_view,
    "consistency": consistency_view,
    "general_ability": general_ability.general_ability_view,
}
_OBJECTIONS: dict[str, Callable[[Json, Wording], str]] = {
    "override": override.objection,
    "general_ability": general_ability.objection,
}


def suite_views(suites: Json, tones: Mapping[str, str], word: Wording) -> list[SuiteView]:
    """A section a suite; one that has no drawing of its own gets a table.

    Args:
        suites: figures by the suite's name, as in ``results.json``.
        tones: colours by arm.
        word: of the page's language.
    """
    return [
        _VIEWS[name](figures, tones, word)
        if name in _VIEWS
        else other_view(name, figures, tones, word)
        for name, figures in suites.items()
    ]


def objection_sentences(evaluation: Json, word: Wording) -> list[str]:
    """What suites have against "took hold"; of one that the report does not know, its own words."""
    return [
        _OBJECTIONS[each["suite"]](evaluation["suites"][each["suite"]], word)
        if each["suite"] in _OBJECTIONS
        else each["text"]
        for each in evaluation["objections"]
    ]


def advice_sentences(evaluation: Json, word: Wording) -> list[str]:
    """Which examples the training data lack, from the records of ``advice``, if there are any."""
    return [
        word(
            "advice.undeclared" if each["scenario"] is None else "advice.scenario",
            rule=each["rule"],
            scenario=each["scenario"],
            broken=each["broken"],
            total=each["total"],
            inputs=word("advice.comma").join(
                word("advice.input", text=prompt["prompt"]) for prompt in each["prompts"]
            ),
        )
        for each in evaluation.get("advice", ())
    ]
