"""A model one can ask: a base model, or a bundle."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from rolewright.bundle.read import Bundle
from rolewright.conversations.conversation import Conversation
from rolewright.errors import Fault, UserError
from rolewright.generation.batches import common_beginning, divide
from rolewright.generation.decode import Generation, TokenCallback, generate, next_token_logprobs
from rolewright.generation.sampling import GREEDY, Sampling
from rolewright.generation.trace import NO_TAP, Tap
from rolewright.models.builtin import Say
from rolewright.models.fingerprint import fingerprint_model
from rolewright.models.load import Precision, load_model, load_tokenizer, locate_model
from rolewright.models.quantization import Quantization, quantization_obstacle
from rolewright.models.qwen1.long_context import context_limit
from rolewright.prefix.cache import NO_PREFIX, PrefixCache
from rolewright.tokens.chat_format import Thinking
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
        prompts = [self._prompt(each, max_new_tokens) for each in conversations]
        given = {
            index: self._response(conversations[index], text, max_new_tokens)
            for index, text in enumerate(responses or ())
            if text is not None
        }
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
                on_token=_for_rows(on_token, rows),
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
        prompts = [self._prompt(each, max_new_tokens) for each in conversations]
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
        prompts = [self._prompt(each, 1) for each in conversations]
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

    def _prompt(self, conversation: Conversation, max_new_tokens: int) -> list[int]:
        ids = self.encoder.encode_prompt(conversation.system, conversation.prompt)
        if max_new_tokens > self.room(len(ids)):
            raise UserError(
                Fault(
                    conversation.place,
                    f"{len(ids)} prompt tokens and {max_new_tokens} of the answer do not fit",
                    f"at most {self.room(0)} tokens together",
                    "shorten the conversation, or allow fewer answer tokens",
                )
            )
        return ids

    def _response(self, conversation: Conversation, text: str, max_new_tokens: int) -> list[int]:
        place = replace(conversation.place, key="response")
        try:
            ids = self.encoder.encode_answer(text)
        except ValueError as error:
            raise UserError(Fault(place, str(error), fix="leave its think block out")) from error
        if len(ids) > max_new_tokens:
            expected = f"at most {max_new_tokens}, as the model's own answers"
            found = f"it has {len(ids)} tokens"
            raise UserError(Fault(place, found, expected, "raise --max-new-tokens"))
        return ids

    def _answer(self, generation: Generation, prompt_tokens: int) -> Answer:
        tokenizer = self.encoder.tokenizer
        text = tokenizer.decode(
            generation.token_ids, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        tokens = token_texts(generation.token_ids, tokenizer)
        reasoning, text = self.encoder.split_answer(text)
        return Answer(text.strip(), tokens, generation, prompt_tokens, reasoning.strip())


def load_chat_model(
    name: str,
    *,
    precision: Precision = "auto",
    say: Say = print,
    thinking: Thinking | None = None,
) -> ChatModel:
    """Load a base model by hub id, folder or built-in name.

    Args:
        name: of the model.
        precision: of its weights.
        say: told in plain words what is happening.
        thinking: whether it reasons before it answers; None = not, if it can be told so.

    Raises:
        UserError: it cannot be loaded, or speaks no ChatML.
    """
    encoder = ChatEncoder(load_tokenizer(name, say), name, thinking=thinking)
    return ChatModel(name, encoder, load_model(name, precision=precision, say=say))


def load_bundle_model(
    bundle: Bundle, *, precision: Precision = "auto", say: Say = print
) -> ChatModel:
    """Load a bundle's tuned model.

    Raises:
        UserError: the base model is not the one that was trained, or cannot be loaded.
    """
    encoder = ChatEncoder(load_tokenizer(str(bundle.tokenizer_folder), say), str(bundle.folder))
    model = load_model(
        bundle.weights,
        adapter=bundle.adapter_folder,
        precision=precision,
        quantization=_quantization(bundle, say),
        say=say,
    )
    if bundle.adapter_folder is not None:
        check_base_model(bundle, say)
    return ChatModel(str(bundle.folder), encoder, model)


def _quantization(bundle: Bundle, say: Say) -> Quantization:
    """That of the training where this machine can do it, else none."""
    trained: Quantization = bundle.manifest.settings.get("quantization", "none")
    obstacle = None if trained == "none" else quantization_obstacle()
    if obstacle is None:
        return trained
    say(
        f"trained on a base model in {trained}; here it is not quantised, as {obstacle}: "
        "answers may differ a little"
    )
    return "none"


def check_base_model(bundle: Bundle, say: Say) -> None:
    """Make sure that the base model is the one that a bundle was trained on.

    Raises:
        UserError: it is another.
    """
    record = bundle.manifest.base_model
    found = fingerprint_model(locate_model(record.name, say))
    if found != record.fingerprint:
        raise UserError.at(
            record.name,
            f"this is not the base model that {bundle.folder} was trained on",
            expected=f"fingerprint {record.fingerprint}, found {found}",
            fix="restore the base model, or train the bundle again",
        )


def _for_rows(on_token: TokenCallback | None, rows: list[int]) -> TokenCallback | None:
    if on_token is None:
        return None
    return lambda index, token: on_token(rows[index], token)
