"""Choose rate, layers and samples of the dropout by how well they tell right from wrong."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rolewright.confidence.answers import Answers, group_questions
from rolewright.confidence.asked import question_text
from rolewright.confidence.calibrators import fit_platt
from rolewright.confidence.dropout.masks import fast_precision
from rolewright.confidence.dropout.passes import stochastic_probabilities
from rolewright.confidence.dropout.settings import DropoutPlace, DropoutSettings
from rolewright.confidence.grade import grade
from rolewright.conversations.questions import Question
from rolewright.generation.chat_model import Answer, ChatModel
from rolewright.generation.trace import Tap, Trace, decoder_layers
from rolewright.role.resolve import resolve_system

TUNED_ON = 80
"""Questions; each is answered once, and passed over by every setting."""
RATES = (0.05, 0.1, 0.2)
SAMPLES = (8, 16, 32)
_LEAST_OF_EACH = 10


@dataclass(frozen=True, slots=True)
class Tuning:
    """What was tried, and what is best.

    Attributes:
        best: the settings to use.
        losses: negative log-likelihood of right and wrong, in nats an answer, by cross-validated
            Platt maps of the mixture probability, for (rate, layers, samples); empty where there
            were too few right or too few wrong answers to tell.
    """

    best: DropoutSettings
    losses: Mapping[tuple[float, int, int], float]


def tune_dropout(
    model: ChatModel,
    questions: Sequence[Question],
    *,
    role_system: str | None,
    max_new_tokens: int,
    place: DropoutPlace = "residual",
    batch_size: int = 32,
    on_answers: Callable[[int], None],
) -> Tuning:
    """Choose the settings under which the answers' correctness is likeliest.

    Args:
        model: greedy answers of this one.
        questions: that nothing is certified on; ``TUNED_ON`` of them are enough.
        role_system: system text of questions that have none of their own.
        max_new_tokens: limit on an answer's length.
        place: where dropout acts; that is not chosen.
        batch_size: questions decoded together.
        on_answers: told how many answers have become ready.
    """
    number = len(decoder_layers(model.model))
    depths = sorted({max(1, number // share) for share in (8, 4, 2)})
    default = DropoutSettings(
        place=place,
        rate=0.1,
        layers=max(1, number // 4),
        samples=max(SAMPLES),
        precision=fast_precision(model.model.device),
    )
    tried = [
        default.model_copy(update={"rate": rate, "layers": layers})
        for layers in depths
        for rate in RATES
    ]
    logprobs: dict[tuple[int, DropoutSettings], NDArray[np.float64]] = {}
    correct: dict[int, bool] = {}

    def ready(batch: dict[int, Answer]) -> None:
        for index, answer in batch.items():
            correct[index] = grade(questions[index], answer.text)
            for settings in tried:
                logprobs[index, settings] = _of_answer(model.model, answer, settings)
            answer.generation.trace = Trace()
        on_answers(len(batch))

    model.answer(
        [resolve_system(question.conversation, role_system) for question in questions],
        max_new_tokens=max_new_tokens,
        batch_size=batch_size,
        responses=[question.response for question in questions],
        tap=Tap(stochastic_layer=number - max(depths)),
        on_answers=ready,
    )
    right = sum(correct.values())
    if min(right, len(correct) - right) < _LEAST_OF_EACH:
        return Tuning(default, {})
    hits = np.array([correct[index] for index in range(len(questions))])
    groups = group_questions([question_text(each.conversation.prompt) for each in questions])
    losses = {}
    for settings in tried:
        of_answers = np.stack([logprobs[index, settings] for index in range(len(questions))])
        for samples in SAMPLES:
            mixture = _mixture(of_answers[:, :samples])
            answers = Answers({"mixture": mixture}, hits, groups)
            losses[settings.rate, settings.layers, samples] = _losses(answers)
    return Tuning(_cheapest(default, losses), {key: float(v.mean()) for key, v in losses.items()})


def _of_answer(model: Any, answer: Answer, settings: DropoutSettings) -> NDArray[np.float64]:
    """Log-probability of a whole answer by each network, shape (samples,)."""
    generation = answer.generation
    found = stochastic_probabilities(model, generation.trace, generation.chosen_ids, settings)
    total: NDArray[np.float64] = found.token_logprobs.double().sum(dim=1).cpu().numpy()
    return total


def _mixture(logprobs: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.special import logsumexp

    mixture: NDArray[np.float64] = np.exp(logsumexp(logprobs, axis=1) - math.log(logprobs.shape[1]))
    return mixture


def _losses(answers: Answers) -> NDArray[np.float64]:
    """Loss of each answer, in nats, by a Platt map that was fitted without it."""
    mixture = answers.sureties["mixture"]
    confidence = np.zeros(len(mixture))
    for fitting, judged in answers.folds():
        fitted = fit_platt(mixture[fitting].tolist(), answers.correct[fitting].tolist())
        confidence[judged] = fitted.apply(mixture[judged].tolist())
    losses: NDArray[np.float64] = -np.log(np.where(answers.correct, confidence, 1 - confidence))
    return losses


def _cheapest(
    default: DropoutSettings, losses: Mapping[tuple[float, int, int], NDArray[np.float64]]
) -> DropoutSettings:
    """The settings with the least work whose loss is within a standard error of the best's."""
    best = min(losses.values(), key=lambda each: float(each.mean()))

    def close(each: NDArray[np.float64]) -> bool:
        gap = each - best
        return bool(gap.mean() <= gap.std(ddof=1) / math.sqrt(len(gap)))

    rate, layers, samples = min(
        (key for key, each in losses.items() if close(each)),
        key=lambda key: (key[1] * key[2], float(losses[key].mean())),
    )
    return default.model_copy(update={"rate": rate, "layers": layers, "samples": samples})
