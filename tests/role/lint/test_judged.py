import pytest

from rolewright.role.lint.coverage import scenarios_left_out
from rolewright.role.lint.judged import criteria_for_code
from rolewright.role.lint.lint import lint_role
from rolewright.role.lint.statements import statements_not_checked


def with_criterion(load, criterion, *, system="You are Atlas.", scenarios="[a]"):
    rule = f"{{id: j, check: judged, criterion: {criterion}, scenarios: {scenarios}}}"
    calm = "{id: calm, check: no_emoji, scenarios: [b]}"
    scenarios = "scenarios:\n- {id: a, examples: [x]}\n- {id: b, examples: [y]}\n"
    return load(f"rules:\n- {rule}\n- {calm}\n{scenarios}", system)


@pytest.mark.parametrize(
    ("criterion", "topic"),
    [
        ("The answer has at most 30 words.", "a length"),
        ("回答不超过五十字。", "a length"),
        ("Answers in English.", "a language"),
        ("用中文回答。", "a language"),
        ("The answer is valid JSON.", "JSON"),
    ],
)
def test_what_code_counts_is_no_matter_of_judgement(load, criterion, topic):
    (finding,) = criteria_for_code(with_criterion(load, criterion))
    assert (finding.code, finding.place.key) == ("RW015", "rules.j")
    assert topic in finding.message


@pytest.mark.parametrize("criterion", ["The answer never talks down to the user.", "语气亲切。"])
def test_what_code_cannot_count_is(load, criterion):
    assert list(criteria_for_code(with_criterion(load, criterion))) == []


def test_a_scenario_of_judged_rules_alone_is_told(load):
    (finding,) = scenarios_left_out(with_criterion(load, "warm"))
    assert finding.message == "no rule that code decides applies to the scenario 'a'"


def test_a_role_of_judged_rules_alone_is_told(load):
    role = load("rules:\n- {id: j, check: judged, criterion: warm}\n")
    (message,) = [each.message for each in lint_role(role) if each.code == "RW001"]
    assert message == "the role has no rules that code decides"


def test_a_criterion_checks_what_the_system_message_demands(load):
    system = "Decline to give legal advice."
    for criterion, codes in (("warm", ["RW011"]), ("It must decline politely.", [])):
        role = with_criterion(load, criterion, system=system)
        assert [each.code for each in statements_not_checked(role)] == codes
