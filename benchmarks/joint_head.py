"""A confidence head trained with the model beside one fitted afterwards, on real questions.

    python benchmarks/joint_head.py FOLDER [--weights 0.1 1] [--limit 170]

Real questions (question_sets.py, which names what to install) are divided into quarters. The
built-in model is fine-tuned on the first to answer with the bare fact; so tuned it answers the
second, which is graded; then it is fine-tuned once more with a joint head on these graded answers,
for each weight. The last two quarters are fitted to and judged in turn: confidences are fitted on
one and judged on the other, so that all their answers are judged. Prints a table, and last one JSON
line. Bundles and answers stay in FOLDER, and what lies there is not made again.
"""

import argparse
import json
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from question_sets import build_questions

from rolewright.bundle.read import read_bundle
from rolewright.cli.calibrating import answer_and_score, write_answers
from rolewright.cli.output import say
from rolewright.confidence.answers import Answers
from rolewright.confidence.calibrate import calibrate
from rolewright.confidence.graded import GradedAnswer
from rolewright.confidence.metrics import auroc, expected_calibration_error, noise_floor
from rolewright.confidence.scores import JOINT_HEAD
from rolewright.conversations.questions import read_questions
from rolewright.conversations.read import read_all
from rolewright.role.load import load_role
from rolewright.training.config import load_config
from rolewright.training.train import Watcher, train

MODEL = "builtin:smollm2-135m"
ROLE = "name: Facts\nsystem: You answer with the shortest possible answer, and nothing else.\n"
ANSWERING: dict[str, Any] = {
    "budget": "head", "dropout_place": "residual", "sampling": None, "precision": "auto",
    "max_new_tokens": 16, "batch_size": 32, "certifies": False,
}  # fmt: skip
DRAWS = 1_000
FROZEN = "head, of twice as many"

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Confidences = dict[str, Floats]
Judged = tuple[Floats, NDArray[np.bool_]]


@dataclass(frozen=True)
class Arm:
    """A fine-tuned model: what its training cost, answers to three quarters, their states."""

    training: dict[str, float]
    graded: list[GradedAnswer]
    features: NDArray[np.float32]


def make_arm(folder: Path, name: str, settings: Sequence[str] = ()) -> Arm:
    """Fine-tune, and answer; or read what lies there."""
    record, states = folder / f"{name}.json", folder / f"{name}.npy"
    if not record.exists():
        training = _train(folder, name, settings)
        answered = answer_and_score(
            read_bundle(folder / name), read_questions([folder / "questions.jsonl"]), **ANSWERING
        )
        assert answered.features is not None  # this budget has a head
        np.save(states, answered.features)
        dumped = [each.model_dump() for each in answered.graded]
        record.write_text(json.dumps({"training": training, "graded": dumped}), "utf-8")
    read = json.loads(record.read_text("utf-8"))
    graded = [GradedAnswer.model_validate(each) for each in read["graded"]]
    return Arm(read["training"], graded, np.load(states))


def _train(folder: Path, name: str, settings: Sequence[str]) -> dict[str, float]:
    role = load_role(folder / "role.yaml")
    conversations = read_all([folder / "train.jsonl"]).conversations
    clock = [time.process_time()]
    watcher = Watcher(say, lambda *_: clock.append(time.process_time()))
    config = load_config(None, list(settings))
    bundle = train(role, conversations, MODEL, folder / name, config, watcher)
    seconds = np.diff(clock[1:])  # the first one has the loading in it
    loss = bundle.manifest.summary["validation_loss"]
    return {"validation_loss": loss, "seconds_a_step": statistics.median(seconds.tolist())}


def prepare(folder: Path, limit: int) -> None:
    """Write role and data."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = build_questions(limit)
    quarter = len(rows) // 4
    (folder / "role.yaml").write_text(ROLE, "utf-8")
    facts = [{"messages": [*row["messages"], {"role": "assistant", "content": row["answers"][0]}]}
             for row in rows[:quarter]]  # fmt: skip
    for name, of in (("train", facts), ("questions", rows[quarter : 4 * quarter])):
        (folder / f"{name}.jsonl").write_text(
            "".join(json.dumps(row) + "\n" for row in of), "utf-8"
        )


def fit_and_apply(arm: Arm, fitting: Rows, judging: Rows, scores: Sequence[str]) -> Confidences:
    """The confidences of some answers by each route fitted to others, from scores and a head."""

    def some(rows: Rows) -> list[GradedAnswer]:
        answers = [arm.graded[row] for row in rows]
        kept = ({name: each.scores[name] for name in scores} for each in answers)
        return [each.model_copy(update={"scores": next(kept)}) for each in answers]

    reads = None if scores == [JOINT_HEAD] else arm.features
    of_fitting, of_judging = (None if reads is None else reads[of] for of in (fitting, judging))
    fitted = calibrate(some(fitting), features=of_fitting, abstain_below=0.5)
    sureties = Answers.of(some(judging), of_judging).with_head(fitted.head).sureties
    return {way: route.apply(sureties) for way, route in fitted.calibration.routes.items()}


def judge(arm: Arm) -> Confidences:
    """The confidence of each answer of the last two quarters, by what was fitted without it."""
    graded, first, second = np.split(np.arange(len(arm.graded)), 3)
    own = [name for name in arm.graded[0].scores if name != JOINT_HEAD]
    joint = len(own) < len(arm.graded[0].scores)
    parts: dict[str, list[Floats]] = {}
    for fitting, judging in ((second, first), (first, second)):
        found = fit_and_apply(arm, fitting, judging, own)
        if joint:
            alone = fit_and_apply(arm, fitting, judging, [JOINT_HEAD])
            both = fit_and_apply(arm, fitting, judging, [*own, JOINT_HEAD])
            found |= {"joint head": alone["head"], "fused with the joint head": both["fused"]}
        else:  # nothing was trained on the answers that the joint head learns from: fit to them too
            more = fit_and_apply(arm, np.concatenate([graded, fitting]), judging, own)
            found |= {FROZEN: more["head"], "fused, of twice as many": more["fused"]}
        for way, each in found.items():
            parts.setdefault(way, []).append(each)
    return {way: np.concatenate(each) for way, each in parts.items()}


def measure(judged: Judged, frozen: Judged) -> dict[str, Any]:
    """AUROC, what it gains on the frozen head's (95%: bootstrap over questions), Brier and ECE."""
    draw = np.random.default_rng(0)
    confidence, correct = judged
    rows = draw.integers(0, len(correct), (DRAWS, len(correct)))
    one, other = ([auroc(sure[of], right[of]) for of in rows] for sure, right in (judged, frozen))
    return {
        "auroc": auroc(confidence, correct),
        "gain_interval": np.quantile(np.subtract(one, other), [0.025, 0.975]).tolist(),
        "brier": float(((confidence - correct) ** 2).mean()),
        "ece": expected_calibration_error(confidence.tolist(), correct.tolist()),
        "ece_by_chance": noise_floor(confidence.tolist()),
    }


def compare(arms: Mapping[str, Arm]) -> dict[str, Any]:
    """Measure and print what each arm cost, and how good its confidences are."""
    result: dict[str, Any] = {}
    frozen: Judged | None = None
    for name, arm in arms.items():
        correct = np.array([each.correct for each in arm.graded[len(arm.graded) // 3 :]])
        judged = judge(arm)
        frozen = frozen or (judged[FROZEN], correct)  # the first arm has no joint head
        ways = {way: measure((each, correct), frozen) for way, each in judged.items()}
        result[name] = {**arm.training, "accuracy": float(correct.mean()), "confidences": ways}
        print(f"{name}: validation loss {arm.training['validation_loss']:.3f}, "
              f"{arm.training['seconds_a_step']:.2f} processor seconds a step, "
              f"{correct.mean():.1%} of {len(correct)} answers right")  # fmt: skip
        for way, found in ways.items():
            low, high = found["gain_interval"]
            print(f"  {way:26} AUROC {found['auroc']:.3f} ({low:+.3f} to {high:+.3f} beside "
                  f"{FROZEN!r})  Brier {found['brier']:.3f}  ECE {found['ece']:.3f} "
                  f"(by chance {found['ece_by_chance']:.3f})", flush=True)  # fmt: skip
    return result


def main() -> None:
    """Make the arms and compare them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--weights", type=float, nargs="*", default=[0.1, 1.0])
    parser.add_argument("--limit", type=int, default=170, help="questions of a kind")
    options = parser.parse_args()
    folder = options.folder / f"{options.limit}-of-a-kind"
    prepare(folder, options.limit)
    plain = make_arm(folder, "plain")
    arms = {"no joint head": plain}
    questions, graded = read_questions([folder / "questions.jsonl"]), folder / "graded.jsonl"
    number = len(questions) // 3
    write_answers(graded, questions[:number], plain.graded[:number])
    for weight in options.weights:
        settings = [f"confidence_head.data={graded}", f"confidence_head.weight={weight}"]
        arms[f"weight {weight:g}"] = make_arm(folder, f"joint-{weight:g}", settings)
    result = compare(arms)
    print(json.dumps({"schema": "rolewright.benchmark.joint_head/1", **result}))


if __name__ == "__main__":
    main()
