import pytest

from rolewright.confidence.answers import first_asked, group_questions
from rolewright.confidence.asked import question_key, question_text


def test_a_question_is_its_text_and_a_conversation_all_of_it(talk):
    assert question_text(talk("法国的首都？").prompt) == "法国的首都？"
    followed = talk("France?", "Europe.", "And its capital?", "Paris.")
    expected = "user: France?\n\nassistant: Europe.\n\nuser: And its capital?"
    assert question_text(followed.prompt) == expected


@pytest.mark.parametrize(
    "other",
    [
        "  What is\nthe capital of Peru? ",
        "what is the CAPITAL of Peru",
        "What is the capital of Perú?",
    ],
)
def test_what_is_written_otherwise_is_the_same_question(other):
    assert question_key(other) == question_key("What is the capital of Peru?")


@pytest.mark.parametrize("other", ["What is the capital of Iran?", "What is 5?", "", "？"])
def test_other_questions_differ(other):
    assert question_key(other) != question_key("What is the capital of Peru?")
    assert question_key(other) != question_key("What is -5?")


def test_marks_alone_are_questions_too():
    assert len({question_key(mark) for mark in ("?", "!", "…")}) == 3


def test_the_first_of_each_question():
    questions = ["b?", "a?", "B", "c", " a ?", "a"]
    assert first_asked(questions).tolist() == [0, 1, 3]
    assert len(set(group_questions(questions).tolist())) == 3
    assert first_asked([]).tolist() == []
