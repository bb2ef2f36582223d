"""ChatML: the ids of prompts and conversations, with exact loss masks."""

from array import array
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from itertools import chain
from typing import Any, Literal

from rolewright.conversations.conversation import Conversation, Message
from rolewright.errors import UserError
from rolewright.tokens.chat_format import END, START, ChatFormat, Thinking, observe_chat_format
from rolewright.tokens.example import Example, Run, Segment, examples_of, join
from rolewright.tokens.plain_text import control_ids, plain_copy
from rolewright.tokens.qwen_preprocess import qwen_system, qwen_turn
from rolewright.tokens.think_blocks import CLOSING, OPENING, split_reasoning, think_block_faults

LossKind = Literal["assistant", "qwen"]
"""``assistant``: the assistants' content and end token. ``qwen``: as Qwen's ``finetune.py``."""

_BATCH = 2048  # conversations encoded together: enough for all cores, little memory


class ChatEncoder:
    """Turns conversations into ids for one tokenizer.

    Texts that people wrote go through a copy of the tokenizer that knows no control tokens, so
    ``<|im_end|>`` in a message is encoded as the characters it consists of.

    Args:
        tokenizer: a transformers fast tokenizer with ChatML tokens.
        name: the model's name, for errors.
        thinking: whether the model reasons before it answers; None = not, if its template can
            be told so. A bundle's template has it settled.

    Raises:
        UserError: the tokenizer's template is not ChatML, or does not think as it is told.
    """

    def __init__(
        self, tokenizer: Any, name: str = "tokenizer", *, thinking: Thinking | None = None
    ) -> None:
        self.tokenizer = tokenizer
        self.format: ChatFormat = observe_chat_format(tokenizer, name, thinking)
        self.start_id: int = tokenizer.convert_tokens_to_ids(START)
        self.end_id: int = tokenizer.convert_tokens_to_ids(END)

    @cached_property
    def _plain_tokenizer(self) -> Any:
        return plain_copy(self.tokenizer)

    @cached_property
    def _control_ids(self) -> frozenset[int]:
        return control_ids(self.tokenizer)

    def encode_text(self, text: str) -> list[int]:
        """Encode a text in which nothing is a control token."""
        ids: list[int] = self._plain_tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def encode_system(self, system: str | None) -> list[int]:
        """The system block: no ids when absent (None), a block without text when empty ("")."""
        return self._encode(self._system(system)).ids.tolist()

    def encode_prompt(self, system: str | None, messages: Sequence[Message]) -> list[int]:
        """The ids after which the model writes its answer.

        Args:
            system: the system text; None = absent, "" = empty.
            messages: turns that end with the user.
        """
        turns = chain.from_iterable(map(self._turn, messages))
        runs = [*self._system(system), *turns, Run(self._answer_start, False)]
        return self._encode(runs).ids.tolist()

    def control_tokens_of_text(self, system: str | None, messages: Sequence[Message]) -> int:
        """How many control tokens of a prompt are not its format's own, where 0 is right.

        Args:
            system: as for ``encode_prompt``.
            messages: as for ``encode_prompt``.
        """
        no_system = None if system is None else ""
        no_text = [Message(message.role, "") for message in messages]
        prompt, frame = self.encode_prompt(system, messages), self.encode_prompt(no_system, no_text)
        found, expected = (sum(id_ in self._control_ids for id_ in ids) for ids in (prompt, frame))
        return found - expected

    def encode_answer(self, text: str) -> list[int]:
        """The ids that a model writes after its prompt where ``text`` is its answer.

        Args:
            text: with its reasoning in a think block, for a model that is to think.

        Raises:
            ValueError: it opens another think block than the prompt has opened or closed for it.
        """
        message = Message("assistant", text)
        if self.format.thinks:
            runs = self._written_answer(message)
        else:
            runs = self._answer(self._answer_start, self._trim(text), of=message)
        ids, supplied = self._encode(runs[:-1]).ids.tolist(), self._answer_start.tolist()
        if ids[: len(supplied)] != supplied:
            raise ValueError("the prompt settles otherwise whether the model reasons")
        return ids[len(supplied) :]

    def encode_conversation(
        self,
        conversation: Conversation,
        *,
        loss: LossKind = "assistant",
        max_length_tokens: int | None = None,
    ) -> Example:
        """Encode one conversation: the last example that ``encode_conversations`` makes of it."""
        return self.encode_conversations(
            [conversation], loss=loss, max_length_tokens=max_length_tokens
        )[-1]

    def encode_conversations(
        self,
        conversations: Sequence[Conversation],
        *,
        loss: LossKind = "assistant",
        max_length_tokens: int | None = None,
    ) -> list[Example]:
        """Encode whole conversations with their loss masks, on all cores.

        Most models get one example a conversation. The template of a thinking model shows earlier
        answers otherwise than the model writes them, so that it gets one example a trained answer:
        what came before as the template shows it, then the answer as the model writes it.

        Args:
            conversations: with their effective system messages (``role.resolve`` decides which).
            loss: what is trained.
            max_length_tokens: exchanges that end behind it are left out; None = no limit.

        Returns:
            In order, at least one a conversation; one without ids where nothing fits.

        Raises:
            UserError: the template has think blocks, and ``loss`` is ``qwen`` or a text has
                markers of such blocks where they do not belong.
        """
        if self.format.thinks:
            _refuse_for_thinking(conversations, loss)
        examples: list[Example] = []
        systems: dict[str | None, Segment] = {}
        starts = range(0, len(conversations), _BATCH)
        batches = [conversations[start : start + _BATCH] for start in starts]
        # The next batch is tokenised while this one is put together.
        with ThreadPoolExecutor(1) as ahead:
            encoded_batches = ahead.map(partial(self._encode_batch, loss=loss), batches)
            for batch, (drafts, encoded) in zip(batches, encoded_batches, strict=True):
                for conversation, renderings in zip(batch, drafts, strict=True):
                    system = systems.get(conversation.system)
                    if system is None:
                        system = join(self._system(conversation.system, loss), encoded)
                        systems[conversation.system] = system
                    segments = [[join(turn, encoded) for turn in turns] for turns in renderings]
                    examples += examples_of(
                        conversation, system, segments, max_length_tokens, whole=self.format.thinks
                    )
        return examples

    def _encode_batch(
        self, batch: Sequence[Conversation], loss: LossKind
    ) -> "tuple[list[list[list[list[Run]]]], dict[str, array[int]]]":
        """The renderings of conversations, and the ids of all texts in them."""
        drafts = [self._drafts(conversation, loss) for conversation in batch]
        systems = dict.fromkeys(conversation.system for conversation in batch)
        blocks = chain.from_iterable(self._system(system, loss) for system in systems)
        turns = chain.from_iterable(chain.from_iterable(drafts))
        return drafts, self._encode_texts(chain(blocks, chain.from_iterable(turns)))

    def split_answer(self, text: str) -> tuple[str, str]:
        """Split what the model wrote after its prompt into its reasoning and its answer."""
        if self.format.thinking == "off":
            return "", text
        opened = OPENING in self.format.answer_prefix or text.lstrip().startswith(OPENING)
        if opened and CLOSING not in text:  # the token limit cut it while it was reasoning
            return text.rpartition(OPENING)[2], ""
        return split_reasoning(text)

    def _drafts(self, conversation: Conversation, loss: LossKind) -> list[list[list[Run]]]:
        """The renderings of a conversation that are trained: runs, turn by turn."""
        messages = conversation.messages
        if loss == "qwen":
            return [[qwen_turn(message, self._control) for message in messages]]
        turns = [self._turn(message) for message in messages]
        if not self.format.thinks:
            return [turns]
        history = [[Run(run.content, False) for run in turn] for turn in turns]
        answers = [index for index, message in enumerate(messages) if message.role == "assistant"]
        trained = [index for index in answers if messages[index].train] or answers[-1:]
        return [[*history[:index], self._written_answer(messages[index])] for index in trained]

    def _system(self, system: str | None, loss: LossKind = "assistant") -> list[Run]:
        if loss == "qwen":
            return qwen_system(system, self._control)
        return [] if system is None else self._block(f"system\n{self._trim(system)}")

    def _turn(self, message: Message) -> list[Run]:
        """A turn as the template shows it when others follow."""
        text = self._trim(message.content)
        if message.role == "user":
            return self._block(f"user\n{text}")
        if self.format.thinks:  # templates of thinking models drop earlier reasoning
            text = split_reasoning(text)[1]
        # An assistant's header is encoded apart from its content, as it is when it generates.
        return self._answer(self._header, text, of=message)

    def _written_answer(self, message: Message) -> list[Run]:
        """The last answer as a thinking model writes it, after what its prompt supplies."""
        reasoning, content = split_reasoning(self._trim(message.content))
        reasoning, content = self._trim(reasoning), content.lstrip("\n")
        supplied = self.format.answer_prefix
        if CLOSING in supplied and not reasoning:
            return self._answer(self._answer_start, content, of=message)
        opening, closing = self._ids_of_template(OPENING), self._ids_of_template(CLOSING)
        rest = (closing, f"\n\n{content}")
        if OPENING in supplied and CLOSING not in supplied:
            start = self._answer_start
            return self._answer(start, f"{reasoning}\n", *rest, of=message)
        # The model opens the block itself, or another one than its prompt would supply.
        body = f"\n{reasoning}\n"
        return self._answer(self._header, opening, body, *rest, of=message)

    def _answer(
        self, supplied: "array[int]", *written: "str | array[int]", of: Message
    ) -> list[Run]:
        content = [Run(part, of.train) for part in written]
        end = Run(self._control[1], of.train and not of.cut)
        return [Run(supplied, False), *content, end, self._line_end]

    def _block(self, body: str) -> list[Run]:
        return [self._block_start, Run(body, False), self._block_end]

    def _trim(self, text: str) -> str:
        return text.strip() if self.format.trims else text

    def _encode(self, runs: Sequence[Run]) -> Segment:
        return join(runs, self._encode_texts(runs))

    def _encode_texts(self, runs: Iterable[Run]) -> "dict[str, array[int]]":
        """The ids of each distinct text, encoded on all cores."""
        texts = list({run.content: None for run in runs if isinstance(run.content, str)})
        encodings = self._plain_tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        pairs = zip(texts, encodings, strict=True)
        return {text: array("i", encoding.ids) for text, encoding in pairs}

    def _ids_of_template(self, text: str) -> "array[int]":
        return array("i", self.tokenizer.encode(text, add_special_tokens=False))

    @cached_property
    def _control(self) -> "tuple[array[int], array[int]]":
        return array("i", [self.start_id]), array("i", [self.end_id])

    @cached_property
    def _block_start(self) -> Run:
        return Run(self._control[0], False)

    @cached_property
    def _line_end(self) -> Run:
        return Run(array("i", self.encode_text("\n")), False)

    @cached_property
    def _block_end(self) -> Run:
        return Run(array("i", [self.end_id, *self.encode_text("\n")]), False)

    @cached_property
    def _header(self) -> "array[int]":
        return array("i", [self.start_id, *self.encode_text("assistant\n")])

    @cached_property
    def _answer_start(self) -> "array[int]":
        """The header with what a generation prompt supplies after it."""
        return self._header + self._ids_of_template(self.format.answer_prefix)


def _refuse_for_thinking(conversations: Iterable[Conversation], loss: LossKind) -> None:
    if loss == "qwen":
        raise UserError.at(
            "loss: qwen",
            "this model's template has think blocks, which Qwen's finetune.py does not know",
            fix="use `loss: assistant`",
        )
    faults = [fault for conversation in conversations for fault in think_block_faults(conversation)]
    if faults:
        raise UserError(*faults)
