import pytest

from rolewright.conversations.conversation import Conversation, Message
from rolewright.conversations.read import read_all
from rolewright.dataset.check import ROWS_AT_ONCE, Tally, check_data
from rolewright.dataset.checks import data_checks
from rolewright.dataset.compliance import Compliance
from rolewright.dataset.occurrences import MOST_LISTED
from rolewright.errors import Fault, Place
from rolewright.finding import CODES
from rolewright.role.load import load_role

SYSTEM = "You are Atlas."
RULES = "rules:\n- {id: short, check: max_length, unit: words, max: 3}\n"
SCENARIOS = "scenarios:\n- id: capital\n- id: river\n"


@pytest.fixture
def role(tmp_path):
    """Load a role file with these further lines."""

    def load(lines=RULES, system=SYSTEM):
        path = tmp_path / "role.yaml"
        path.write_text(f"name: Atlas\nsystem: {system}\n{lines}", "utf-8")
        return load_role(path)

    return load


def row(question="Capital of France?", answer="Paris", **further):
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return {"messages": messages, **further}


CAPITALS = {
    "Austria": "Vienna",
    "Brazil": "Brasília",
    "Chile": "Santiago",
    "Denmark": "Copenhagen",
    "Egypt": "Cairo",
    "Finland": "Helsinki",
    "Greece": "Athens",
    "Hungary": "Budapest",
    "India": "New Delhi",
    "Japan": "Tokyo",
    "Kenya": "Nairobi",
    "Latvia": "Riga",
    "Mexico": "Mexico City",
    "Norway": "Oslo",
    "Oman": "Muscat",
    "Peru": "Lima",
    "Qatar": "Doha",
    "Romania": "Bucharest",
    "Spain": "Madrid",
    "Turkey": "Ankara",
}


def clean_rows(**further):
    return [row(f"Capital of {each}?", capital, **further) for each, capital in CAPITALS.items()]


def river_rows():
    return [row(f"River of {each}?", f"{each} Aa", scenario="river") for each in CAPITALS]


@pytest.fixture
def found(write_rows):
    """Check rows under a role: (code, line, message) of each finding."""

    def check(role, rows, evaluation=()):
        training = read_all([write_rows("train.jsonl", rows)]).conversations
        held_out = ()
        if evaluation:
            path = write_rows("eval.jsonl", evaluation)
            held_out = read_all([path], answered=False).conversations
        findings = list(check_data(role, training, data_checks(role, held_out)))
        for finding in findings:
            assert finding.fix
            assert finding.severity == CODES[finding.code][0]
        return [(each.code, each.place.line, each.message) for each in findings]

    return check


def test_clean_data(role, found):
    atlas = role()
    assert found(atlas, clean_rows(), [row("Capital of Yemen?")]) == []


def test_clean_data_with_scenarios(role, found):
    atlas = role(SCENARIOS)
    assert found(atlas, [*clean_rows(scenario="capital"), *river_rows()]) == []


def test_rw101_repeats_what_could_not_be_read(role):
    fault = Fault(Place("a.jsonl", 7, "messages"), "broken", "a list", "mend it")
    (finding,) = check_data(role(), [fault], {})
    assert (finding.code, finding.place, finding.fix) == ("RW101", fault.place, "mend it")
    assert finding.message == "broken (expected: a list)"


def test_rw100_counts_what_is_not_listed_and_keeps_every_line(role, write_rows):
    rows = [row(f"Capital {n}?", "It is the city of Rome") for n in range(MOST_LISTED + 5)]
    atlas = role()
    checks = {"compliance": Compliance(atlas)}
    training = read_all([write_rows("train.jsonl", rows)]).conversations
    *listed, (rest) = check_data(atlas, training, checks)
    assert [(f.code, f.place.line) for f in listed] == [
        ("RW201", line) for line in range(1, MOST_LISTED + 1)
    ]
    assert (rest.code, rest.severity) == ("RW100", "info")
    assert rest.message.startswith("5 more rows of RW201 (rule 'short')")
    assert "0 of 25 answers keep it" in rest.message
    (rule,) = checks["compliance"].figures()["rules"]
    assert (rule["kept"], rule["of"]) == (0, 25)
    assert rule["broken_at"][0]["lines"] == list(range(1, MOST_LISTED + 6))


def test_what_is_not_listed_concerns_the_code_that_it_counts(role):
    faults = [Fault(Place("a.jsonl", line), "broken") for line in range(1, 30)]
    tally = Tally()
    found = list(check_data(role(), faults, {}, tally=tally))
    assert {finding.code for finding in found} == {"RW100", "RW101"}
    assert {finding.concerns for finding in found} == {"RW101"}
    assert tally.readable == 0
    assert tally.unreadable.figures() == [{"file": "a.jsonl", "lines": list(range(1, 30))}]


def test_rw102_counts_other_system_messages(role, found):
    rows = clean_rows()
    rows[3] |= {"system": SYSTEM}
    rows[5] |= {"system": ""}
    rows[7] |= {"system": "You are a pirate."}
    ((code, line, message),) = found(role(), rows)
    assert (code, line) == ("RW102", 6)
    assert message.startswith("2 of 20 rows")
    assert "2 different" in message


def test_rw103_only_where_rules_depend_on_scenarios(role, found):
    dependent = SCENARIOS + RULES.replace("}", ", scenarios: [capital]}")
    rows = clean_rows(scenario="capital")
    del rows[4]["scenario"]
    codes = found(role(dependent), rows)
    (code, line, message) = codes[0]
    assert (code, line) == ("RW103", 5)
    assert "short" in message
    others = {each[0] for each in codes[1:]}
    assert others == {"RW310", "RW302"}  # 19 rows of one scenario, none of the other
    assert {each[0] for each in found(role(SCENARIOS + RULES), rows)} == others


def test_rw104_undeclared_scenario(role, found):
    rows = clean_rows(scenario="capital")
    rows[2]["scenario"] = "capitol"
    codes = found(role("scenarios:\n- id: capital\n"), [*rows, row(scenario="capital")])
    ((code, line, message),) = codes
    assert (code, line) == ("RW104", 3)
    assert "'capitol'" in message


def test_rw201_broken_rule(role, found):
    rows = clean_rows()
    rows[6] = row("Capital of Italy?", "It is the city of Rome")
    ((code, line, message),) = found(role(), rows)
    assert (code, line) == ("RW201", 7)
    assert "the answer breaks the rule 'short'" in message


def turns(*texts, train=None):
    rows = []
    for index, text in enumerate(texts):
        rows.append({"role": ("user", "assistant")[index % 2], "content": text})
    if train is not None:
        rows[train]["weight"] = 0
    return {"messages": rows}


def test_rw201_of_an_earlier_answer_names_its_turn(role, found):
    long = "It is the city of Rome"
    ((code, line, message),) = found(role(), [turns("Italy?", long, "France?", "Paris")])
    assert (code, line) == ("RW201", 1)
    assert message.startswith("turn 2 breaks the rule 'short'")
    assert found(role(), [turns("Italy?", "Rome", "France?", "Paris")]) == []


def test_rw201_spares_other_systems_and_scenarios_that_the_rule_is_not_for(role, found):
    long = "It is the city of Rome"
    codes = [code for code, _, _ in found(role(), [row(answer=long, system="You are a pirate.")])]
    assert codes == ["RW102"]
    dependent = "scenarios:\n- id: capital\n- id: river\n" + RULES.replace(
        "}", ", scenarios: [capital]}"
    )
    codes = found(role(dependent), [row(answer=long, scenario="river")])
    assert {code for code, _, _ in codes} == {"RW302"}


def test_rw301_same_conversation(role, found):
    rows = [row(), *clean_rows(), row()]
    ((code, line, message),) = found(role(), rows)
    assert (code, line) == ("RW301", 22)
    assert message.endswith("train.jsonl:1")


def test_rw301_sees_through_a_written_out_system_message(role, found):
    ((code, line, _),) = found(role(), [row(), row(system=SYSTEM)])
    assert (code, line) == ("RW301", 2)


def test_rw302_few_rows_of_a_scenario(role, found):
    rows = clean_rows(scenario="capital")[:-1]
    atlas = role(SCENARIOS)
    ((code, line, message),) = found(atlas, [*rows, *river_rows()])
    assert (code, line) == ("RW302", None)
    assert "'capital' has 19 training rows" in message


def test_rw401_same_prompt_with_another_answer(role, found):
    rows = [row(), row(answer="Lyon"), row(answer="Nice")]
    codes = found(role(), rows)
    assert [(code, line) for code, line, _ in codes] == [("RW401", 2), ("RW401", 3)]
    assert all("train.jsonl:1" in message for _, _, message in codes)


def test_rw401_needs_the_same_system_message_and_history(role, found):
    rows = [
        row(),
        row(answer="Arr", system="You are a pirate."),
        turns("Hi", "Hello", "Capital of France?", "Lyon"),
    ]
    assert "RW401" not in {code for code, _, _ in found(role(), rows)}


def test_what_is_trained_does_not_make_another_conversation(role, found):
    talk = ("Italy?", "Rome", "France?", "Paris")
    ((code, line, _),) = found(role(), [turns(*talk), turns(*talk, train=1)])
    assert (code, line) == ("RW301", 2)


def test_answers_that_are_not_trained_may_break_rules(role, found):
    long = "It is the city of Rome"
    talk = ("Italy?", long, "France?", "Paris")
    assert found(role(), [turns(*talk, train=1)]) == []


def test_rw501_leaked_evaluation_prompt(role, found):
    rows = [*clean_rows(), row()]
    held_out = [
        {"messages": [{"role": "user", "content": "Capital of Yemen?"}]},
        {"messages": [{"role": "user", "content": "Capital of France?"}]},
    ]
    ((code, line, message),) = found(role(), rows, held_out)
    assert (code, line) == ("RW501", 2)
    assert message.endswith("train.jsonl:21")


def test_rows_that_augment_added_are_no_findings(role, found):
    long = "The capital of that country is Paris"
    twins = [
        row("Capital of country 1?", long, system=system, origin=origin, scenario="capital")
        for kind, system in (("none", False), ("empty", ""), ("foreign", "You are a pirate."))
        for origin in [{"from": "train.jsonl:2", "system": kind, "answered_by": "base"}]
    ]
    capital = "scenarios:\n- id: capital\n"
    assert found(role(RULES + capital), [*clean_rows(scenario="capital"), *twins]) == []
    few = clean_rows(scenario="capital")[:-1]
    ((code, _, message),) = found(role(capital), [*few, *twins])
    assert code == "RW302"
    assert "19 training rows" in message


def test_rw102_counts_a_row_that_rules_the_role_out(role, found):
    ((code, line, _),) = found(role(), [*clean_rows(), row(system=False)])
    assert (code, line) == ("RW102", 21)


def test_every_code_is_tested():
    from pathlib import Path

    files = Path(__file__).parent.glob("test_*.py")
    source = "".join(file.read_text("utf-8") for file in files).lower()
    planted = (Path(__file__).parent / "test_seeded_defects.py").read_text("utf-8")
    untested = {
        code
        for code in CODES
        if code >= "RW1" and f"test_{code.lower()}" not in source and f'"{code}"' not in planted
    }
    assert untested == set()


def test_findings_of_single_rows_come_in_the_order_of_the_rows(role):
    items = []
    for number in range(2 * ROWS_AT_ONCE + 30):
        place = Place("t", number + 1)
        broken = Fault(place, "broken", "", "")
        answer = "four words are long" if number % 25 == 3 else "Paris"
        turns = Message("user", f"{number}?"), Message("assistant", answer)
        items.append(broken if number % 40 == 9 else Conversation(turns, None, "", place))
    checks = {"compliance": Compliance(role())}
    lines = [each.place.line for each in check_data(role(), items, checks)]
    assert lines == sorted(lines)
    assert len(lines) == 6 + 10
