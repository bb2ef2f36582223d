"""All raw scores of an answer: of its decoding pass, and of asking the model again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from rolewright.bundle.manifest import HEAD as JOINT_HEAD_FILE
from rolewright.bundle.read import Bundle
from rolewright.confidence.dropout.passes import stochastic_probabilities
from rolewright.confidence.dropout.places import adapter_obstacle
from rolewright.confidence.dropout.scores import dropout_scores
from rolewright.confidence.dropout.settings import DropoutPlace, DropoutSettings
from rolewright.confidence.head import Head
from rolewright.confidence.sampling.meaning import EQUAL_TEXTS, MeaningModel
from rolewright.confidence.sampling.samples import draw_samples
from rolewright.confidence.sampling.scores import sampling_scores
from rolewright.confidence.sampling.settings import SamplingSettings
from rolewright.confidence.scores import HEAD, JOINT_HEAD, P_TRUE, STATES
from rolewright.confidence.self_report import check_room, p_true
from rolewright.confidence.softmax import softmax_scores
from rolewright.conversations.conversation import Conversation
from rolewright.errors import UserError
from rolewright.generation.chat_model import Answer, ChatModel
from rolewright.generation.decode import Generation
from rolewright.generation.trace import Tap, Trace, decoder_layers
from rolewright.models.qwen1.long_context import context_limit
from rolewright.prefix.support import row_obstacle


@dataclass(frozen=True, slots=True)
class Scorer:
    """What is computed for an answer.

    Attributes:
        head_layers: whose outputs a head reads; empty = none is read.
        head: None while it is not fitted yet: answers then have no score "head".
        dropout: of the stochastic passes; None = there are none.
        self_report: whether the model is asked if its answer is right.
        sampling: of drawn answers; None = none are drawn.
        meaning: tells which of them mean the same.
        joint_head: that was trained with the model, reading the same; None = there is none.
    """

    head_layers: tuple[int, ...] = ()
    head: Head | None = None
    dropout: DropoutSettings | None = None
    self_report: bool = False
    sampling: SamplingSettings | None = None
    meaning: MeaningModel = EQUAL_TEXTS
    joint_head: Head | None = None

    @property
    def asks_again(self) -> bool:
        """Whether a route reads an answer's prompt once more."""
        return self.self_report or self.sampling is not None

    def check_room(
        self, model: ChatModel, conversations: Sequence[Conversation], *, max_new_tokens: int
    ) -> None:
        """Make sure, before anything is decoded, that what is asked again will fit.

        Raises:
            UserError: the question about an answer would not.
        """
        if self.self_report:
            check_room(model, conversations, max_new_tokens=max_new_tokens)

    def tap(self, model: Any) -> Tap:
        """What to keep of a model's decoding pass."""
        first = None
        if self.dropout is not None:
            first = len(decoder_layers(model)) - self.dropout.layers
        return Tap(self.head_layers, first)

    def scores(self, model: Any, generation: Generation) -> dict[str, float]:
        """Raw scores by name, of the routes that read the decoding pass.

        Args:
            model: that decoded the answer.
            generation: with the trace that ``tap`` asks for.
        """
        found: dict[str, float] = {}
        for _, scores in self.scores_by_route(model, generation):
            found |= scores
        return found

    def scores_by_route(
        self, model: Any, generation: Generation
    ) -> Iterator[tuple[str, dict[str, float]]]:
        """Each route that reads the decoding pass with its raw scores, computed in its turn.

        They are plain numbers: a GPU has done a route's work by the time that it is yielded.

        Args:
            model: that decoded the answer.
            generation: with the trace that ``tap`` asks for.
        """
        yield "softmax", softmax_scores(generation)
        heads = {HEAD: self.head, JOINT_HEAD: self.joint_head}
        if any(heads.values()):
            features = read_features(generation.trace)[None]
            found = {name: float(head.apply(features)[0]) for name, head in heads.items() if head}
            if self.head is not None and self.head.components is not None:
                found |= dict(zip(STATES, self.head.components.apply(features)[0], strict=False))
            yield "head", {name: float(value) for name, value in found.items()}
        if self.dropout is not None:
            passes = stochastic_probabilities(
                model, generation.trace, generation.chosen_ids, self.dropout
            )
            yield "dropout", dropout_scores(passes)

    def asked_by_route(
        self,
        model: ChatModel,
        conversations: Sequence[Conversation],
        answers: Sequence[Answer],
        *,
        max_new_tokens: int,
    ) -> Iterator[tuple[str, list[dict[str, float]]]]:
        """Each route that asks the model again with the answers' raw scores, in its turn.

        Args:
            model: that gave the answers.
            conversations: that they answer, with their effective system messages.
            answers: of one batch.
            max_new_tokens: limit on a drawn answer's length, that of the answers.

        Raises:
            UserError: an answer and the question about it do not fit into the model's context.
        """
        if self.self_report:
            found = p_true(model, conversations, [answer.text for answer in answers])
            yield "self_report", [{P_TRUE: value} for value in found]
        if self.sampling is not None:
            samples = [
                draw_samples(model, each, self.sampling, max_new_tokens=max_new_tokens)
                for each in conversations
            ]
            questions = [each.prompt[-1].content for each in conversations]
            given = [answer.text for answer in answers]
            yield "sampling", sampling_scores(questions, given, samples, self.meaning)


SOFTMAX_ONLY = Scorer()


def read_features(trace: Trace) -> NDArray[np.float32]:
    """What a head reads: the tapped layers where the prompt and the answer end.

    Returns:
        Shape (2 * layers * hidden,).

    Raises:
        ValueError: nothing was tapped.
    """
    if trace.prompt_end is None or trace.answer_end is None:
        raise ValueError("no hidden states were kept of this answer")
    ends = torch.cat([trace.prompt_end.flatten(), trace.answer_end.flatten()])
    features: NDArray[np.float32] = ends.float().cpu().numpy()
    return features


def read_joint_head(bundle: Bundle) -> Head | None:
    """The head that a bundle's model was trained with; None where there is none."""
    if bundle.manifest.head_layers is None:
        return None
    return Head.from_bytes((bundle.folder / JOINT_HEAD_FILE).read_bytes())


def default_head_layers(model: Any) -> tuple[int, ...]:
    """The layers that a head reads: half way, three quarters of the way, and the last.

    What a model knows of its answer's truth is clearest above the middle (Azaria & Mitchell 2023).
    """
    number = len(decoder_layers(model))
    return tuple(sorted({(number - 1) // 2, 3 * (number - 1) // 4, number - 1}))


def check_dropout(model: Any, place: DropoutPlace = "residual") -> None:
    """Make sure that stochastic passes are exact for a model, whatever the prompt's length.

    Args:
        model: that answers.
        place: where dropout is to act.

    Raises:
        UserError: they are not, or there is nothing at this place.
    """
    limit = context_limit(model.config)
    obstacle = row_obstacle(model.config, limit)
    if limit > model.config.max_position_embeddings:
        obstacle = "it reads long prompts as Qwen-1 does, which the passes do not"
    if obstacle:
        raise UserError.at(
            "Monte-Carlo dropout",
            f"cannot be computed for this model: {obstacle}",
            fix="use --budget head",
        )
    if place == "adapter" and (obstacle := adapter_obstacle(decoder_layers(model)[-1:])):
        raise UserError.at(
            "--dropout-place adapter",
            f"there is nothing to drop out of in this model: {obstacle}",
            expected="a LoRA adapter beside the weights, as `method: lora` trains it",
            fix="use --dropout-place residual, which needs none",
        )
