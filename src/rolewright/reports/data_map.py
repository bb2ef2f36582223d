"""The map of the inputs, coloured by scenario."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rolewright.reports.charts.scatter import Point, scatter_plot
from rolewright.reports.figure import Figure, single_chart
from rolewright.reports.wording import Wording

_TONES = 8
_NONE = "none-clear"


@dataclass(frozen=True, slots=True)
class InputMap:
    """The figure and its legend: scenario, tone and number of points."""

    figure: Figure
    legend: tuple[tuple[str, str, int], ...]


def map_figure(map_: Mapping[str, Any], word: Wording) -> InputMap | None:
    """Draw the map; None where no row belongs to the role.

    The commonest eight scenarios have a colour each, further ones share that of no clear scenario.
    """
    points = map_["points"]
    if not points:
        return None
    counts = Counter(point["scenario"] for point in points)
    named = [scenario for scenario, _ in counts.most_common() if scenario is not None]
    tones = {scenario: f"hue-{index}" for index, scenario in enumerate(named[:_TONES])}
    drawn = [
        Point(point["x"], point["y"], tones.get(point["scenario"], _NONE), _said(point, word))
        # What has no clear scenario lies below the rest.
        for point in sorted(points, key=lambda point: point["scenario"] in tones)
    ]
    rest = len(points) - sum(counts[scenario] for scenario in tones)
    legend = [(scenario, tone, counts[scenario]) for scenario, tone in tones.items()]
    if rest:
        name = "check.map_others" if len(named) > _TONES else "check.map_none"
        legend.append((word(name), _NONE, rest))
    figure = Figure(
        anchor="figure-map",
        title=word("check.map_title"),
        caption=word("check.map_caption", points=len(points), rows=map_["rows"]),
        charts=single_chart(scatter_plot(word("check.map_title"), drawn)),
        columns=(word("check.scenario"), word("check.map_points")),
        rows=tuple((name, str(count)) for name, _, count in legend),
    )
    return InputMap(figure, tuple(legend))


def _said(point: Mapping[str, Any], word: Wording) -> str:
    return f"{point['scenario'] or word('check.map_none')} · {point['place']}\n{point['text']}"
