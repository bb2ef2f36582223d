"""The report card of a confidence: how good each route is on questions that it never saw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rolewright.reports.calibration import Mistake, histogram_figure, reliability_figure
from rolewright.reports.figure import Figure
from rolewright.reports.numerals import decimal, percent, percent_interval
from rolewright.reports.page import render_page
from rolewright.reports.risk import Ranking, risk_figure
from rolewright.reports.trust import Graded, overconfident
from rolewright.reports.wording import Language, Wording, load_wording

_TONES = {
    "softmax": "tone-0",
    "head": "tone-1",
    "fused": "tone-2",
    "dropout": "tone-3",
    "self_report": "tone-4",
    "sampling": "tone-5",
}
_SHARES = frozenset({"coverage_at_5_percent_risk", "coverage_at_10_percent_risk"})


@dataclass(frozen=True, slots=True)
class CardInputs:
    """What a report card is made from.

    Attributes:
        role: the role's name.
        model: the bundle's base model.
        created: when, as ISO 8601.
        card: of schema rolewright.confidence/1.
        answers: each with ``question``, ``answer``, ``expected``, ``correct`` and its
            ``confidences`` by the card's routes; at least one.
    """

    role: str
    model: str
    created: str
    card: Mapping[str, Any]
    answers: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class RouteView:
    """A route.

    Attributes:
        key: in the card.
        name: in words.
        anchor: the id to link to.
        tone: CSS class of its colour.
        in_force: whether the bundle uses it.
        result: what the card says of it.
        answers: with its confidence.
    """

    key: str
    name: str
    anchor: str
    tone: str
    in_force: bool
    result: Mapping[str, Any]
    answers: tuple[Graded, ...]


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A line of the table of measures.

    Attributes:
        name: of the measure.
        note: how to read it.
        cells: value and interval by route, in words; the interval may be empty.
    """

    name: str
    note: str
    cells: tuple[tuple[str, str], ...]


def render_report_card(inputs: CardInputs, language: Language) -> str:
    """Render a report card as one HTML file."""
    word = load_wording(language)
    routes = route_views(inputs, word)
    in_force = routes[0]
    threshold = inputs.card["threshold"]
    promise = threshold["promise"]
    risk = risk_figure(
        [Ranking(route.name, route.tone, route.answers) for route in routes],
        threshold["confidence"],
        word,
        promised=promise and promise["max_error"],
    )
    return render_page(
        "report_card.html.j2",
        word,
        inputs=inputs,
        card=inputs.card,
        routes=routes,
        in_force=in_force,
        rows=measure_rows(inputs.card, routes, word),
        risk=replace(risk, caption=word("card.risk_caption")),
        figures={
            route.key: route_figures(route, threshold["confidence"], word) for route in routes
        },
        mistakes_in_force=mistakes_in_force(inputs.answers, routes),
    )


def route_views(inputs: CardInputs, word: Wording) -> list[RouteView]:
    """The routes: that in force first, then the fused one, then the others."""
    results, used = inputs.card["routes"], inputs.card["in_force"]
    keys = sorted(results, key=lambda key: (key != used, key != "fused"))
    return [
        RouteView(
            key=key,
            name=word.name("routes", key),
            anchor=f"route-{key.replace(' ', '-')}",
            tone=_TONES.get(key, "tone-2"),
            in_force=key == used,
            result=results[key],
            answers=tuple(
                Graded(answer["confidences"][key], answer["correct"]) for answer in inputs.answers
            ),
        )
        for key in keys
    ]


def route_figures(route: RouteView, threshold: float, word: Wording) -> tuple[Figure, ...]:
    """Reliability, with its noise floor, and histogram; the threshold is of the route in force."""
    result = route.result
    ece, floor = decimal(result["measures"]["ece"]["value"]), decimal(result["noise_floor"])
    reliability = reliability_figure(route.answers, word)
    caption = word("page.gap").join((word("card.floor", ece=ece, floor=floor), reliability.caption))
    histogram = histogram_figure(route.answers, threshold if route.in_force else None, word)
    return tuple(
        replace(figure, anchor=f"{figure.anchor}-{route.anchor}")
        for figure in (replace(reliability, caption=caption), histogram)
    )


def measure_rows(
    card: Mapping[str, Any], routes: Sequence[RouteView], word: Wording
) -> list[MeasureRow]:
    """The table of measures; the noise floor stands below the ECE, what a route costs last."""
    rows = []
    for key in routes[0].result["measures"]:
        rows.append(_row(key, [_measured(key, route.result) for route in routes], word))
        if key == "ece":
            floors = [(decimal(route.result["noise_floor"]), "") for route in routes]
            rows.append(_row("noise_floor", floors, word))
    decoding = decimal(card["decoding_milliseconds"], 1)
    costs = tuple((decimal(route.result["milliseconds"], 2), "") for route in routes)
    return [*rows, MeasureRow(word("card.cost"), word("card.cost_note", decoding=decoding), costs)]


def _row(key: str, cells: Sequence[tuple[str, str]], word: Wording) -> MeasureRow:
    return MeasureRow(word.name("measures", key), word.name("measure_notes", key), tuple(cells))


def _measured(key: str, result: Mapping[str, Any]) -> tuple[str, str]:
    found = result["measures"][key]
    if key in _SHARES:
        return percent(found["value"]), percent_interval(found["low"], found["high"])
    low, high = decimal(found["low"]), decimal(found["high"])
    return decimal(found["value"]), f"{low} – {high}"


def mistakes_in_force(
    answers: Sequence[Mapping[str, Any]], routes: Sequence[RouteView]
) -> list[Mistake]:
    """The wrong answers with most confidence in force, and what the other routes say of them."""
    graded = [{**answer, "confidence": answer["confidences"][routes[0].key]} for answer in answers]
    return [
        Mistake(answer, tuple(percent(answer["confidences"][route.key]) for route in routes[1:]))
        for answer in overconfident(graded)
    ]
