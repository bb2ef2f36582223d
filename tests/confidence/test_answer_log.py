import json

import pytest

from rolewright.confidence.answer_log import read_answer_log
from rolewright.errors import UserError

ROW = {"question": "法国的首都？", "confidence": 0.7, "scores": {"a": 0.5, "b": 2}}


def log(path, *rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def read(*paths):
    return read_answer_log(paths, calibration="sha256:ours", known=["a", "b"], needed=["a"])


def faults(*paths):
    with pytest.raises(UserError) as caught:
        read(*paths)
    return [(fault.place.line, fault.place.key, fault.found) for fault in caught.value.faults]


def test_answers_in_the_order_of_the_files(tmp_path):
    first = log(tmp_path / "一.jsonl", ROW | {"correct": False, "answer": "巴黎", "tokens": []})
    second = log(tmp_path / "二.jsonl", ROW | {"confidence": None, "correct": None}, ROW)
    found = read(first, second)
    assert found.failures == 0
    assert [str(answer.place) for answer in found.answers] == [
        f"{first}:1",
        f"{second}:1",
        f"{second}:2",
    ]
    assert [answer.correct for answer in found.answers] == [False, None, None]
    assert [answer.confidence for answer in found.answers] == [0.7, None, 0.7]
    assert found.answers[0].question == "法国的首都？"
    assert found.answers[0].scores == {"a": 0.5, "b": 2.0}


def test_scores_that_nobody_knows_or_needs_are_ignored(tmp_path):
    path = log(tmp_path / "log.jsonl", ROW | {"scores": {"a": 1, "new": "?"}})
    assert read(path).answers[0].scores == {"a": 1.0}


def test_a_score_below_zero_by_rounding_is_zero(tmp_path):
    path = log(tmp_path / "log.jsonl", ROW | {"scores": {"a": -1e-7}})
    assert read(path).answers[0].scores == {"a": 0.0}


def test_errors_that_ask_printed_are_counted(tmp_path):
    error = {"schema": "rolewright.error/1", "errors": []}
    found = read(log(tmp_path / "log.jsonl", error, ROW, error))
    assert (len(found.answers), found.failures) == (1, 2)
    assert faults(log(tmp_path / "log.jsonl", error)) == [(None, None, "errors only, no answer")]


@pytest.mark.parametrize(
    ("row", "key", "found"),
    [
        ([ROW], None, "a list"),
        ({"question": "?"}, "scores", "missing"),
        ({"scores": {"a": 1}}, "question", "missing"),
        (ROW | {"question": 7}, "question", "the number 7"),
        (ROW | {"scores": [1]}, "scores", "a list"),
        (ROW | {"scores": {"b": 1}}, "scores.a", "missing"),
        (ROW | {"scores": {"a": None}}, "scores.a", "null"),
        (ROW | {"scores": {"a": "0.5"}}, "scores.a", 'the text "0.5"'),
        (ROW | {"scores": {"a": True}}, "scores.a", "true"),
        (ROW | {"scores": {"a": -1}}, "scores.a", "the number -1"),
        (ROW | {"scores": {"a": 1, "b": {}}}, "scores.b", "an empty object"),
        (ROW | {"scores": {"a": float("nan")}}, "scores.a", "NaN, which is not JSON"),
        (ROW | {"scores": {"a": 10**400}}, "scores.a", f"the number 1{'0' * 39}…"),
        (ROW | {"confidence": "high"}, "confidence", 'the text "high"'),
        (ROW | {"correct": 1}, "correct", "the number 1"),
        (ROW | {"calibration": 7}, "calibration", "the number 7"),
        (ROW | {"correct": "no"}, "correct", 'the text "no"'),
    ],
)
def test_faults(tmp_path, row, key, found):
    # A row that is a list has to stand behind another, or the file would be an array.
    assert faults(log(tmp_path / "log.jsonl", ROW, row)) == [(2, key, found)]


def test_all_faults_of_all_files(tmp_path):
    broken, empty = tmp_path / "broken.jsonl", tmp_path / "empty.jsonl"
    broken.write_text('{"question": \n' + json.dumps({"scores": 1}) + "\n", "utf-8")
    empty.touch()
    found = faults(broken, empty, tmp_path / "nope.jsonl")
    assert [(line, key) for line, key, _ in found] == [
        (1, None),
        (2, "question"),
        (2, "scores"),
        (None, None),
        (None, None),
    ]
    assert [text for _, _, text in found][-2:] == ["no rows", "no such file"]


def test_answers_under_another_calibration_are_left_out(tmp_path):
    other = {"calibration": "sha256:theirs", "question": "?", "scores": {}}  # it reads no "a"
    rows = [ROW | {"calibration": "sha256:ours"}, other, ROW, ROW | {"calibration": None}]
    found = read(log(tmp_path / "log.jsonl", *rows))
    assert [answer.place.line for answer in found.answers] == [1, 3]
    assert [answer.names_calibration for answer in found.answers] == [True, False]
    assert (found.other_calibrations, found.unnamed_calibrations, found.failures) == (2, 1, 0)


def test_a_log_of_another_calibration_is_refused(tmp_path):
    path = log(tmp_path / "log.jsonl", ROW | {"calibration": "sha256:theirs"})
    assert faults(path) == [(None, None, "all 1 answers were given under another calibration")]
