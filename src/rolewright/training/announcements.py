"""What a user is told of the data before a run."""

import math
from collections.abc import Callable, Sequence

from rolewright.conversations.conversation import Conversation
from rolewright.conversations.prompt_hash import hash_prompts
from rolewright.tokens.think_blocks import count_reasoning
from rolewright.training.config import TrainingConfig
from rolewright.training.examples import ExampleSet
from rolewright.training.graded import GradedAnswers


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


def tell_graded(
    graded: GradedAnswers,
    conversations: Sequence[Conversation],
    examples: int,
    config: TrainingConfig,
    say: Callable[[str], None],
) -> None:
    """Say how often a head reads each graded answer, and which ones flatter the model.

    Args:
        graded: what the head learns from.
        conversations: that the model learns from.
        examples: how many of them are trained on.
        config: how.
        say: told.
    """
    steps = config.max_steps or math.ceil(config.epochs * math.ceil(examples / config.batch_size))
    a_step = config.confidence_head.batch_size
    times = steps * a_step / len(graded.correct)
    say(
        f"each graded answer is read about {times:.1f} times: "
        f"confidence_head.batch_size = {a_step} in each of {steps:,} steps"
    )
    trained = {digest for each in conversations for digest in hash_prompts(each)}
    shared = len(graded.prompts & trained)
    if shared:
        say(
            f"{shared:,} of {len(graded.prompts):,} graded prompts are also among the "
            "conversations: the model learns their answers, and the head what it said before"
        )


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
