"""What a model says of its own answer when it is asked (P(True): Kadavath et al. 2022).

arXiv 2207.05221. The question stands in the same conversation, behind the answer; of the reply only
the first token is computed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from rolewright.confidence.log_odds import probability
from rolewright.conversations.conversation import Conversation, Message
from rolewright.errors import Fault, UserError
from rolewright.generation.chat_model import ChatModel
from rolewright.models.qwen1.long_context import context_limit
from rolewright.tokens.chatml import ChatEncoder
from rolewright.verifiers.language import language


@dataclass(frozen=True, slots=True)
class VerdictQuestion:
    """How a model is asked whether its answer is right.

    Attributes:
        text: of the user turn.
        yes: replies that say so.
        no: replies that deny it.
    """

    text: str
    yes: tuple[str, ...]
    no: tuple[str, ...]


ENGLISH = VerdictQuestion(
    "Is your answer right? Reply with one word: Yes or No.",
    ("Yes", "yes", "YES"),
    ("No", "no", "NO"),
)
CHINESE = VerdictQuestion("你的回答正确吗？只用一个字回答：是或否。", ("是",), ("否",))
_MOSTLY = 0.5
_REPLY_TOKENS = 1
_FIX = (
    "shorten the conversation, allow fewer answer tokens (--max-new-tokens), or fit a confidence "
    "that does without this question: `rolewright calibrate --budget head`"
)


def can_be_asked(model: ChatModel) -> bool:
    """Whether a model replies at once: one that reasons first has no verdict in its first token."""
    return model.encoder.format.thinking == "off"


def verdict_question(conversation: Conversation) -> VerdictQuestion:
    """How to ask about the answer to a conversation's last user turn: in Chinese where it is."""
    text = conversation.prompt[-1].content
    chinese = language(text, conversation, language="zh", share=_MOSTLY).passed
    # A text without letters passes as any language.
    english = language(text, conversation, language="en", share=_MOSTLY).passed
    return CHINESE if chinese and not english else ENGLISH


def ask_for_verdict(conversation: Conversation, answer: str) -> Conversation:
    """The conversation with the model's answer, and the question whether it is right."""
    asked = Message("user", verdict_question(conversation).text)
    turns = (*conversation.prompt, Message("assistant", answer), asked)
    return replace(conversation, messages=turns)


def check_room(
    model: ChatModel, conversations: Sequence[Conversation], *, max_new_tokens: int
) -> None:
    """Make sure, before there are answers, that each can be asked about, however long it gets.

    Args:
        model: that ``can_be_asked``.
        conversations: with their effective system messages; a final assistant turn is ignored.
        max_new_tokens: limit on an answer's length.

    Raises:
        UserError: with all conversations that leave no room for the question, though they leave
            enough for the answer.
    """
    limit = context_limit(model.model.config)
    faults = []
    for conversation in conversations:
        asked = ask_for_verdict(conversation, "")
        plain, whole = (
            len(model.encoder.encode_prompt(each.system, each.prompt))
            for each in (conversation, asked)
        )
        if plain + max_new_tokens <= limit < whole + max_new_tokens + _REPLY_TOKENS:
            found = (
                f"{plain} prompt tokens, {max_new_tokens} of the answer and "
                f"{whole + _REPLY_TOKENS - plain} of the question whether it is right do not fit"
            )
            expected = f"at most {limit} tokens together"
            faults.append(Fault(conversation.place, found, expected, _FIX))
    if faults:
        raise UserError(*faults)


def p_true(
    model: ChatModel, conversations: Sequence[Conversation], answers: Sequence[str]
) -> list[float]:
    """p(yes) / (p(yes) + p(no)) of a model that is asked whether its answers are right.

    Each is the probability of the reply's first token, summed over the ways to write the word. All
    prompts go through the model together, what they share is computed once.

    Args:
        model: that ``can_be_asked``.
        conversations: with their effective system messages; a final assistant turn is ignored.
        answers: to them, without reasoning.

    Returns:
        In [0, 1], length (answers,).

    Raises:
        UserError: answer and question do not fit into the model's context (``check_room``).
    """
    words = [verdict_question(each) for each in conversations]
    yes = [_first_ids(model.encoder, each.yes) for each in words]
    no = [_first_ids(model.encoder, each.no) for each in words]
    logprobs = model.first_token_logprobs(
        [ask_for_verdict(each, text) for each, text in zip(conversations, answers, strict=True)],
        [[*one, *other] for one, other in zip(yes, no, strict=True)],
        batch_size=len(conversations),
    )
    # Of logarithms, so that a model to which both words are unlikely is asked exactly as well.
    odds = [
        np.logaddexp.reduce(found[: len(ids)]) - np.logaddexp.reduce(found[len(ids) :])
        for found, ids in zip(logprobs, yes, strict=True)
    ]
    return [float(each) for each in probability(np.array(odds))]


def _first_ids(encoder: ChatEncoder, words: Sequence[str]) -> list[int]:
    """The tokens that words begin with, each once."""
    return sorted({encoder.encode_text(word)[0] for word in words})
