import pytest

from rolewright.evaluation.outcomes import Outcomes, checks_of, compare_outcomes


def outcomes(gained, lost, same=10):
    treatment = [True] * gained + [False] * lost + [True] * same
    baseline = [False] * gained + [True] * lost + [True] * same
    return Outcomes(treatment, baseline, [str(n) for n in range(gained + lost + same)])


def test_p_values_are_those_of_statsmodels():
    """``mcnemar(table, exact=True)`` and ``multipletests(…, method="holm")`` of version 0.15.0."""
    tables = {"a": (9, 0), "b": (8, 1), "c": (3, 12), "d": (4, 4)}
    found = compare_outcomes({name: outcomes(*table) for name, table in tables.items()})
    assert [each.paired.p_value for each in found.values()] == pytest.approx(
        [0.00390625, 0.0390625, 0.03515625, 1.0]
    )
    assert [each.adjusted_p_value for each in found.values()] == pytest.approx(
        [0.015625, 0.10546875, 0.10546875, 1.0]
    )


def test_what_can_be_said():
    found = compare_outcomes(
        {"up": outcomes(20, 1), "down": outcomes(1, 20), "not": outcomes(3, 1)}
    )
    assert {name: each.change for name, each in found.items()} == {
        "up": "better",
        "down": "worse",
        "not": "not distinguishable",
    }
    record = found["down"].as_record()
    assert record["change"] == "worse"
    assert record["treatment_rate"] == pytest.approx(11 / 31)
    assert record["baseline_rate"] == pytest.approx(30 / 31)


def test_many_rules_are_tested_together():
    """What one rule alone would show is not shown by one of ten."""
    assert compare_outcomes({"a": outcomes(7, 0)})["a"].change == "better"
    many = {"a": outcomes(7, 0)} | {str(n): outcomes(2, 2) for n in range(9)}
    assert compare_outcomes(many)["a"].change == "not distinguishable"


def test_pairs_of_one_cluster_count_together():
    alike = Outcomes([True] * 12, [False] * 12, [str(n // 4) for n in range(12)])
    assert compare_outcomes({"a": alike})["a"].paired.p_value == 0.25


def test_nothing_is_said_beside_an_interval_with_zero_in_it():
    """Six short conversations gain a turn each, and a long one stays as it is."""
    gained = [True, False, False] * 6
    treatment, baseline = [*gained, *[True] * 40], [*[False] * 18, *[True] * 40]
    clusters = [*(str(n // 3) for n in range(18)), *["long"] * 40]
    found = compare_outcomes({"a": Outcomes(treatment, baseline, clusters)})["a"]
    assert found.adjusted_p_value < 0.05
    assert found.paired.low < 0 < found.paired.high
    assert found.change == "not distinguishable"


def test_only_what_judged_both_sides_is_compared(judged):
    pairs = [
        (judged("b", short=True, polite=False), judged("a", short=False)),
        (judged("b", polite=True), judged("a", short=True, polite=True)),
    ]
    assert checks_of(pairs) == ["short", "polite"]
    assert Outcomes.of_check(pairs, "short") == Outcomes([True], [False], ["row"])
    assert compare_outcomes({"none": Outcomes.of_check(pairs, "missing")}) == {}
