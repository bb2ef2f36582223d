import numpy as np
import pytest

from rolewright.confidence.graded import GradedAnswer
from rolewright.confidence.guarantee import Promise
from rolewright.confidence.promise import calibrate_with_promise
from rolewright.errors import UserError

OPEN = {"easy": 0.95, "hard": 0.35, "首都": 0.7}
"""Scenarios, with the share of right answers among the surest ones."""


def answers(number, seed=0, scenarios=tuple(OPEN)):
    """Answers whose scores tell right from wrong, but not how hard a scenario is."""
    draw = np.random.default_rng(seed)
    rows = []
    for index in range(number):
        scenario = scenarios[index % len(scenarios)]
        sure = float(draw.uniform(0.05, 0.95))
        rows.append(
            GradedAnswer(
                id=str(index),
                scenario=scenario,
                question=f"Q{index}",
                expected=("A",),
                answer="A",
                correct=bool(draw.uniform() < sure * OPEN.get(scenario, 0.7)),
                scores={"sequence_probability": sure},
            )
        )
    return rows


def certify(graded, promise):
    return calibrate_with_promise(graded, promise, abstain_below=0.5).calibration


def test_each_scenario_is_certified_on_its_own_answers():
    graded = answers(2400)
    found = certify(graded, Promise(0.4, 0.1, by_scenario=True))
    assert set(found.scenario_certificates) == set(OPEN)
    tested = [answer for answer in graded if answer.question in set(found.certified_on)]
    for scenario, certificate in found.scenario_certificates.items():
        own = [answer for answer in tested if answer.scenario == scenario]
        assert certificate.tested == len(own)
        if certificate.threshold is None:
            continue
        above = [a for a in own if found.confidence(a.scores) >= certificate.threshold]
        assert len(above) == certificate.answered
        assert sum(not a.correct for a in above) == certificate.wrong
        assert certificate.error_bound <= 0.4
        assert found.threshold(scenario) == certificate.threshold
        assert found.certifies(certificate.threshold, scenario)
        assert not found.certifies(certificate.threshold - 1e-9, scenario)
    easy, hard = (found.scenario_certificates[name].threshold for name in ("easy", "hard"))
    assert easy is not None
    assert hard is None  # at most 35% of its answers are right
    assert not found.certifies(1.0, "hard")
    assert found.certificate.threshold is None  # nor do the three together
    assert found.threshold("hard") == found.abstain_below
    again = type(found).model_validate_json(found.model_dump_json(by_alias=True))
    assert again == found


def test_without_being_asked_for_no_scenario_is_certified():
    assert certify(answers(300), Promise(0.5, 0.1)).scenario_certificates == {}


def test_a_scenario_that_only_the_tested_half_has_cannot_be_certified():
    graded = answers(400)
    last = set(certify(graded, Promise(0.5, 0.1)).certified_on)
    graded = [
        a.model_copy(update={"scenario": "rare" if a.question in last else None}) for a in graded
    ]
    found = certify(graded, Promise(0.5, 0.1, by_scenario=True))
    assert found.scenario_certificates["rare"].threshold is None
    assert found.scenario_certificates["rare"].tested == 200


def test_questions_without_scenarios_are_an_error():
    graded = [a.model_copy(update={"scenario": None}) for a in answers(100)]
    with pytest.raises(UserError, match="none of them names a scenario"):
        certify(graded, Promise(0.5, 0.1, by_scenario=True))


def test_a_question_asked_ten_times_is_one_piece_of_evidence():
    """Thirty questions are none of the hundreds that their three hundred copies look like."""
    graded = [
        answer.model_copy(
            update={"id": f"{answer.id}-{copy}", "question": f"{question}{' ' * copy}"}
        )
        for answer in answers(30, seed=1)
        for question in [answer.question]
        for copy in range(10)
    ]
    found = certify(graded, Promise(0.3, 0.05))
    assert found.certificate.tested == len(found.certified_on) == 15
    assert found.questions == 150
