"""SVG elements as safe markup: every attribute and text is escaped."""

from markupsafe import Markup, escape

WIDTH = 480
"""Width of all charts in user units: about that of half a page, and of a phone held upright."""


def element(name: str, *children: str, **attributes: str | float) -> Markup:
    """An element; ``class_`` stands for ``class`` and ``text_anchor`` for ``text-anchor``."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_plain(value))}"'
        for key, value in attributes.items()
    )
    content = Markup("").join(children)
    return Markup(f"<{name}{written}>{content}</{name}>")


def drawing(label: str, height: float, *children: Markup) -> Markup:
    """A whole chart, which a screen reader announces by its label."""
    content = Markup("").join(children)
    frame = f'viewBox="0 0 {WIDTH} {_plain(height)}" role="img" aria-label="{escape(label)}"'
    return Markup(f'<svg class="chart" {frame}>{content}</svg>')


def text(x: float, y: float, content: str, **attributes: str) -> Markup:
    """A line of text."""
    return element("text", content, x=x, y=y, **attributes)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """A straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def whisker(low: tuple[float, float], high: tuple[float, float], cap: float = 4) -> Markup:
    """An interval from one point to another, along an axis, with a cap on each end."""
    (x1, y1), (x2, y2) = low, high
    dx, dy = (0.0, cap) if y1 == y2 else (cap, 0.0)
    path = (
        f"M{_plain(x1)} {_plain(y1)}L{_plain(x2)} {_plain(y2)}"
        f"M{_plain(x1 - dx)} {_plain(y1 - dy)}L{_plain(x1 + dx)} {_plain(y1 + dy)}"
        f"M{_plain(x2 - dx)} {_plain(y2 - dy)}L{_plain(x2 + dx)} {_plain(y2 + dy)}"
    )
    # A halo keeps it visible on a bar of any colour.
    return element("path", d=path, class_="halo") + element("path", d=path, class_="whisker")


def polyline(points: list[tuple[float, float]], class_: str) -> Markup:
    """A line through points."""
    return element("polyline", points=_path(points), class_=class_)


def polygon(points: list[tuple[float, float]], class_: str) -> Markup:
    """The area within points."""
    return element("polygon", points=_path(points), class_=class_)


def _path(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{_plain(x)},{_plain(y)}" for x, y in points)


def _plain(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
