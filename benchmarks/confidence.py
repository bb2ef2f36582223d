"""What a confidence costs, and how good it is on real questions.

    python benchmarks/confidence.py cost [--model builtin:smollm2-135m]
    python benchmarks/confidence.py quality [--limit 170]

``cost``: a 200-token prompt and a 60-token answer; plain greedy decoding, the same with a tap for a
confidence head, Monte-Carlo dropout with 32 samples in the last quarter of the layers, and 32 full
passes. ``quality``: real questions (question_sets.py, which names what to install) are answered
once; confidences are fitted on one half and judged on the other, then fitted without a kind of
question and judged on it; and a promise is tried on 1,000 random splits. Each prints tables, and
last one JSON line.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from question_sets import build_questions
from sklearn.metrics import roc_auc_score

from rolewright.confidence.answers import Answers
from rolewright.confidence.calibrate import calibrate
from rolewright.confidence.dropout.masks import fast_precision
from rolewright.confidence.dropout.passes import stochastic_probabilities
from rolewright.confidence.dropout.settings import DropoutSettings
from rolewright.confidence.guarantee import candidate_thresholds, certify
from rolewright.confidence.head import fit_linear_head
from rolewright.confidence.metrics import debiased_error, expected_calibration_error, noise_floor
from rolewright.confidence.question_answers import AnsweredQuestions, answer_questions
from rolewright.confidence.scorer import Scorer, default_head_layers
from rolewright.confidence.scores import SOFTMAX_SCORES
from rolewright.conversations.questions import read_questions
from rolewright.generation.decode import generate
from rolewright.generation.load import load_chat_model
from rolewright.generation.trace import decoder_layers

PROMPT_TOKENS = 200
ANSWER_TOKENS = 60
SYSTEM = "You answer with the shortest possible answer, and nothing else."
ANSWER_TOKENS_AT_MOST = 32
"""The model answers in sentences: a tighter limit would cut most of them in their midst."""
MAX_ERROR, DELTA, SPLITS = 0.2, 0.1, 1_000


def measure_cost(name: str, repeats: int) -> dict[str, Any]:
    """Seconds of each way, the median of interleaved repeats."""
    model = load_chat_model(name).model
    layers = len(decoder_layers(model))
    settings = DropoutSettings(
        rate=0.1, layers=max(1, layers // 4), samples=32, precision=fast_precision(model.device)
    )
    exact = settings.model_copy(update={"precision": "model"})
    draw = np.random.default_rng(0)
    prompt = draw.integers(100, model.config.vocab_size - 100, PROMPT_TOKENS).tolist()
    scorer = Scorer(head_layers=default_head_layers(model))
    width = 2 * len(scorer.head_layers) * model.config.hidden_size
    features = draw.normal(size=(40, width)).astype(np.float32)
    scorer = Scorer(scorer.head_layers, fit_linear_head(features, [True, False] * 20), settings)
    with_head = Scorer(scorer.head_layers, scorer.head)

    def decode(how: Scorer) -> Any:
        [generation] = generate(
            model, [prompt], stop_ids=(), max_new_tokens=ANSWER_TOKENS, tap=how.tap(model)
        )
        return generation

    tapped = decode(scorer)
    whole = torch.tensor([prompt + tapped.token_ids], device=model.device)

    def full_pass() -> None:
        with torch.inference_mode():
            logits = model(whole, logits_to_keep=ANSWER_TOKENS + 1).logits
            logits.float().log_softmax(dim=-1)

    ways: dict[str, Callable[[], Any]] = {
        "greedy, no score": lambda: decode(Scorer()),
        "greedy, softmax and head": lambda: with_head.scores(model, decode(with_head)),
        "dropout, 32 samples": lambda: _passes(model, tapped, settings),
        "dropout, 32 samples, the model's precision": lambda: _passes(model, tapped, exact),
        "one full pass": full_pass,
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(repeats):
        for way, run in ways.items():
            start = time.perf_counter()
            run()
            seconds[way].append(time.perf_counter() - start)
    medians = {way: statistics.median(each) for way, each in seconds.items()}
    greedy = medians["greedy, no score"]
    dropout = medians["dropout, 32 samples"]
    for way, each in medians.items():
        print(f"{way:44} {each * 1e3:8.0f} ms  {each / greedy:7.1%} of greedy")
    return {
        "seconds": medians,
        "head_added": medians["greedy, softmax and head"] / greedy - 1,
        "dropout_added": dropout / greedy,
        "cheaper_than_full_passes": 32 * medians["one full pass"] / dropout,
        "precision": settings.precision,
    }


def _passes(model: Any, generation: Any, settings: DropoutSettings) -> Any:
    return stochastic_probabilities(model, generation.trace, generation.chosen_ids, settings)


def answer_all(name: str, limit: int) -> AnsweredQuestions:
    """Answer the real questions, and score the answers by all routes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "questions.jsonl"
        rows = build_questions(limit)
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        questions = read_questions([path])
    model = load_chat_model(name)
    layers = len(decoder_layers(model.model))
    dropout = DropoutSettings(rate=0.1, layers=max(1, layers // 4), samples=16)
    scorer = Scorer(head_layers=default_head_layers(model.model), dropout=dropout)
    return answer_questions(
        model,
        questions,
        role_system=SYSTEM,
        max_new_tokens=ANSWER_TOKENS_AT_MOST,
        scorer=scorer,
        on_answers=lambda _: None,
    )


def judge(answered: AnsweredQuestions, fitting: Any, judged: Any) -> dict[str, Any]:
    """Fit on some answers and judge on others."""
    graded, features = answered.graded, answered.features
    assert features is not None
    fitted = calibrate(
        [graded[row] for row in fitting], features=features[fitting], abstain_below=0.5
    )
    tested = Answers.of([graded[row] for row in judged], features[judged]).with_head(fitted.head)
    single = {name: float(roc_auc_score(tested.correct, tested.sureties[name]))
              for name in SOFTMAX_SCORES}  # fmt: skip
    routes = {
        name: float(roc_auc_score(tested.correct, route.apply(tested.sureties)))
        for name, route in fitted.calibration.routes.items()
    }
    confidence = fitted.calibration.routes["fused"].apply(tested.sureties)
    ece = expected_calibration_error(confidence.tolist(), tested.correct.tolist())
    return {
        "auroc": routes,
        "best_softmax_score": max(single.values()),
        "ece": ece,
        "ece_by_chance": noise_floor(confidence.tolist()),
        "debiased_error": debiased_error(confidence, tested.correct),
        "confidence": confidence.tolist(),
    }


def try_promise(confidence: Any, correct: Any) -> dict[str, float]:
    """How often the promise is broken over random splits of answers that nothing was fitted to."""
    draw = np.random.default_rng(0)
    number, broken, certified, coverage = len(confidence), 0, 0, 0.0
    for _ in range(SPLITS):
        order = draw.permutation(number)
        placing, testing = order[: number // 3], order[number // 3 :]
        thresholds = candidate_thresholds(
            confidence[placing],
            correct[placing],
            tested=len(testing),
            max_error=MAX_ERROR,
            delta=DELTA,
        )
        sample = testing[draw.integers(0, len(testing), len(testing))]
        found = certify(
            confidence[sample], correct[sample], thresholds, max_error=MAX_ERROR, delta=DELTA
        )
        if found.threshold is None:
            continue
        certified += 1
        above = confidence[testing] >= found.threshold
        coverage += float(above.mean())
        broken += float((~correct[testing])[above].mean()) > MAX_ERROR
    return {
        "broken": broken / SPLITS,
        "certified": certified / SPLITS,
        "coverage": coverage / max(1, certified),
    }


def measure_quality(name: str, limit: int) -> dict[str, Any]:
    """All of ``quality``."""
    start = time.perf_counter()
    answered = answer_all(name, limit)
    seconds = time.perf_counter() - start
    correct = np.array([answer.correct for answer in answered.graded])
    kinds = np.array([answer.id.split("/")[0] for answer in answered.graded])
    print(f"{len(correct)} questions, {correct.mean():.0%} right, {seconds:.0f} s")
    rows = np.random.default_rng(0).permutation(len(correct))
    halves = rows[: len(rows) // 2], rows[len(rows) // 2 :]
    seen = judge(answered, *halves)
    swapped = judge(answered, *halves[::-1])
    unseen = {}
    for kind in sorted(set(kinds.tolist())):
        of_kind = kinds == kind
        if 10 <= correct[of_kind].sum() <= of_kind.sum() - 10:
            unseen[kind] = judge(answered, np.flatnonzero(~of_kind), np.flatnonzero(of_kind))
    for label, found in [("half", seen), ("other half", swapped), *unseen.items()]:
        aurocs = "  ".join(f"{route} {value:.3f}" for route, value in found["auroc"].items())
        print(f"{label:12} AUROC {aurocs}  best softmax score {found['best_softmax_score']:.3f}"
              f"  ECE {found['ece']:.3f} (by chance {found['ece_by_chance']:.3f})")  # fmt: skip
    confidence = np.empty(len(correct))
    confidence[halves[1]], confidence[halves[0]] = seen["confidence"], swapped["confidence"]
    promise = try_promise(confidence, correct)
    print(f"at most {MAX_ERROR:.0%} wrong, delta {DELTA}: broken on {promise['broken']:.1%} of "
          f"{SPLITS} splits, certified on {promise['certified']:.0%}, "
          f"answering {promise['coverage']:.0%}")  # fmt: skip
    for found in (seen, swapped, *unseen.values()):
        del found["confidence"]
    return {
        "questions": len(correct),
        "accuracy": float(correct.mean()),
        "seconds": seconds,
        "halves": [seen, swapped],
        "unseen": unseen,
        "promise": promise,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=("cost", "quality"))
    parser.add_argument("--model", default="builtin:smollm2-135m")
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--limit", type=int, default=170, help="questions of a kind")
    options = parser.parse_args()
    if options.what == "cost":
        result = measure_cost(options.model, options.repeats)
    else:
        result = measure_quality(options.model, options.limit)
    print(json.dumps({"schema": "rolewright.benchmark.confidence/1", options.what: result}))


if __name__ == "__main__":
    main()
