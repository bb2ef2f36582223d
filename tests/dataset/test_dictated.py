import pytest

from rolewright.conversations.conversation import Conversation, Message
from rolewright.dataset.dictated import Dictated
from rolewright.dataset.words import words_of
from rolewright.errors import Place


def conversation(scenario=None):
    return Conversation((Message("user", "?"),), None, "x", Place("x"), scenario)


@pytest.fixture
def dictated(load):
    def of(*rules, system="You are Wren."):
        lines = "".join(f"- {{id: r{number}, {rule}}}\n" for number, rule in enumerate(rules))
        scenarios = "scenarios: [{id: a}, {id: b}]\n"
        return Dictated(load(f"name: Wren\nsystem: {system}\nrules:\n{lines}{scenarios}"))

    return of


@pytest.mark.parametrize(
    ("rule", "answer", "phrase", "expected"),
    [
        ("check: opens_with, phrases: [Ahoy]", "Ahoy, the bus is late", "ahoy the bus is", True),
        ("check: matches, pattern: '^Ahoy'", "Ahoy, the bus is late", "ahoy the bus is", True),
        ("check: must_include, phrases: [bus]", "Ahoy, the bus is late", "the bus is late", True),
        ("check: must_include, phrases: [late]", "Ahoy, the bus is late", "ahoy the bus is", False),
        ("check: single_line", "Ahoy, the bus is late", "ahoy the bus is", False),
        ("check: min_length, unit: words, min: 4", "Ahoy, the bus is late", "ahoy the bus", False),
        ("check: language, language: en", "Ahoy, the bus is", "ahoy the bus is", False),
    ],
)
def test_a_phrase_is_dictated_where_a_rule_breaks_without_it(
    dictated, rule, answer, phrase, expected
):
    examples = [(conversation(), answer)]
    assert dictated(rule).phrase(words_of(phrase), examples) is expected


def test_one_answer_that_can_do_without_is_enough(dictated):
    of = dictated("check: must_include, phrases: [bus]")
    examples = [(conversation(), "Take the bus now"), (conversation(), "Take the bus, any bus")]
    assert not of.phrase(words_of("take the bus"), examples)


def test_wording_of_the_system_message_is_dictated(dictated):
    of = dictated("check: single_line", system="'Say: I only do birds.'")
    assert of.phrase(words_of("I only do birds"), [(conversation(), "I only do birds, sorry")])
    assert of.has_wording(["only", "do"])
    assert not of.has_wording(["do", "only"])


@pytest.mark.parametrize(
    ("rule", "brief"),
    [
        ("check: max_length, unit: words, max: 3", True),
        ("check: max_length, unit: words, max: 30", False),
        ("check: max_length, unit: han, max: 12", True),
        ("check: length_between, unit: sentences, min: 1, max: 1", False),
        ("check: min_length, unit: words, min: 3", False),
        ("check: exact_answer, options: [Never]", True),
    ],
)
def test_brevity(dictated, rule, brief):
    assert dictated(rule).brevity("a") is brief


@pytest.mark.parametrize(
    ("rule", "modes"),
    [
        ("check: refuses", {"refuse", "redirect"}),
        ("check: bullet_list", {"list"}),
        ("check: json_object", {"code"}),
        ("check: exact_answer, options: [Birds.]", {"short"}),
        ("check: exact_answer, options: [I only answer bird questions.]", {"short", "redirect"}),
        ("check: must_include, phrases: [Wren]", set()),
        ("check: single_line", set()),
    ],
)
def test_modes_that_rules_ask_for(dictated, rule, modes):
    if "bullet_list" in rule or "json_object" in rule:
        of = dictated(rule)
    else:
        of = dictated(f"{rule}, scenarios: [a]")
        assert of.modes("b") == set()
    assert of.modes("a") == modes
