"""Bars of the dataset check: scenarios, response modes, openings and closings."""

from collections.abc import Mapping, Sequence
from typing import Any

from rolewright.reports.charts.segments import Segment, SegmentedBar, segmented_bars
from rolewright.reports.figure import Figure, single_chart
from rolewright.reports.numerals import percent
from rolewright.reports.wording import Wording

_CERTAINTIES = {"declared": "hue-0", "assigned": "hue-1", "uncertain": "none-clear"}
_MODE_TONES = ("hue-0", "hue-1", "hue-2", "hue-3", "hue-4", "hue-5", "hue-6")
_LIMITS = {"inputs": 0.25, "openings": 0.05, "closings": 0.05}


def balance_figures(figures: Mapping[str, Any], word: Wording) -> list[Figure]:
    """The figures for which there are rows."""
    drawn: list[Figure] = []
    if figures["coverage"]["scenarios"]:
        drawn.append(coverage_figure(figures["coverage"]["scenarios"], word))
    if sum(figures["balance"]["modes"].values()):
        drawn.append(modes_figure(figures["balance"], word))
    for key, edge in figures["openings"].items():
        if edge["commonest"]:
            drawn.append(edge_figure(key, edge, word))
    return drawn


def coverage_figure(scenarios: Sequence[Mapping[str, Any]], word: Wording) -> Figure:
    """Rows by scenario: those that name it, and those that are like it."""
    names = {key: word.name("certainty", key) for key in _CERTAINTIES}
    present = [key for key in _CERTAINTIES if any(each[key] for each in scenarios)]
    bars = [
        SegmentedBar(
            each["scenario"],
            tuple(Segment(names[key], _CERTAINTIES[key], each[key]) for key in _CERTAINTIES),
            str(each["declared"] + each["assigned"]),
        )
        for each in scenarios
    ]
    title = word("check.coverage_title")
    legend = [(names[key], _CERTAINTIES[key]) for key in present]
    return Figure(
        anchor="figure-coverage",
        title=title,
        caption=word("check.coverage_caption"),
        charts=single_chart(segmented_bars(_spoken(title, bars), bars, legend)),
        columns=(word("check.scenario"), *names.values(), word("check.held_out")),
        rows=tuple(
            (
                each["scenario"],
                *(str(each[key]) for key in _CERTAINTIES),
                "–" if each["held_out"] is None else str(each["held_out"]),
            )
            for each in scenarios
        ),
    )


def modes_figure(balance: Mapping[str, Any], word: Wording) -> Figure:
    """Shares of the response modes, over all answers and by scenario."""
    modes = list(balance["modes"])
    names = {mode: word.name("modes", mode) for mode in modes}
    tones = dict(zip(modes, _MODE_TONES, strict=True))
    groups = [(word("check.all_rows"), balance["modes"])]
    for each in balance["scenarios"]:
        groups.append((each["scenario"] or word("check.map_none"), each["modes"]))
    bars, rows = [], []
    for group, counts in groups:
        total = sum(counts.values())
        segments = tuple(
            Segment(names[mode], tones[mode], 100 * counts[mode] / total) for mode in modes
        )
        bars.append(SegmentedBar(group, segments, str(total)))
        rows.append((group, *(str(counts[mode]) for mode in modes)))
    title = word("check.modes_title")
    legend = [(names[mode], tones[mode]) for mode in modes if balance["modes"][mode]]
    return Figure(
        anchor="figure-modes",
        title=title,
        caption=word("check.modes_caption"),
        charts=single_chart(segmented_bars(_spoken(title, bars), bars, legend)),
        columns=(word("check.scenario"), *names.values()),
        rows=tuple(rows),
    )


def edge_figure(key: str, edge: Mapping[str, Any], word: Wording) -> Figure:
    """The commonest openings or closings; what a rule dictates is grey."""
    texts, limit = edge["texts"], _LIMITS[key]
    bars, rows = [], []
    for each in edge["commonest"]:
        tone = "none-clear" if each["dictated"] else "hue-0"
        said = word("check.dictated") if each["dictated"] else word("check.free")
        share = each["count"] / texts
        segment = Segment(said, tone, 100 * share)
        bars.append(SegmentedBar(each["text"], (segment,), f"{percent(share)} · {each['count']}"))
        rows.append((each["text"], str(each["count"]), percent(share), said))
    title = word.name("edges", key)
    seen = {each["dictated"] for each in edge["commonest"]}
    keys = ((word("check.free"), "hue-0", False), (word("check.dictated"), "none-clear", True))
    legend = [(name, tone) for name, tone, dictated in keys if dictated in seen]
    drawing = segmented_bars(
        _spoken(title, bars), bars, legend, (100 * limit, word("check.limit", share=percent(limit)))
    )
    return Figure(
        anchor=f"figure-{key}",
        title=title,
        caption=word("check.edge_caption", texts=texts),
        charts=single_chart(drawing),
        columns=(
            word("check.text"),
            word("check.count"),
            word("check.share"),
            word("check.dictation"),
        ),
        rows=tuple(rows),
    )


def _spoken(title: str, bars: Sequence[SegmentedBar]) -> str:
    return f"{title}: " + "; ".join(f"{bar.name} {bar.value}" for bar in bars)
