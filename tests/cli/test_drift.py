import json
import subprocess
import sys

import numpy as np
import pytest

from rolewright.bundle.read import read_bundle
from rolewright.bundle.write import add_calibration
from rolewright.confidence.calibrate import calibrate
from rolewright.confidence.graded import GradedAnswer
from rolewright.confidence.guarantee import Certificate
from rolewright.confidence.scores import SOFTMAX_SCORES

CERTIFICATE = Certificate(
    max_error=0.1,
    delta=0.05,
    threshold=0.0,
    tested=60,
    answered=60,
    wrong=1,
    error_bound=0.08,
    least_needed=29,
)


def scores(draw, number, shift=0.0):
    sure = 1 / (1 + np.exp(-(draw.normal(size=(number, len(SOFTMAX_SCORES))) - shift)))
    return [dict(zip(SOFTMAX_SCORES, map(float, row), strict=True)) for row in sure]


@pytest.fixture(scope="module")
def calibration():
    graded = [
        GradedAnswer(
            id=str(n), question=f"{n}?", expected=(), answer="", correct=n % 2 == 0, scores=each
        )
        for n, each in enumerate(scores(np.random.default_rng(0), 60))
    ]
    fitted = calibrate(graded, abstain_below=0.5).calibration
    return fitted.model_copy(update={"certificate": CERTIFICATE}).model_dump_json(by_alias=True)


@pytest.fixture
def fitted(bundle, calibration):
    """A bundle whose certificate promises that of all its answers at most a tenth are wrong."""
    add_calibration(bundle, read_bundle(bundle).manifest, calibration)
    return bundle


@pytest.fixture
def log(tmp_path, fitted):
    """Write a log of answers."""
    ours = read_bundle(fitted).calibration_hash

    def write(number=40, *, shift=0.0, correct=None, more=(), of=ours):
        path = tmp_path / "日志 log.jsonl"
        rows = [
            {
                "schema": "rolewright.ask/1",
                "question": f"第 {n} 个问题？",
                "answer": "答案",
                "scores": each,
                "calibration": of,
            }
            | ({} if correct is None else {"correct": correct(n)})
            for n, each in enumerate(scores(np.random.default_rng(1), number, shift))
        ]
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        path.write_text("\n".join([*lines, *more]) + "\n", "utf-8")
        return path

    return write


def test_answers_like_those_at_calibration(as_json, rolewright, fitted, log):
    code, found = as_json("drift", fitted, log())
    assert (code, found["schema"], found["verdict"]) == (0, "rolewright.drift/1", "no drift found")
    assert (found["answers"], found["questions"], found["calibration_questions"]) == (40, 40, 60)
    assert [row["score"] for row in found["scores"]] == ["confidence", *SOFTMAX_SCORES]
    assert found["promise"]["labelled"] == 0
    code, out, err = rolewright("drift", fitted, log())
    assert (code, err) == (0, "")
    assert "no drift found. None of 11 scores" in out
    assert "changed" not in out
    assert "is labelled, so the promise is not tested" in out


def test_answers_unlike_those_at_calibration(as_json, rolewright, fitted, log):
    code, found = as_json("drift", fitted, log(shift=2))
    assert (code, found["verdict"]) == (1, "drift found")
    code, out, _ = rolewright("drift", fitted, log(shift=2))
    assert code == 1
    assert "drift found. Distributed otherwise than at calibration: " in out
    assert "until `rolewright calibrate` is run again, on fresh questions" in out


def test_what_is_a_change_is_chosen(as_json, fitted, log):
    _, found = as_json("drift", fitted, log(shift=0.6))
    smallest = min(row["adjusted_p_value"] for row in found["scores"])
    assert smallest < 0.9
    assert as_json("drift", fitted, log(shift=0.6), "--alpha", f"{smallest * 0.99}")[0] == 0
    assert as_json("drift", fitted, log(shift=0.6), "--alpha", f"{smallest * 1.01}")[0] == 1


def test_labels_that_break_the_promise(as_json, rolewright, fitted, log):
    path = log(12, correct=lambda n: n % 2 == 0)
    code, found = as_json("drift", fitted, path)
    assert (code, found["verdict"], found["scores"]) == (1, "drift found", [])
    promise = found["promise"]
    assert (promise["labelled"], promise["wrong"]) == (12, 6)
    assert promise["alarm_at"]["file"] == str(path)
    assert promise["max_e_value"] >= 20
    code, out, _ = rolewright("drift", fitted, path)
    assert code == 1
    assert f"the e-value reached 1/delta = 20 at {path}:{promise['alarm_at']['line']}" in out


def test_labels_that_keep_the_promise(as_json, rolewright, fitted, log):
    path = log(40, correct=lambda n: n != 7)
    code, found = as_json("drift", fitted, path)
    assert (code, found["promise"]["wrong"], found["promise"]["alarm_at"]) == (0, 1, None)
    out = rolewright("drift", fitted, path)[1]
    assert "1 of 40 labelled answers with a confidence of 0.000 or more are wrong" in out
    assert "no alarm" in out


def test_too_few_to_tell(as_json, rolewright, fitted, log):
    code, found = as_json("drift", fitted, log(19, shift=5))
    assert (code, found["verdict"], found["scores"]) == (0, "too few to tell", [])
    code, out, _ = rolewright("drift", fitted, log(19, shift=5))
    assert code == 0
    assert out.startswith("too few to tell. 19 different questions in the log")


def test_what_ask_prints_is_a_log(rolewright, as_json, fitted, tmp_path):
    path = tmp_path / "log.jsonl"
    lines = []
    for question in ("法国的首都是哪里？", "Paris?", ""):
        lines.append(rolewright("ask", fitted, question, "--max-new-tokens", 3, "--json")[1])
    path.write_text("".join(lines), "utf-8")
    code, found = as_json("drift", fitted, path)
    assert (code, found["verdict"]) == (0, "too few to tell")
    assert (found["answers"], found["failures"], found["other_confidences"]) == (2, 1, 0)
    assert "1 lines tell of errors" in rolewright("drift", fitted, path)[2]


def test_answers_under_another_calibration_are_told(rolewright, fitted, log):
    row = {"question": "?", "confidence": 0.123, "scores": dict.fromkeys(SOFTMAX_SCORES, 0.5)}
    _, _, err = rolewright("drift", fitted, log(more=[json.dumps(row)]))
    assert "1 answers were logged with another confidence than this bundle's" in err


def test_answers_of_another_calibration_are_left_out(as_json, rolewright, refused, fitted, log):
    other = {"question": "?", "scores": {}, "calibration": "sha256:other"}
    path = log(30, more=[json.dumps(other), json.dumps(other | {"calibration": None})])
    code, found = as_json("drift", fitted, path)
    assert (code, found["answers"]) == (0, 30)
    assert (found["other_calibrations"], found["unnamed_calibrations"]) == (2, 0)
    err = rolewright("drift", fitted, path)[2]
    assert "2 answers were given under another calibration than this bundle's" in err
    err = refused("drift", fitted, log(30, of="sha256:other"))
    assert "all 30 answers were given under another calibration" in err
    assert f"calibration {read_bundle(fitted).calibration_hash}" in err


def test_logs_of_older_versions_are_read(as_json, rolewright, fitted, log):
    old = [json.dumps({"question": "?", "scores": dict.fromkeys(SOFTMAX_SCORES, 0.5)})]
    code, found = as_json("drift", fitted, log(more=old))
    assert (code, found["answers"]) == (0, 41)
    assert (found["other_calibrations"], found["unnamed_calibrations"]) == (0, 1)
    err = rolewright("drift", fitted, log(more=old))[2]
    assert "1 answers do not say under which calibration they were given" in err


def test_a_new_calibration_is_another(as_json, refused, fitted, calibration, tmp_path, rolewright):
    path = tmp_path / "log.jsonl"
    path.write_text(rolewright("ask", fitted, "Hi", "--max-new-tokens", 3, "--json")[1], "utf-8")
    assert json.loads(path.read_text("utf-8"))["calibration"].startswith("sha256:")
    assert as_json("drift", fitted, path)[1]["unnamed_calibrations"] == 0
    again = calibration.replace('"abstain_below":0.5', '"abstain_below":0.6')
    assert again != calibration
    add_calibration(fitted, read_bundle(fitted).manifest, again)
    assert "all 1 answers were given under another" in refused("drift", fitted, path)


def test_mistakes_in_a_log(refused, fitted, log, tmp_path):
    path = log(3, more=["{", '{"question": "?"}', '{"question": "问", "scores": {}}'])
    err = refused("drift", fitted, path)
    assert f"{path}:4: broken JSON at column 2" in err
    assert f"{path}:5: scores: missing" in err
    assert f"{path}:6: scores." in err
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    assert "empty.jsonl: no rows" in refused("drift", fitted, empty)
    assert "no such file" in refused("drift", fitted, tmp_path / "nope.jsonl")


def test_other_mistakes(refused, bundle, fitted, log):
    assert "expected: a share such as 5%" in refused("drift", fitted, log(), "--alpha", "2")
    assert "Missing argument 'LOG" in refused("drift", fitted)


def test_without_a_calibration_there_is_nothing_to_compare(refused, trained, log):
    assert "has no confidence to judge" in refused("drift", trained, log())


def test_no_model_is_loaded(fitted, log):
    code = (
        "import sys; from rolewright.cli.app import run\n"
        "print(run(sys.argv[1:]), 'torch' in sys.modules)"
    )
    command = [sys.executable, "-c", code, "drift", str(fitted), str(log())]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "0 False", done.stderr
