from rolewright.role.lint.example_answers import faulty_example_answers, rules_without_example

ROLE = """\
rules:
- {id: short, check: max_length, unit: words, max: 3, scenarios: [capital]}
- {id: calm, check: never_matches, pattern: '!'}
- {id: hotline, check: must_say_when, triggers: [fire], phrases: ['112'], scenarios: [other]}
scenarios:
- id: capital
  examples:
  - Capital of Peru?
  - {user: 'Capital of France?', assistant: Paris}
  - {user: 'Capital of Japan?', assistant: The capital is Tokyo!}
- id: other
"""


def test_each_rule_that_an_answer_breaks_is_an_error(load):
    findings = list(faulty_example_answers(load(ROLE)))
    assert [(each.code, each.severity, each.place.key) for each in findings] == [
        ("RW005", "error", "scenarios.capital.examples[2]")
    ] * 2
    assert findings[0].message == "the answer breaks the rule 'short': 4 words, at most 3 allowed"
    assert "'calm'" in findings[1].message
    assert findings[0].place.line == 8


def test_an_answer_is_judged_by_its_input_and_scenario(load):
    other = (
        "  examples: [{user: fire, assistant: Run a long way off}, {user: hi, assistant: a b}]\n"
    )
    (finding,) = faulty_example_answers(load(ROLE.replace("The capital is Tokyo!", "To") + other))
    assert finding.place.key == "scenarios.other.examples[0]"
    assert "'hotline'" in finding.message


def test_rules_that_no_answer_shows(load):
    (finding,) = rules_without_example(load(ROLE))
    assert (finding.code, finding.severity) == ("RW010", "info")
    assert finding.message.endswith(": hotline")
    everywhere = ROLE.replace(", scenarios: [other]", "")
    assert list(rules_without_example(load(everywhere))) == []


def test_without_any_answer_nothing_is_missed(load):
    role = load("rules: [{id: a, check: no_emoji}]\nscenarios: [{id: s, examples: [x]}]\n")
    assert list(rules_without_example(role)) == []
