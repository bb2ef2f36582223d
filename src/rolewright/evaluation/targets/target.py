"""What every target can do: answer conversations, and score texts where it has the weights."""

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
        fits: False = the prompt and the longest answer do not fit into the model's context, so
            that it was not asked.
        control_tokens: how many of the prompt's control tokens came of what people wrote, where 0
            is right; None where an endpoint renders the prompt.
        bits: of information that a text which was scored had for the model; None for an answer.
    """

    text: str
    prompt_tokens: int | None
    output_tokens: int | None
    stopped: bool
    fits: bool = True
    control_tokens: int | None = None
    bits: float | None = None


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

    def score(self, conversations: Sequence[Conversation], *, on_replies: OnReplies) -> None:
        """Say how probable texts are to the model, as texts of nobody's: no chat, no role.

        Args:
            conversations: the last user turn of each is the text.
            on_replies: told by index the tokens (as those of a prompt) and bits of each text.

        Raises:
            UserError: the target has no weights to score with.
        """
        ...
