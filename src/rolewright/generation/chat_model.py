"""A model one can ask."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from rolewright.conversations.conversation import Conversation
from rolewright.errors import Fault, UserError
from rolewright.generation.batches import common_beginning, divide, for_rows
from rolewright.generation.decode import Generation, TokenCallback, generate, next_token_logprobs
from rolewright.generation.sampling import GREEDY, Sampling
from rolewright.generation.trace import NO_TAP, Tap
from rolewright.models.qwen1.long_context import context_limit
from rolewright.prefix.cache import NO_PREFIX, PrefixCache
from rolewright.tokens.chatml import ChatEncoder
from rolewright.tokens.render import token_texts


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model answered.

    Attributes:
        text: the answer without control tokens, and without the reasoning before it.
        tokens: text of each token, length (tokens,).
        generation: ids and scores; its score lists are one longer where the model ended itself.
        prompt_tokens: length of the prompt.
        reasoning: what a model that is to think wrote in its think block; "" for others. Where
            the token limit cut it there, ``text`` is empty.
    """

    text: str
    tokens: list[str]
    generation: Generation
    prompt_tokens: int
    reasoning: str = ""


@dataclass(frozen=True, slots=True)
class ChatModel:
    """A loaded model with the encoder of its chat format.

    Attributes:
        name: as the user gave it.
        encoder: of its tokenizer.
        model: in evaluation mode.
        read: what many prompts start with; as much of it as a prompt has is not computed again.
            Empty where layers attend within a window.
    """

    name: str
    encoder: ChatEncoder
    model: Any
    read: PrefixCache = NO_PREFIX

    @property
    def stop_ids(self) -> frozenset[int]:
        """Ids that end an answer."""
        configured = self.model.generation_config.eos_token_id
        configured = configured if isinstance(configured, list) else [configured]
        end_of_text = self.encoder.tokenizer.backend_tokenizer.token_to_id("<|endoftext|>")
        ids = [self.encoder.end_id, end_of_text, *configured]
        return frozenset(token for token in ids if token is not None)

    def room(self, prompt_tokens: int) -> int:
        """How many tokens of an answer the context has room for behind a prompt."""
        return context_limit(self.model.config) - prompt_tokens

    def answer(
        self,
        conversations: Sequence[Conversation],
        *,
        max_new_tokens: int = 256,
        sampling: Sampling = GREEDY,
        batch_size: int = 32,
        responses: Sequence[str | None] | None = None,
        tap: Tap = NO_TAP,
        on_token: TokenCallback | None = None,
        on_answers: Callable[[dict[int, Answer]], None] | None = None,
    ) -> list[Answer]:
        """Answer the last user turn of each conversation, under its own system message.

        Args:
            conversations: with their effective system messages; a final assistant turn is ignored.
            max_new_tokens: limit on an answer's length.
            sampling: greedy unless told otherwise.
            batch_size: prompts decoded together; one by one where layers attend within a window.
            responses: texts that are scored as the answers, for some conversations.
            tap: what to keep of the decoding pass for each answer.
            on_token: told (index, token id) of every token.
            on_answers: told the answers of each batch by index, as soon as they are ready.

        Raises:
            UserError: a prompt and its answer do not fit into the model's context, or a response
                is none that the model could have given.
        """
        prompts = self._prompts(conversations, max_new_tokens)
        texts = {row: text for row, text in enumerate(responses or ()) if text is not None}
        given = self._given(conversations, texts, max_new_tokens)
        answers: dict[int, Answer] = {}
        for rows, prefix in divide(self.model, prompts, batch_size, self.read):
            generations = generate(
                self.model,
                [prompts[row] for row in rows],
                stop_ids=self.stop_ids,
                max_new_tokens=max_new_tokens,
                sampling=replace(
                    sampling,
                    seed=sampling.seed + len(answers),
                    given={index: given[row] for index, row in enumerate(rows) if row in given},
                ),
                prefix=prefix,
                tap=tap,
                on_token=for_rows(on_token, rows),
            )
            ready = {
                row: self._answer(generation, len(prompts[row]))
                for row, generation in zip(rows, generations, strict=True)
            }
            answers |= ready
            if on_answers is not None:
                on_answers(ready)
        return [answers[index] for index in range(len(prompts))]

    def having_read(
        self, conversations: Sequence[Conversation], *, max_new_tokens: int
    ) -> "ChatModel":
        """The same model, with what the prompts of conversations all start with computed once.

        Args:
            conversations: with their effective system messages; a final assistant turn is ignored.
            max_new_tokens: limit on an answer's length.

        Raises:
            UserError: a prompt and its answer do not fit into the model's context.
        """
        prompts = self._prompts(conversations, max_new_tokens)
        return replace(self, read=common_beginning(self.model, prompts))

    def first_token_logprobs(
        self,
        conversations: Sequence[Conversation],
        token_ids: Sequence[Sequence[int]],
        *,
        batch_size: int = 32,
    ) -> list[list[float]]:
        """How probable tokens are as the first of the answer to each conversation's last user turn.

        Args:
            conversations: with their effective system messages; a final assistant turn is ignored.
            token_ids: of each conversation, the ids that are asked about.
            batch_size: prompts read together; one by one where layers attend within a window.

        Returns:
            Natural log-probabilities of the same shape as ``token_ids``.

        Raises:
            UserError: a prompt does not fit into the model's context.
        """
        prompts = self._prompts(conversations, 1)
        found: dict[int, list[float]] = {}
        for rows, prefix in divide(self.model, prompts, batch_size, self.read):
            batch = [prompts[row] for row in rows]
            logprobs = next_token_logprobs(self.model, batch, prefix=prefix)
            for row, of_row in zip(rows, logprobs, strict=True):
                found[row] = of_row[list(token_ids[row])].tolist()
        return [found[index] for index in range(len(prompts))]

    @contextmanager
    def without_adapter(self) -> Iterator["ChatModel"]:
        """The base model under the adapter, for as long as the context lasts."""
        with self.model.disable_adapter():
            yield replace(self, read=NO_PREFIX)

    def _prompts(
        self, conversations: Sequence[Conversation], max_new_tokens: int
    ) -> list[list[int]]:
        prompts = [self.encoder.encode_prompt(each.system, each.prompt) for each in conversations]
        faults = [
            Fault(
                conversation.place,
                f"{len(ids)} prompt tokens and {max_new_tokens} of the answer do not fit",
                f"at most {self.room(0)} tokens together",
                "shorten the conversation, or allow fewer answer tokens",
            )
            for conversation, ids in zip(conversations, prompts, strict=True)
            if max_new_tokens > self.room(len(ids))
        ]
        if faults:
            raise UserError(*faults)
        return prompts

    def _given(
        self, conversations: Sequence[Conversation], texts: dict[int, str], max_new_tokens: int
    ) -> dict[int, list[int]]:
        given, faults = {}, []
        expected = f"at most {max_new_tokens}, as the model's own answers"
        for row, text in texts.items():
            place = replace(conversations[row].place, key="response")
            try:
                given[row] = ids = self.encoder.encode_answer(text)
            except ValueError as error:
                faults.append(Fault(place, str(error), fix="leave its think block out"))
                continue
            if len(ids) > max_new_tokens:
                found = f"it has {len(ids)} tokens"
                faults.append(Fault(place, found, expected, "raise --max-new-tokens"))
        if faults:
            raise UserError(*faults)
        return given

    def _answer(self, generation: Generation, prompt_tokens: int) -> Answer:
        tokenizer = self.encoder.tokenizer
        text = tokenizer.decode(
            generation.token_ids, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        tokens = token_texts(generation.token_ids, tokenizer)
        reasoning, text = self.encoder.split_answer(text)
        return Answer(text.strip(), tokens, generation, prompt_tokens, reasoning.strip())
