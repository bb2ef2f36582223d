"""Draw answers to a question."""

import math
from dataclasses import dataclass

from rolewright.confidence.sampling.settings import SamplingSettings
from rolewright.conversations.conversation import Conversation
from rolewright.generation.chat_model import ChatModel
from rolewright.generation.sampling import Sampling


@dataclass(frozen=True, slots=True)
class Sample:
    """An answer that was drawn.

    Attributes:
        text: without reasoning.
        token_ids: of all that was drawn, shape (tokens,).
        logprob: natural log-probability of drawing it, the stop token included.
    """

    text: str
    token_ids: tuple[int, ...]
    logprob: float


def draw_samples(
    model: ChatModel,
    conversation: Conversation,
    settings: SamplingSettings,
    *,
    max_new_tokens: int,
) -> list[Sample]:
    """Draw answers to a conversation's last user turn, all in one batch.

    The prompt is computed once; where layers attend within a window, once an answer.

    Args:
        model: that answers.
        conversation: with its effective system message; a final assistant turn is ignored.
        settings: how many, and the seed: the same seed gives the same answers.
        max_new_tokens: limit on an answer's length.

    Returns:
        Length (samples,).

    Raises:
        UserError: the prompt and its answer do not fit into the model's context.
    """
    drawn = model.answer(
        [conversation] * settings.samples,
        max_new_tokens=max_new_tokens,
        sampling=Sampling(temperature=1.0, seed=settings.seed),
        batch_size=settings.samples,
    )
    return [
        Sample(
            answer.text,
            tuple(answer.generation.chosen_ids),
            math.fsum(answer.generation.logprobs),
        )
        for answer in drawn
    ]
