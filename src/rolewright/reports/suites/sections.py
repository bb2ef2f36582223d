"""The sections of an evaluation's suites, and what they have against its verdict."""

from collections.abc import Callable, Mapping
from typing import Any

from rolewright.evaluation.objections.objection import tell
from rolewright.reports.suites import (
    general_ability,
    instructions,
    leakage,
    override,
    perplexity,
    stability,
)
from rolewright.reports.suites.consistency import consistency_view, paraphrases_view
from rolewright.reports.suites.other import other_view
from rolewright.reports.suites.over_role import over_role_view
from rolewright.reports.suites.switching import switching_view
from rolewright.reports.suites.view import SuiteView
from rolewright.reports.wording import Language, Wording

Json = Mapping[str, Any]

_VIEWS: dict[str, Callable[[Json, Mapping[str, str], Wording], SuiteView]] = {
    "stability": stability.stability_view,
    "override": override.override_view,
    "leakage": leakage.leakage_view,
    "over_role": over_role_view,
    "switching": switching_view,
    "consistency": consistency_view,
    "paraphrases": paraphrases_view,
    "instructions": instructions.instructions_view,
    "general_ability": general_ability.general_ability_view,
    "perplexity": perplexity.perplexity_view,
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


def objection_sentences(evaluation: Json, word: Wording, language: Language) -> list[str]:
    """What suites have against "took hold", in the report's language."""
    return [
        tell(each["kind"], each["values"], language, word.name) for each in evaluation["objections"]
    ]


def left_out_sentences(evaluation: Json, word: Wording) -> list[str]:
    """How much of each suite outgrew the model's context, where anything did."""
    return [
        word("verdict.left_out", suite=word.name("suites", suite), count=count)
        for suite, count in evaluation["does_not_fit"].items()
    ]


def advice_sentences(evaluation: Json, word: Wording) -> list[str]:
    """What to do: about suites that object, and which examples the training data lack."""
    known = [each["suite"] for each in evaluation["remedies"]]
    return [word.name("remedies", suite) for suite in known] + [
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
        for each in evaluation["advice"]
    ]
