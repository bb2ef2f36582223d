"""From conversations to the examples that are trained on, with an account of what was left out."""

import hashlib
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rolewright.conversations.conversation import Conversation
from rolewright.errors import Fault, UserError
from rolewright.models.builtin import Say
from rolewright.role.resolve import resolve_system
from rolewright.tokens.chatml import ChatEncoder, LossKind
from rolewright.tokens.example import Example
from rolewright.training.example_cache import hash_inputs, recall_examples, remember_examples

CACHED_FROM = 1000
"""Fewer conversations than these are encoded anew each time: that takes less than a second."""


@dataclass(frozen=True, slots=True)
class ExampleSet:
    """Examples ready to train on.

    Attributes:
        examples: each with at least one trained token; one a conversation, or for a thinking model
            one a trained answer.
        shortened: conversations of which exchanges were left out to fit the length limit, by their
            first example.
        left_out: conversations of which nothing fits; they are not in ``examples``.
    """

    examples: list[Example]
    shortened: list[Example]
    left_out: list[Example]

    @property
    def conversations(self) -> int:
        """How many conversations the examples were made of."""
        return count_conversations(self.examples)

    @property
    def tokens(self) -> int:
        """All tokens."""
        return sum(map(len, self.examples))

    @property
    def trained_tokens(self) -> int:
        """Tokens with a label."""
        return sum(example.trained_tokens for example in self.examples)

    @property
    def hash(self) -> str:
        """Of ids and labels, in order: what resuming must find unchanged."""
        digest = hashlib.sha256()
        for example in self.examples:
            digest.update(repr((len(example), example.trained)).encode())
            digest.update(example.prefix_ids)
            digest.update(example.turn_ids)
            if example.weight != 1:
                digest.update(repr(example.weight).encode())
        return f"sha256:{digest.hexdigest()}"


def count_conversations(examples: Iterable[Example]) -> int:
    """How many conversations examples were made of; all parts of one are there or none."""
    return sum(example.part == 0 for example in examples)


def encode_examples(
    conversations: Sequence[Conversation],
    encoder: ChatEncoder,
    *,
    role_system: str | None,
    loss: LossKind,
    max_length_tokens: int,
    say: Say = print,
) -> ExampleSet:
    """Encode conversations under their effective system messages, or recall them from the cache.

    Args:
        conversations: as read.
        encoder: of the model that is trained.
        role_system: the role file's system text, for conversations without one of their own.
        loss: what is trained.
        max_length_tokens: limit on an example's length.
        say: told what comes from the cache.

    Raises:
        UserError: an example has nothing to train, no example fits the limit, or the encoder
            refuses a conversation.
    """
    resolved = [resolve_system(conversation, role_system) for conversation in conversations]
    encoded = _encode(resolved, encoder, loss, max_length_tokens, say)
    fitting = [example for example in encoded if len(example)]
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
        shortened=[example for example in fitting if example.truncated and example.part == 0],
        left_out=[example for example in encoded if not len(example)],
    )


def _encode(
    conversations: Sequence[Conversation],
    encoder: ChatEncoder,
    loss: LossKind,
    max_length_tokens: int,
    say: Say,
) -> list[Example]:
    if len(conversations) < CACHED_FROM:
        return encoder.encode_conversations(
            conversations, loss=loss, max_length_tokens=max_length_tokens
        )
    settings = {"loss": loss, "max_length_tokens": max_length_tokens}
    key = hash_inputs(conversations, encoder, settings)
    recalled = recall_examples(key, conversations, say)
    if recalled is not None:
        return recalled
    examples = encoder.encode_conversations(
        conversations, loss=loss, max_length_tokens=max_length_tokens
    )
    remember_examples(key, examples, say)
    return examples


def split_validation(
    examples: Sequence[Example], share: float, seed: int
) -> tuple[list[Example], list[Example]]:
    """Hold a share of the conversations back, at random but the same for the same seed.

    All examples of a conversation stay on one side.

    Returns:
        Training examples and validation examples, both in the data's order. The validation part is
        empty where the share makes less than one conversation.
    """
    conversations = count_conversations(examples)
    held_back = set(random.Random(seed).sample(range(conversations), int(conversations * share)))
    training: list[Example] = []
    validation: list[Example] = []
    number = -1
    for example in examples:
        number += example.part == 0
        (validation if number in held_back else training).append(example)
    return training, validation
