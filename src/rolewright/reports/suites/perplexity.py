"""Perplexity: what training cost on texts that the role has no part in."""

from collections.abc import Mapping
from typing import Any

from rolewright.reports.charts.difference import difference_line
from rolewright.reports.charts.segments import Segment, SegmentedBar, segmented_bars
from rolewright.reports.figure import Figure, single_chart
from rolewright.reports.numerals import decimal, signed_percent
from rolewright.reports.suites.view import SuiteView, Tile
from rolewright.reports.wording import Wording

Json = Mapping[str, Any]


def perplexity_view(figures: Json, tones: Mapping[str, str], word: Wording) -> SuiteView:
    """Bars of bits per byte, and by what share the tuned model needs more, beside the margin."""
    arms, estimate = figures["arms"], figures["difference"]
    last = list(arms)[-1]
    tile = Tile(
        word("perplexity.bits_per_byte"),
        decimal(arms[last]["bits_per_byte"]),
        (word.name("arms", last),),
    )
    drawn = [_bits_figure(arms, tones, word)]
    results: tuple[str, ...] = ()
    if estimate is not None:
        drawn.append(_change_figure(estimate, figures["margin"], word))
        said = "perplexity.ruled_out" if figures["no_worse"] else "perplexity.not_ruled_out"
        interval = _interval(estimate)
        results = (word(said, margin=signed_percent(figures["margin"]), **interval),)
        note = word("perplexity.tile_note", **interval)
        tile = Tile(word("perplexity.tile"), signed_percent(estimate["change"]), (note,))
    return SuiteView(
        anchor="suite-perplexity",
        name=word.name("suites", "perplexity"),
        heading=word("perplexity.heading"),
        lead=word("perplexity.lead"),
        figures=tuple(drawn),
        results=results,
        tile=tile,
    )


def _bits_figure(arms: Json, tones: Mapping[str, str], word: Wording) -> Figure:
    title = word("perplexity.title")
    bars, rows = [], []
    for arm, amounts in arms.items():
        name, bits = word.name("arms", arm), decimal(amounts["bits_per_byte"])
        segment = Segment(title, tones[arm], amounts["bits_per_byte"])
        bars.append(SegmentedBar(name, (segment,), bits))
        more = (decimal(amounts["bits_per_token"]), decimal(amounts["perplexity"], 2))
        rows.append((name, bits, *more, str(amounts["texts"]), str(amounts["bytes"])))
    spoken = "; ".join(f"{bar.name} {bar.value}" for bar in bars)
    heads = ("bits_per_byte", "bits_per_token", "per_token", "texts", "bytes")
    return Figure(
        anchor="figure-perplexity",
        title=title,
        caption=word("perplexity.caption"),
        charts=single_chart(segmented_bars(f"{title}: {spoken}", bars)),
        columns=(word("adherence.arm"), *(word(f"perplexity.{head}") for head in heads)),
        rows=tuple(rows),
    )


def _change_figure(estimate: Json, margin: float, word: Wording) -> Figure:
    change, interval = signed_percent(estimate["change"]), _interval(estimate)
    # What lies beyond the scale is drawn at its end; its numbers stand beside it.
    ends = [max(-1.0, min(1.0, estimate[key])) for key in ("change", "low", "high")]
    line = difference_line(
        word("perplexity.spoken", change=change, **interval),
        (ends[0], ends[1], ends[2]),
        change,
        (word("perplexity.fewer"), word("perplexity.more")),
        margin=(-margin, word("difference.margin")),  # here more is the loss
    )
    return Figure(
        anchor="figure-perplexity-difference",
        title=word("perplexity.change_title"),
        caption=word("perplexity.change_caption", margin=signed_percent(margin)),
        charts=single_chart(line),
        columns=(
            word("perplexity.change"),
            word("adherence.interval"),
            word("perplexity.texts"),
        ),
        rows=((change, "{low} – {high}".format(**interval), str(estimate["pairs"])),),
    )


def _interval(estimate: Json) -> dict[str, str]:
    return {"low": signed_percent(estimate["low"]), "high": signed_percent(estimate["high"])}
