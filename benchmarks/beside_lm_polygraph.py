"""This project's confidence beside lm-polygraph's estimators, on the same answers.

    python benchmarks/beside_lm_polygraph.py ours ours.json [--limit 30] [--timed 16]
    OTHER/bin/python benchmarks/lm_polygraph_estimators.py ours.json theirs.json
    python benchmarks/beside_lm_polygraph.py table ours.json theirs.json

``ours`` answers real questions (question_sets.py, which names what to install), fits the confidence
to one half of them, and judges it on the other. The second script runs lm-polygraph on the judged
half, in an environment of its own. ``table`` prints both side by side, and last one JSON line.
Times are of one question at a time; run the three without a pause, and compare the shares of greedy
decoding, which both measure with transformers' ``generate`` beside each question.
"""

import argparse
import importlib.metadata
import json
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from question_sets import build_questions

from rolewright.confidence.answers import Answers
from rolewright.confidence.calibrate import calibrate
from rolewright.confidence.dropout.masks import fast_precision
from rolewright.confidence.dropout.settings import DropoutSettings
from rolewright.confidence.grade import grade
from rolewright.confidence.graded import GradedAnswer
from rolewright.confidence.head import Head
from rolewright.confidence.metrics import auroc, prr
from rolewright.confidence.scorer import Scorer, default_head_layers, read_features
from rolewright.confidence.scores import DROPOUT_SCORES, surety
from rolewright.conversations.conversation import Conversation
from rolewright.conversations.questions import read_questions
from rolewright.generation.chat_model import Answer, ChatModel
from rolewright.generation.load import load_chat_model
from rolewright.generation.trace import decoder_layers
from rolewright.models.load import locate_model
from rolewright.role.resolve import resolve_system

SYSTEM = "You answer with the shortest possible answer, and nothing else."
MAX_NEW_TOKENS = 12
DRAWS = 1_000
PACKAGES = ("torch", "transformers", "numpy")
GREEDY = "greedy"
METHODS = {
    "softmax": "softmax, the best score",
    "head": "head",
    "softmax and head": "softmax and head (--budget head)",
    "dropout": "dropout, the best score",
    "fused": "all three (--budget full)",
}
BUDGET_OF = {"softmax": "softmax", "head": "head", "softmax and head": "head",
             "dropout": "full", "fused": "full"}  # fmt: skip

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Asked:
    """Real questions with the model's own answers."""

    model: ChatModel
    scorer: Scorer
    chats: list[Conversation]
    answers: list[Answer]
    graded: list[GradedAnswer]
    features: NDArray[np.float32]


def ask(name: str, limit: int) -> Asked:
    """Answer the real questions, and score the answers by all routes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "questions.jsonl"
        rows = build_questions(limit)
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        questions = read_questions([path])
    model = load_chat_model(name, precision="fp32")
    dropout = DropoutSettings(
        rate=0.1,
        layers=max(1, len(decoder_layers(model.model)) // 4),
        samples=16,
        precision=fast_precision(model.model.device),
    )
    scorer = Scorer(head_layers=default_head_layers(model.model), dropout=dropout)
    chats = [resolve_system(question.conversation, SYSTEM) for question in questions]
    answers = model.answer(chats, max_new_tokens=MAX_NEW_TOKENS, tap=scorer.tap(model.model))
    graded = [
        GradedAnswer(
            id=question.conversation.id,
            question=question.conversation.prompt[-1].content,
            expected=question.answers,
            answer=answer.text,
            correct=grade(question, answer.text),
            scores=scorer.scores(model.model, answer.generation),
        )
        for question, answer in zip(questions, answers, strict=True)
    ]
    features = np.stack([read_features(answer.generation.trace) for answer in answers])
    return Asked(model, scorer, chats, answers, graded, features)


def fit(asked: Asked, fitting: Any) -> tuple[Head | None, dict[str, Any]]:
    """The head and the maps of all methods, fitted to some of the answers."""
    whole = [asked.graded[row] for row in fitting]
    cheap = [answer.model_copy(update={"scores": _without_dropout(answer)}) for answer in whole]
    features = asked.features[fitting]
    fitted = calibrate(whole, features=features, abstain_below=0.5)
    routes = calibrate(cheap, features=features, abstain_below=0.5).calibration.routes
    return fitted.head, {**fitted.calibration.routes, "softmax and head": routes["fused"]}


def _without_dropout(answer: GradedAnswer) -> dict[str, float]:
    return {name: value for name, value in answer.scores.items() if name not in DROPOUT_SCORES}


def measure_times(
    asked: Asked, head: Head | None, routes: dict[str, Any], rows: Any
) -> dict[str, list[float]]:
    """Seconds for each question, asked alone, by budget; "greedy" is generation alone."""
    layers, dropout = asked.scorer.head_layers, asked.scorer.dropout
    budgets = {
        "softmax": (Scorer(), routes["softmax"]),
        "head": (Scorer(layers, head), routes["softmax and head"]),
        "full": (Scorer(layers, head, dropout), routes["fused"]),
    }
    seconds: dict[str, list[float]] = {}
    for turn, row in enumerate([rows[0], *rows]):
        chat = asked.chats[row]
        before = _greedy(asked.model, chat)
        took = {name: _confidence(asked.model, chat, *how) for name, how in budgets.items()}
        took[GREEDY] = (before + _greedy(asked.model, chat)) / 2
        for part, value in took.items():
            if turn:  # the first one warms up
                seconds.setdefault(part, []).append(value)
    return seconds


def _greedy(model: ChatModel, chat: Conversation) -> float:
    start = time.perf_counter()
    ids = torch.tensor([model.encoder.encode_prompt(chat.system, chat.prompt)])
    with torch.no_grad():
        model.model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            do_sample=False,
            max_new_tokens=MAX_NEW_TOKENS,
        )
    return time.perf_counter() - start


def _confidence(model: ChatModel, chat: Conversation, how: Scorer, route: Any) -> float:
    start = time.perf_counter()
    [answer] = model.answer([chat], max_new_tokens=MAX_NEW_TOKENS, tap=how.tap(model.model))
    scores = how.scores(model.model, answer.generation)
    route.apply({name: np.array([surety(name, value)]) for name, value in scores.items()})
    return time.perf_counter() - start


def measure_ours(name: str, limit: int, timed: int) -> dict[str, Any]:
    """Answer, fit to one half, and judge on the other: what the first file holds."""
    asked = ask(name, limit)
    order = np.random.default_rng(0).permutation(len(asked.graded))
    fitting, judged = order[: len(order) // 2], order[len(order) // 2 :]
    head, routes = fit(asked, fitting)
    tested = Answers.of([asked.graded[row] for row in judged], asked.features[judged])
    sureties = tested.with_head(head).sureties
    assert asked.scorer.dropout is not None
    return {
        "model": name,
        "folder": locate_model(name),
        "system": SYSTEM,
        "max_new_tokens": MAX_NEW_TOKENS,
        "dropout": asked.scorer.dropout.model_dump(),
        "fitted": len(fitting),
        "timed": len(judged[:timed]),
        "judged": [
            {
                "id": asked.graded[row].id,
                "question": asked.graded[row].question,
                "answer": asked.graded[row].answer,
                "ids": asked.answers[row].generation.chosen_ids,
                "correct": asked.graded[row].correct,
            }
            for row in judged
        ],
        "confidence": {way: routes[way].apply(sureties).tolist() for way in METHODS},
        "seconds": measure_times(asked, head, routes, judged[:timed]),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "versions": {package: importlib.metadata.version(package) for package in PACKAGES},
    }


def compare(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """Both files as one result: methods of both with milliseconds, AUROC and PRR."""
    correct = np.array([each["correct"] for each in ours["judged"]])
    pairs = zip((each["ids"] for each in ours["judged"]), theirs["ids"], strict=True)
    methods = []
    for name, confidence in ours["confidence"].items():
        times = _times(ours["seconds"], BUDGET_OF[name])
        methods.append({"of": "rolewright", "method": METHODS[name], **times,
                        **_quality(np.array(confidence), correct)})  # fmt: skip
    for name, uncertainty in theirs["uncertainty"].items():
        times = _times(theirs["seconds"], name)
        methods.append({"of": "lm-polygraph", "method": name, **times,
                        **_quality(-np.array(uncertainty), correct)})  # fmt: skip
    return {
        "model": ours["model"],
        "fitted": ours["fitted"],
        "judged": len(correct),
        "timed": ours["timed"],
        "accuracy": float(correct.mean()),
        "different_answers": sum(one != other for one, other in pairs),
        "dropout": ours["dropout"],
        "greedy_milliseconds": {
            who: 1e3 * statistics.median(each["seconds"][GREEDY])
            for who, each in (("rolewright", ours), ("lm-polygraph", theirs))
        },
        "peak_mib": {"rolewright": ours["peak_mib"], "lm-polygraph": theirs["peak_mib"]},
        "versions": {"rolewright": ours["versions"], "lm-polygraph": theirs["versions"]},
        "methods": methods,
        "not_run": theirs["not_run"],
    }


def _times(seconds: dict[str, list[float]], way: str) -> dict[str, Any]:
    greedy = statistics.median(seconds[GREEDY])
    added = np.subtract(seconds[way], seconds[GREEDY])
    low, middle, high = np.quantile(added, [0.25, 0.5, 0.75]).tolist()
    return {
        "added_milliseconds": 1e3 * middle,
        "added_share": middle / greedy,
        "added_share_quartiles": [low / greedy, high / greedy],
    }


def _quality(surety: Floats, correct: NDArray[np.bool_]) -> dict[str, Any]:
    unknown = ~np.isfinite(surety)
    surety = np.where(unknown, np.min(surety[~unknown]), surety)
    draw = np.random.default_rng(0)
    aurocs = []
    while len(aurocs) < DRAWS:
        rows = draw.integers(0, len(correct), len(correct))
        if 0 < correct[rows].sum() < len(rows):
            aurocs.append(auroc(surety[rows], correct[rows]))
    low, high = np.quantile(aurocs, [0.025, 0.975])
    return {
        "auroc": auroc(surety, correct),
        "auroc_interval": [float(low), float(high)],
        "prr": prr(surety, correct),
        "without_a_value": int(unknown.sum()),
    }


def show(result: dict[str, Any]) -> None:
    """Print a result as a table."""
    greedy, peak = result["greedy_milliseconds"], result["peak_mib"]
    print(f"{result['model']}: {result['judged']} answers judged, {result['accuracy']:.0%} right; "
          f"{result['fitted']} others fitted to; {result['timed']} timed alone")  # fmt: skip
    print(f"greedy answers that differ: {result['different_answers']}")
    print(f"greedy decoding {greedy['rolewright']:.0f} ms in our process, "
          f"{greedy['lm-polygraph']:.0f} ms in theirs; peak memory "
          f"{peak['rolewright']:.0f} and {peak['lm-polygraph']:.0f} MiB")  # fmt: skip
    print(f"{'':12} {'method':36} {'adds':>9}  of greedy (quartiles)   AUROC (95%)           PRR")
    for each in result["methods"]:
        (low, high), (first, third) = each["auroc_interval"], each["added_share_quartiles"]
        time_cells = (f"{each['added_milliseconds']:6.0f} ms  "
                      f"{each['added_share']:.0%} ({first:.0%} to {third:.0%})")  # fmt: skip
        print(f"{each['of']:12} {each['method']:36} {time_cells:33}  "
              f"{each['auroc']:.3f} ({low:.3f}-{high:.3f})  {each['prr']:6.3f}")  # fmt: skip
    for methods, reason in result["not_run"].items():
        print(f"not run: {methods} ({reason})")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure ours, or print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    what = parser.add_subparsers(dest="what", required=True)
    first = what.add_parser("ours")
    first.add_argument("ours", type=Path)
    first.add_argument("--model", default="builtin:smollm2-135m")
    first.add_argument("--limit", type=int, default=30, help="questions of a kind")
    first.add_argument("--timed", type=int, default=16, help="questions that are timed")
    last = what.add_parser("table")
    last.add_argument("ours", type=Path)
    last.add_argument("theirs", type=Path)
    options = parser.parse_args(arguments)
    if options.what == "ours":
        written = measure_ours(options.model, options.limit, options.timed)
        options.ours.write_text(json.dumps(written), "utf-8")
        return
    files = [json.loads(path.read_text("utf-8")) for path in (options.ours, options.theirs)]
    result = compare(*files)
    show(result)
    print(json.dumps({"schema": "rolewright.benchmark.beside_lm_polygraph/1", **result}))


if __name__ == "__main__":
    main()
