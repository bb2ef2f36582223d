"""What every target can do: answer conversations."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from rolewright.conversations.conversation import Conversation
from rolewright.generation.sampling import Sampling


@dataclass(frozen=True, slots=True)
class Reply:
    """What a target answered.

    Attributes:
        text: without control tokens, and without the reasoning before it.
        prompt_tokens, output_tokens: how many; None where an endpoint does not say.
        stopped: whether the model ended the answer itself.
    """

    text: str
    prompt_tokens: int | None
    output_tokens: int | None
    stopped: bool


OnReplies = Callable[[dict[int, Reply]], None]


class Target(Protocol):
    """A model that can be asked."""

    def answer(
        self,
        conversations: Sequence[Conversation],
        *,
        max_new_tokens: int,
        sampling: Sampling,
        on_replies: OnReplies,
    ) -> None:
        """Answer the last user turn of each conversation, under its own system message.

        Args:
            conversations: with their effective system messages.
            max_new_tokens: limit on an answer's length.
            sampling: greedy, or seeded draws.
            on_replies: told the replies by index as they become ready, each exactly once.

        Raises:
            UserError: a conversation cannot be answered.
        """
        ...
