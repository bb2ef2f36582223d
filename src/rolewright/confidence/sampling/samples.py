"""Draw answers to a question."""

from rolewright.confidence.sampling.settings import SamplingSettings
from rolewright.conversations.conversation import Conversation
from rolewright.generation.chat_model import ChatModel
from rolewright.generation.sampling import Sampling


def draw_samples(
    model: ChatModel,
    conversation: Conversation,
    settings: SamplingSettings,
    *,
    max_new_tokens: int,
) -> list[str]:
    """Draw answers to a conversation's last user turn, all in one batch.

    The prompt is computed once; where layers attend within a window, once an answer.

    Args:
        model: that answers.
        conversation: with its effective system message; a final assistant turn is ignored.
        settings: how many, and the seed: the same seed gives the same answers.
        max_new_tokens: limit on an answer's length.

    Returns:
        Texts without reasoning, length (samples,).

    Raises:
        UserError: the prompt and its answer do not fit into the model's context.
    """
    drawn = model.answer(
        [conversation] * settings.samples,
        max_new_tokens=max_new_tokens,
        sampling=Sampling(temperature=1.0, seed=settings.seed),
        batch_size=settings.samples,
    )
    return [answer.text for answer in drawn]
