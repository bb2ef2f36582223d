"""From conversations to the examples that are trained on, with an account of what was left out."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass

from rolewright.conversations.conversation import Conversation
from rolewright.errors import Fault, UserError
from rolewright.role.resolve import resolve_system
from rolewright.tokens.chatml import ChatEncoder, LossKind
from rolewright.tokens.example import Example


@dataclass(frozen=True, slots=True)
class ExampleSet:
    """Examples ready to train on.

    Attributes:
        examples: each with at least one trained token.
        shortened: examples of which later exchanges were left out to fit the length limit.
        left_out: examples whose first exchange does not fit; they are not in ``examples``.
    """

    examples: list[Example]
    shortened: list[Example]
    left_out: list[Example]

    @property
    def tokens(self) -> int:
        """All tokens."""
        return sum(len(example.input_ids) for example in self.examples)

    @property
    def trained_tokens(self) -> int:
        """Tokens with a label."""
        return sum(example.trained_tokens for example in self.examples)

    @property
    def hash(self) -> str:
        """Of ids and labels, in order: what resuming must find unchanged."""
        digest = hashlib.sha256()
        for example in self.examples:
            digest.update(repr((example.input_ids, example.labels)).encode())
        return f"sha256:{digest.hexdigest()}"


def encode_examples(
    conversations: Sequence[Conversation],
    encoder: ChatEncoder,
    *,
    role_system: str | None,
    loss: LossKind,
    max_length_tokens: int,
) -> ExampleSet:
    """Encode conversations under their effective system messages.

    Args:
        conversations: as read.
        encoder: of the model that is trained.
        role_system: the role file's system text, for conversations without one of their own.
        loss: what is trained.
        max_length_tokens: limit on an example's length.

    Raises:
        UserError: an example has nothing to train, or no example fits the limit.
    """
    encoded = [
        encoder.encode_conversation(
            resolve_system(conversation, role_system),
            loss=loss,
            max_length_tokens=max_length_tokens,
        )
        for conversation in conversations
    ]
    fitting = [example for example in encoded if example.input_ids]
    untrained = [example for example in fitting if not example.trained_tokens]
    if untrained:
        raise UserError(
            *(
                Fault(
                    example.place,
                    "no token of this conversation would be trained",
                    "an assistant turn that is trained, within max_length_tokens",
                    "remove it, or raise max_length_tokens",
                )
                for example in untrained
            )
        )
    if not fitting:
        raise UserError.at(
            conversations[0].place.file if conversations else "data",
            f"no conversation fits into max_length_tokens = {max_length_tokens}",
            fix="raise max_length_tokens",
        )
    return ExampleSet(
        examples=fitting,
        shortened=[example for example in fitting if example.truncated],
        left_out=[example for example in encoded if not example.input_ids],
    )


def split_validation(
    examples: Sequence[Example], share: float, seed: int
) -> tuple[list[Example], list[Example]]:
    """Hold a share of the examples back, at random but the same for the same seed.

    Returns:
        Training examples and validation examples, both in the data's order. The validation part is
        empty where the share makes less than one example.
    """
    count = int(len(examples) * share)
    held_back = set(random.Random(seed).sample(range(len(examples)), count))
    training = [example for index, example in enumerate(examples) if index not in held_back]
    return training, [examples[index] for index in sorted(held_back)]
