"""ChatML: the ids of prompts and conversations, with exact loss masks."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Literal

from rolewright.conversations.conversation import Conversation, Message
from rolewright.errors import UserError
from rolewright.tokens.chat_format import END, START, ChatFormat, observe_chat_format
from rolewright.tokens.example import Example, Segment, assemble
from rolewright.tokens.qwen_preprocess import qwen_segments

LossKind = Literal["assistant", "qwen"]
"""``assistant``: the assistants' content and end token. ``qwen``: as Qwen's ``finetune.py``."""

_REASONING = re.compile(r"\s*<think>(.*?)</think>(.*)", re.DOTALL)
_MARKER = re.compile(r"[<\[].*[>\]]", re.DOTALL)


class ChatEncoder:
    """Turns conversations into ids for one tokenizer.

    Texts that people wrote go through a copy of the tokenizer that knows no control tokens, so
    ``<|im_end|>`` in a message is encoded as the characters it consists of.

    Args:
        tokenizer: a transformers fast tokenizer with ChatML tokens.
        name: the model's name, for errors.

    Raises:
        UserError: the tokenizer's template is not ChatML.
    """

    def __init__(self, tokenizer: Any, name: str = "tokenizer") -> None:
        self.tokenizer = tokenizer
        self.format: ChatFormat = observe_chat_format(tokenizer, name)
        self.start_id: int = tokenizer.convert_tokens_to_ids(START)
        self.end_id: int = tokenizer.convert_tokens_to_ids(END)

    @cached_property
    def _plain_tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        described = json.loads(self.tokenizer.backend_tokenizer.to_str())
        for token in described["added_tokens"]:
            # <think> and <tool_call> steer a model too, though they are not flagged as special.
            token["special"] = token["special"] or bool(_MARKER.fullmatch(token["content"]))
        plain = Tokenizer.from_str(json.dumps(described))
        plain.encode_special_tokens = True  # as any other text, that is
        plain.no_padding()
        plain.no_truncation()
        return plain

    def encode_text(self, text: str) -> list[int]:
        """Encode a text in which nothing is a control token."""
        ids: list[int] = self._plain_tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def encode_system(self, system: str | None) -> list[int]:
        """The system block: no ids when absent (None), a block without text when empty ("")."""
        if system is None:
            return []
        return self._block(self.encode_text(f"system\n{self._trim(system)}"))

    def encode_prompt(self, system: str | None, messages: Sequence[Message]) -> list[int]:
        """The ids after which the model writes its answer.

        Args:
            system: the system text; None = absent, "" = empty.
            messages: turns that end with the user.
        """
        ids = self.encode_system(system)
        for message in messages:
            ids += self._turn(message, last=False).ids
        return [*ids, self.start_id, *self._assistant_header, *self._answer_prefix]

    def encode_conversation(
        self,
        conversation: Conversation,
        *,
        loss: LossKind = "assistant",
        max_length_tokens: int | None = None,
    ) -> Example:
        """Encode a whole conversation with its loss mask.

        Args:
            conversation: with its effective system message (``role.resolve`` decides which).
            loss: what is trained.
            max_length_tokens: exchanges that end behind it are left out; None = no limit.

        Raises:
            UserError: ``loss`` is ``qwen`` and the model's template has think blocks.
        """
        if loss == "qwen":
            self._refuse_thinking()
            control = (self.start_id, self.end_id)
            system, turns = qwen_segments(conversation, self.encode_text, control)
        else:
            ids = self.encode_system(conversation.system)
            system = Segment(ids, [False] * len(ids))
            last = len(conversation.messages) - 1
            turns = [
                self._turn(message, last=index == last)
                for index, message in enumerate(conversation.messages)
            ]
        example = assemble(conversation, system, turns, max_length_tokens)
        if self.format.thinks and example.truncated and example.input_ids:
            # What is now the last answer is rendered as one: with its think block.
            shorter = replace(conversation, messages=conversation.messages[: example.turns])
            again = self.encode_conversation(shorter, max_length_tokens=max_length_tokens)
            return replace(again, truncated=True)
        return example

    def _refuse_thinking(self) -> None:
        if self.format.thinks:
            raise UserError.at(
                "loss: qwen",
                "this model's template has think blocks, which Qwen's finetune.py does not know",
                fix="use `loss: assistant`",
            )

    def _turn(self, message: Message, *, last: bool) -> Segment:
        if message.role == "user":
            ids = self._block(self.encode_text(f"user\n{self._trim(message.content)}"))
            return Segment(ids, [False] * len(ids))
        # An assistant's header is encoded apart from its content, as it is when it generates.
        prefix, content = self._answer(message.content, last=last)
        header = [self.start_id, *self._assistant_header, *prefix]
        trained = [False] * len(header) + [message.train] * (len(content) + 1) + [False]
        return Segment([*header, *content, self.end_id, *self._newline], trained)

    def _answer(self, text: str, *, last: bool) -> tuple[list[int], list[int]]:
        """Split an answer into what the template supplies and what the model has to write."""
        text = self._trim(text)
        if not self.format.thinks:
            return [], self.encode_text(text)
        match = _REASONING.fullmatch(text)
        reasoning = match[1].strip("\n") if match else ""
        content = match[2].lstrip("\n") if match else text
        if not last:  # templates of thinking models drop earlier reasoning from the history
            return [], self.encode_text(content)
        content = content.lstrip("\n")
        if not reasoning:
            return self._answer_prefix, self.encode_text(content)
        opening = self._encode_template_text("<think>\n")
        closing = self._encode_template_text("\n</think>\n\n")
        return [], opening + self.encode_text(reasoning) + closing + self.encode_text(content)

    def _trim(self, text: str) -> str:
        return text.strip() if self.format.trims else text

    def _block(self, body: list[int]) -> list[int]:
        return [self.start_id, *body, self.end_id, *self._newline]

    def _encode_template_text(self, text: str) -> list[int]:
        ids: list[int] = self.tokenizer.encode(text, add_special_tokens=False)
        return ids

    @cached_property
    def _newline(self) -> list[int]:
        return self.encode_text("\n")

    @cached_property
    def _assistant_header(self) -> list[int]:
        return self.encode_text("assistant\n")

    @cached_property
    def _answer_prefix(self) -> list[int]:
        return self._encode_template_text(self.format.answer_prefix)
