"""A model in this process: batched, what prompts share computed once."""

from collections.abc import Sequence
from dataclasses import dataclass

from rolewright.conversations.conversation import Conversation
from rolewright.evaluation.targets.target import OnReplies, Reply
from rolewright.generation.chat_model import Answer, ChatModel
from rolewright.generation.sampling import Sampling


@dataclass(frozen=True, slots=True)
class LocalTarget:
    """A loaded model.

    Attributes:
        model: that answers.
        batch_size: prompts decoded together.
    """

    model: ChatModel
    batch_size: int

    def answer(
        self,
        conversations: Sequence[Conversation],
        *,
        max_new_tokens: int,
        sampling: Sampling,
        on_replies: OnReplies,
    ) -> None:
        """As ``Target`` says."""

        def ready(batch: dict[int, Answer]) -> None:
            on_replies({index: _reply(answer) for index, answer in batch.items()})

        self.model.answer(
            conversations,
            max_new_tokens=max_new_tokens,
            sampling=sampling,
            batch_size=self.batch_size,
            on_answers=ready,
        )


def _reply(answer: Answer) -> Reply:
    return Reply(answer.text, answer.prompt_tokens, len(answer.tokens), answer.generation.stopped)
