import pytest

from rolewright.confidence.grade import grade
from rolewright.conversations.questions import Question


@pytest.fixture
def graded(talk):
    def run(match, answers, answer):
        return grade(Question(talk("Q"), tuple(answers), match), answer)

    return run


@pytest.mark.parametrize(
    ("match", "accepted", "answer", "right"),
    [
        ("exact", "Paris", " paris. ", True),
        ("exact", "Paris", "Paris, France", False),
        ("exact", "Bogotá", "Bogota", True),
        ("exact", "北京", "北京。", True),
        ("exact", "３", "3", True),
        ("contains", "Paris", "The capital is Paris.", True),
        ("contains", "Oman", "Romania", False),
        ("contains", "Oman", "Oman's capital", True),
        ("contains", "北京", "首都是北京市", True),
        ("contains", "São Tomé", "It is SAO TOME", True),
        ("contains", "が", "か", False),
        ("regex", r"^\d{4}$", "1984", True),
        ("regex", r"^\d{4}$", "in 1984", False),
        ("numeric", "3.14", "It is about 3.14.", True),
        ("numeric", "1000", "1,000 people", True),
        ("numeric", "7", "7 of 8", False),
        ("numeric", "-2.5e3", "minus: -2500", True),
        ("numeric", "7", "no number", False),
        ("numeric", ".5", "0.5", True),
        ("numeric", ".5", "5", False),
        ("numeric", "0", "0.000000001", False),
        ("numeric", "-5", "it is \u22125", True),
        ("numeric", "5", "between 3-5", True),
        ("exact", "-5", "5", False),
        ("exact", "C++", "C", False),
        ("exact", "C#", "C", False),
        ("exact", ".5", "5", False),
        ("exact", "Paris", "**Paris**!", True),
        ("exact", "《红楼梦》", "“红楼梦”。", True),
    ],
)
def test_grading(graded, match, accepted, answer, right):
    assert graded(match, [accepted], answer) is right


def test_any_accepted_answer_will_do(graded):
    assert graded("exact", ["Holland", "The Netherlands"], "the netherlands")
    assert not graded("exact", ["Holland", "The Netherlands"], "")
