"""From graded questions to a bundle with a confidence."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rolewright.bundle.read import Bundle
from rolewright.bundle.write import add_calibration, part_name, write_text
from rolewright.cli.output import progress, say
from rolewright.confidence.answers import halves
from rolewright.confidence.asked import question_text
from rolewright.confidence.calibrate import Fitted, calibrate
from rolewright.confidence.calibration import Calibration, HeadRecord
from rolewright.confidence.conditions import conditions_of
from rolewright.confidence.dropout.settings import DropoutPlace, DropoutSettings
from rolewright.confidence.dropout.tune import TUNED_ON, tune_dropout
from rolewright.confidence.graded import GradedAnswer
from rolewright.confidence.guarantee import Promise
from rolewright.confidence.promise import calibrate_with_promise
from rolewright.confidence.question_answers import answer_questions
from rolewright.confidence.sampling.meaning_model import load_meaning_model
from rolewright.confidence.sampling.settings import SamplingSettings
from rolewright.confidence.scorer import (
    Scorer,
    check_dropout,
    default_head_layers,
    read_joint_head,
)
from rolewright.confidence.scores import Budget, HeadKind
from rolewright.confidence.self_report import can_be_asked, check_room
from rolewright.conversations.questions import Question, graded_row
from rolewright.generation.chat_model import ChatModel
from rolewright.generation.load import load_bundle_model
from rolewright.models.load import Precision
from rolewright.role.resolve import resolve_system


@dataclass(frozen=True, slots=True)
class Answered:
    """A bundle's graded answers, and how they were scored.

    Attributes:
        graded: in the questions' order.
        features: what a head reads, shape (answers, inputs); None without a head.
        scorer: that gave the scores.
        conditions: of a certificate that is tested on them.
    """

    graded: list[GradedAnswer]
    features: NDArray[np.float32] | None
    scorer: Scorer
    conditions: dict[str, str]


def answer_and_score(
    bundle: Bundle,
    questions: Sequence[Question],
    *,
    budget: Budget,
    dropout_place: DropoutPlace,
    sampling: SamplingSettings | None,
    precision: Precision,
    max_new_tokens: int,
    batch_size: int,
    certifies: bool,
) -> Answered:
    """Let a bundle answer graded questions, and score its answers by what a budget allows.

    Args:
        bundle: whose tuned model answers, under its role.
        questions: that it was not trained on.
        budget: what to compute.
        dropout_place: where dropout acts, if the budget has it.
        sampling: of answers that are drawn beside; None = none are.
        precision: of the weights.
        max_new_tokens: limit on an answer's length.
        batch_size: questions decoded together.
        certifies: whether one half of the questions is to keep a promise; nothing is tuned on it.

    Raises:
        UserError: there is no question, or the model cannot do what the budget asks for.
    """
    meaning = load_meaning_model(sampling.same_meaning if sampling else None, say)
    model = load_bundle_model(bundle, precision=precision, say=say)
    layers: tuple[int, ...] = ()
    joint_head = None
    if budget != "softmax":
        layers = bundle.manifest.head_layers or default_head_layers(model.model)
        joint_head = read_joint_head(bundle)
    asks = _asks(model, budget)
    if asks:  # before the dropout is tuned, which takes its time
        conversations = [
            resolve_system(each.conversation, bundle.role.system) for each in questions
        ]
        check_room(model, conversations, max_new_tokens=max_new_tokens)
    dropout = None
    if budget == "full":
        tunable = questions
        if certifies:
            rows, _ = halves([question_text(each.conversation.prompt) for each in questions])
            tunable = [questions[row] for row in rows]
        dropout = _tune(
            model,
            bundle,
            tunable,
            dropout_place,
            max_new_tokens=max_new_tokens,
            batch_size=batch_size,
        )
    scorer = Scorer(
        head_layers=layers,
        joint_head=joint_head,
        dropout=dropout,
        self_report=asks,
        sampling=sampling,
        meaning=meaning,
    )
    with progress("answering", total=len(questions)) as advance:
        answered = answer_questions(
            model,
            questions,
            role_system=bundle.role.system,
            max_new_tokens=max_new_tokens,
            batch_size=batch_size,
            scorer=scorer,
            on_answers=advance,
        )
    conditions = conditions_of(bundle.manifest, model.model, max_new_tokens)
    return Answered(answered.graded, answered.features, scorer, conditions)


def write_answers(
    path: Path, questions: Sequence[Question], graded: Sequence[GradedAnswer]
) -> None:
    """Write questions with their graded answers, a row each, as ``confidence_head.data`` has them.

    Args:
        path: that ``claim_file`` allows.
        questions: that were answered.
        graded: the answers, in the questions' order.
    """
    rows = [
        graded_row(question, answer.answer, correct=answer.correct)
        for question, answer in zip(questions, graded, strict=True)
    ]
    write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    say(f"graded answers: {path}")


def _asks(model: ChatModel, budget: Budget) -> bool:
    """Whether the model is asked if its answers are right; says so where it cannot be."""
    if budget == "full" and not can_be_asked(model):
        say("no score p_true: the model reasons before it replies")
    return budget == "full" and can_be_asked(model)


def _tune(
    model: ChatModel,
    bundle: Bundle,
    questions: Sequence[Question],
    place: DropoutPlace,
    *,
    max_new_tokens: int,
    batch_size: int,
) -> DropoutSettings:
    check_dropout(model.model, place)
    some = questions[:TUNED_ON]
    with progress("tuning the dropout", total=len(some)) as advance:
        tuning = tune_dropout(
            model,
            some,
            role_system=bundle.role.system,
            max_new_tokens=max_new_tokens,
            place=place,
            batch_size=batch_size,
            on_answers=advance,
        )
    best = tuning.best
    why = "" if tuning.losses else ", not tuned: too few right or too few wrong answers"
    where = "the adapters of the last" if place == "adapter" else "the last"
    say(f"dropout of {best.rate:.0%} in {where} {best.layers} layers, {best.samples} samples{why}")
    return best


def fit_confidence(
    answered: Answered,
    *,
    head_kind: HeadKind,
    promise: Promise | None,
    abstain_below: float,
) -> Fitted:
    """Fit a confidence to graded answers, with a certified threshold where one is asked for.

    Args:
        answered: by ``answer_and_score``.
        head_kind: of the confidence head.
        promise: what the threshold is to keep; None = nothing.
        abstain_below: without a certified threshold.

    Raises:
        UserError: too few right or too few wrong answers, or too few different questions.
    """
    if promise is None:
        return calibrate(
            answered.graded,
            features=answered.features,
            head_kind=head_kind,
            abstain_below=abstain_below,
        )
    return calibrate_with_promise(
        answered.graded,
        promise,
        features=answered.features,
        head_kind=head_kind,
        abstain_below=abstain_below,
    )


def put_into_force(bundle: Bundle, fitted: Fitted, answered: Answered) -> Calibration:
    """Make a calibration part of a bundle, with its head and what its certificate holds for."""
    scorer = answered.scorer
    changes: dict[str, object] = {"dropout": scorer.dropout, "sampling": scorer.sampling}
    parts = {}
    if fitted.head is not None:
        data = fitted.head.to_bytes()
        file = part_name("head.safetensors", data)
        parts[file] = data
        changes["head"] = HeadRecord(file=file, layers=scorer.head_layers)
    holds = {"conditions": answered.conditions}
    certificate = fitted.calibration.certificate
    if certificate is not None:
        changes["certificate"] = certificate.model_copy(update=holds)
        changes["scenario_certificates"] = {
            scenario: each.model_copy(update=holds)
            for scenario, each in fitted.calibration.scenario_certificates.items()
        }
    calibration = fitted.calibration.model_copy(update=changes)
    text = calibration.model_dump_json(by_alias=True, indent=2) + "\n"
    add_calibration(bundle.folder, bundle.manifest, text, parts)
    return calibration
