import pytest

from rolewright.conversations.conversation import Conversation, Message
from rolewright.dataset.scenario_assignment import ScenarioAssigner
from rolewright.errors import Place
from rolewright.role.schema import Scenario


def asked(*texts, scenario=None):
    turns = tuple(Message("user", text) for text in texts)
    return Conversation(turns, None, "x", Place("x"), scenario)


def assigner(**examples):
    return ScenarioAssigner([Scenario(id=id_, examples=texts) for id_, texts in examples.items()])


CITY = {"food": ["Where can I eat fish?"], "travel": ["When does the bus leave?"]}
TOWN = {"food": ["哪里能吃到面条？"], "travel": ["公交几点发车？"]}


@pytest.mark.parametrize(
    ("examples", "text", "scenario"),
    [
        (CITY, "Where do people eat fish and chips?", "food"),
        (CITY, "when does the last bus leave", "travel"),
        (TOWN, "请问哪里能吃到饺子", "food"),
        (TOWN, "末班公交几点？", "travel"),
    ],
)
def test_what_is_like_an_example_belongs_to_its_scenario(examples, text, scenario):
    found = assigner(**examples).assign(asked(text))
    assert (found.scenario, found.declared, found.certain) == (scenario, False, True)


@pytest.mark.parametrize(
    "text", ["xyz 123", "？！", "Where does the bus eat fish, when can it leave?"]
)
def test_what_is_like_none_or_like_several_is_uncertain(text):
    assert not assigner(**CITY).assign(asked(text)).certain


def test_a_declared_scenario_is_believed():
    found = assigner(**CITY).assign(asked("When does the bus leave?", scenario="food"))
    assert (found.scenario, found.declared, found.certain) == ("food", True, True)
    unknown = assigner(**CITY).assign(asked("When does the bus leave?", scenario="fod"))
    assert (unknown.scenario, unknown.declared, unknown.certain) == (None, True, False)


def test_roles_without_scenarios_or_texts_assign_nothing():
    assert not assigner().assign(asked("Hello")).certain
    assert assigner(a=[], b=[]).assign(asked("Hello")).scenario is None


def test_all_turns_of_the_user_count():
    found = assigner(**CITY).assign(asked("Hi", "Where can I eat fish here?"))
    assert found.scenario == "food"


def test_most_of_what_is_called_certain_is_right(guide, clean_rows):
    rows = clean_rows(400)
    assign = ScenarioAssigner(guide.scenarios).assign
    found = [(row["scenario"], assign(asked(row["messages"][0]["content"]))) for row in rows]
    certain = [scenario == each.scenario for scenario, each in found if each.certain]
    assert len(certain) > 80
    assert sum(certain) / len(certain) > 0.75
