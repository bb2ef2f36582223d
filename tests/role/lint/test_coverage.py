from rolewright.role.lint.coverage import scenarios_left_out

SCENARIOS = "scenarios:\n- {id: a, examples: [x]}\n- {id: b}\n"


def found(role):
    return [(each.code, each.place.key, each.severity) for each in scenarios_left_out(role)]


def test_a_scenario_without_examples(load):
    role = load(f"rules: [{{id: r, check: no_emoji}}]\n{SCENARIOS}")
    assert found(role) == [("RW008", "scenarios.b", "info")]


def test_a_scenario_without_rules(load):
    role = load(f"rules: [{{id: r, check: no_emoji, scenarios: [b]}}]\n{SCENARIOS}")
    assert found(role) == [("RW009", "scenarios.a", "info"), ("RW008", "scenarios.b", "info")]


def test_a_role_without_rules_has_but_one_finding_of_that(load):
    assert found(load("scenarios:\n- {id: a, examples: [x]}\n")) == []
