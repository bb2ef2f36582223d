"""A page: one HTML file that needs nothing besides itself."""

import base64
import hashlib
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from rolewright.reports import numerals
from rolewright.reports.wording import Wording

# Texts longer than this scroll in a box of their own; the data stay whole.
LONG_CHARACTERS = 600


def render_page(template: str, word: Wording, **parts: Any) -> str:
    """Render a template that extends ``page.html.j2``; everything in it is escaped.

    Args:
        template: its file name.
        word: the words of the page's language.
        parts: what the template shows.
    """
    script = _source("report.js")
    page = (
        _environment()
        .get_template(template)
        .render(
            word=word,
            style=Markup(_source("report.css")),
            script=Markup(script),
            script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
            **parts,
        )
    )
    # A lone surrogate, which JSON may carry, has no place in a UTF-8 file.
    return page.encode("utf-8", "replace").decode("utf-8")


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("rolewright.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "percent": numerals.percent,
        "points": numerals.points,
        "decimal": numerals.decimal,
        "p_value": numerals.p_value,
    }
    # Of the filter ``tojson``, which keeps "<" from ending a script: as short as JSON can be.
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    environment.tests["long"] = lambda text: len(text) > LONG_CHARACTERS
    return environment


def _source(name: str) -> str:
    return (resources.files("rolewright.reports") / "templates" / name).read_text("utf-8")
