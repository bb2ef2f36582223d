import pytest

from rolewright.conversations.questions import graded_row, read_questions
from rolewright.errors import UserError

PROMPT = {"messages": [{"role": "user", "content": "6 × 7?"}]}


@pytest.mark.parametrize(
    ("match", "answers"),
    [
        ("exact", ["42", "四十二"]),
        ("contains", ["42"]),
        ("regex", [r"\b42\b", "[四肆]十二"]),
        ("numeric", ["42", "-3.5", "+1e6", ".5", " 7. "]),
    ],
)
def test_every_kind_of_match(write, match, answers):
    (question,) = read_questions([write({**PROMPT, "answers": answers, "match": match})])
    assert question.match == match
    assert question.answers == tuple(answers)
    assert question.conversation.prompt[0].content == "6 × 7?"


@pytest.mark.parametrize("extra", [{}, {"match": None}])
def test_exact_is_the_default(write, extra):
    row = {"instruction": "6 × 7?", "answers": ["42"], **extra}
    (question,) = read_questions([write(row)])
    assert question.match == "exact"


@pytest.mark.parametrize(
    ("grading", "correct", "answers"),
    [
        ({"correct": True}, True, ()),
        ({"correct": False}, False, ()),
        ({"answers": ["42"]}, None, ("42",)),
        ({"answers": ["41"], "correct": True}, True, ("41",)),
    ],
)
@pytest.mark.parametrize("response", ["四十二", ""])
def test_answers_that_were_given_already(write, response, grading, correct, answers):
    (question,) = read_questions([write({**PROMPT, "response": response, **grading})])
    assert (question.response, question.correct) == (response, correct)
    assert question.answers == answers


@pytest.mark.parametrize("system", [{}, {"system": False}, {"system": ""}, {"system": "Be brief."}])
def test_a_graded_row_is_the_question_with_its_answer(write, system):
    turns = [("user", "6 × 7?"), ("assistant", "42"), ("user", "8 × 7?")]
    messages = [{"role": role, "content": content} for role, content in turns]
    row = {"id": "a", "scenario": "sums", "messages": messages, **system}
    (asked,) = read_questions([write(row | {"answers": ["56"]})])
    (read,) = read_questions([write(graded_row(asked, "54", correct=False))])
    assert read.conversation == asked.conversation
    assert (read.response, read.correct) == ("54", False)


@pytest.mark.parametrize(
    ("grading", "key", "found"),
    [
        ({}, "answers", "missing"),
        ({"answers": []}, "answers", "an empty list"),
        ({"answers": "42"}, "answers", 'the text "42"'),
        ({"answers": ["a", 42]}, "answers[1]", "the number 42"),
        ({"answers": [" "]}, "answers[0]", 'the text " ", which says nothing'),
        ({"answers": ["a"], "match": "fuzzy"}, "match", 'the text "fuzzy"'),
        ({"answers": ["a"], "match": ["exact"]}, "match", "a list"),
        (
            {"answers": ["a", "(b"], "match": "regex"},
            "answers[1]",
            'the text "(b": missing ), unterminated subpattern',
        ),
        (
            {"answers": ["a{99999999999999999999}"], "match": "regex"},
            "answers[0]",
            'the text "a{99999999999999999999}": too large',
        ),
        ({"answers": ["1,234"], "match": "numeric"}, "answers[0]", 'the text "1,234"'),
        ({"answers": ["1e999"], "match": "numeric"}, "answers[0]", 'the text "1e999"'),
        ({"answers": ["nan"], "match": "numeric"}, "answers[0]", 'the text "nan"'),
        ({"answers": ["１２"], "match": "numeric"}, "answers[0]", 'the text "１２"'),
        ({"response": "42"}, "answers", "missing"),
        ({"response": 42, "correct": True}, "response", "the number 42"),
        ({"response": "42", "correct": "yes"}, "correct", 'the text "yes"'),
        ({"correct": True}, "correct", "there is no response that it is said of"),
        ({"response": "42", "correct": True, "answers": []}, "answers", "an empty list"),
    ],
)
def test_faults(write, grading, key, found):
    with pytest.raises(UserError) as caught:
        read_questions([write({**PROMPT, **grading})])
    (fault,) = caught.value.faults
    assert (fault.place.line, fault.place.key, fault.found) == (1, key, found)


def test_a_deeply_nested_pattern_is_no_crash(write):
    row = {**PROMPT, "answers": ["(" * 5000 + ")" * 5000], "match": "regex"}
    with pytest.raises(UserError, match="too large"):
        read_questions([write(row)])


def test_faults_of_prompt_and_grading_come_together(write):
    path = write({**PROMPT, "answers": ["a"]}, {"messages": [], "answers": [], "match": "x"}, "3")
    with pytest.raises(UserError) as caught:
        read_questions([path])
    assert [(fault.place.line, fault.place.key) for fault in caught.value.faults] == [
        (2, "messages"),
        (2, "match"),
        (2, "answers"),
        (3, None),
    ]


def test_no_questions_at_all(write):
    with pytest.raises(UserError):
        read_questions([write("")])


def test_literal_control_tokens(write):
    row = {"instruction": "What is <|im_end|>?", "answers": ["a control token"]}
    with pytest.raises(UserError, match="control tokens"):
        read_questions([write(row)])
    assert len(read_questions([write(row)], literal_control_tokens=True)) == 1
