"""What a user is told of the data before a run."""

from collections.abc import Callable, Sequence

from rolewright.conversations.conversation import Conversation
from rolewright.tokens.think_blocks import count_reasoning
from rolewright.training.config import TrainingConfig
from rolewright.training.examples import ExampleSet


def tell_examples(examples: ExampleSet, config: TrainingConfig, say: Callable[[str], None]) -> None:
    """Say how much there is to train on, and what was shortened or left out."""
    count, parts = examples.conversations, len(examples.examples)
    divided = "" if parts == count else f" as {parts:,} examples, one a trained answer"
    say(
        f"{count:,} conversations{divided}, {examples.tokens:,} tokens, "
        f"{examples.trained_tokens:,} of them trained"
    )
    limit = f"max_length_tokens = {config.max_length_tokens}"
    if examples.shortened:
        places = ", ".join(str(example.place) for example in examples.shortened[:5])
        say(f"{len(examples.shortened)} conversations lose later exchanges to {limit}: {places}")
    if examples.left_out:
        places = ", ".join(str(example.place) for example in examples.left_out[:5])
        say(f"{len(examples.left_out)} conversations do not fit {limit}, left out: {places}")


def tell_reasoning(
    conversations: Sequence[Conversation], config: TrainingConfig, say: Callable[[str], None]
) -> None:
    """Say where answers are not what the model is asked for: with reasoning, or without."""
    without, answers = count_reasoning(conversations)
    if config.thinking == "on" and without:
        say(
            f"{without} of {answers} trained answers have no <think>…</think>: they get an empty "
            "one, and a model that learns from them forgets to think"
        )
    if config.thinking == "off" and without < answers:
        say(
            f"{answers - without} of {answers} trained answers have reasoning, which the model is "
            "never asked for with thinking: off"
        )
