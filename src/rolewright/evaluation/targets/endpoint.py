"""A model behind an OpenAI-compatible endpoint (vLLM, SGLang, llama.cpp, a hosted one)."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rolewright.conversations.conversation import Conversation
from rolewright.errors import Fault, Place, UserError
from rolewright.evaluation.targets.target import OnReplies, Reply
from rolewright.generation.sampling import Sampling

API_KEY = "OPENAI_API_KEY"
"""Environment variable that the key is read from; an endpoint without keys needs none."""
_TOO_LONG = ("context_length_exceeded", "context length", "context size", "context window")
"""How OpenAI, vLLM, SGLang and llama.cpp say that a prompt and its answer do not fit."""
_REFUSED = {400, 413, 422}


def refuse_texts(url: str) -> UserError:
    """An endpoint tells how probable its own answers are, not how probable a given text is."""
    return UserError.at(
        "--perplexity",
        f"{url} cannot say how probable a given text is",
        expected="a bundle or a model in this process",
        fix="leave --perplexity out here, and run it on the bundle itself",
    )


@dataclass(frozen=True, slots=True)
class EndpointTarget:
    """A model that is asked by ``POST URL/chat/completions``.

    A request that fails for a passing reason (no connection, a timeout, status 408, 409, 429 or
    5xx) is sent again after a pause that doubles each time, up to eight seconds.

    Attributes:
        url: up to and with ``/v1``.
        model: its name there.
        concurrency: requests on their way at once.
        retries: of a request, before the run ends.
        timeout_seconds: that a request may take.
    """

    url: str
    model: str
    concurrency: int = 8
    retries: int = 10
    timeout_seconds: float = 120.0

    def answer(
        self,
        conversations: Sequence[Conversation],
        *,
        max_new_tokens: int,
        sampling: Sampling,
        on_replies: OnReplies,
    ) -> None:
        """As ``Target`` says; replies come in the order in which they arrive."""
        asyncio.run(self._answer(conversations, max_new_tokens, sampling, on_replies))

    def score(self, conversations: Sequence[Conversation], *, on_replies: OnReplies) -> None:
        """Refused: there are no weights here."""
        raise refuse_texts(self.url)

    async def _answer(
        self,
        conversations: Sequence[Conversation],
        max_new_tokens: int,
        sampling: Sampling,
        on_replies: OnReplies,
    ) -> None:
        from openai import AsyncOpenAI

        gate = asyncio.Semaphore(self.concurrency)
        client = AsyncOpenAI(
            base_url=self.url,
            api_key=os.environ.get(API_KEY) or "none",
            max_retries=self.retries,
            timeout=self.timeout_seconds,
        )

        async def ask(index: int, conversation: Conversation) -> None:
            async with gate:
                settings = {"max_tokens": max_new_tokens, "temperature": sampling.temperature}
                settings |= {"top_p": sampling.top_p, "seed": sampling.seed + index}
                reply = await self._ask(client, _messages(conversation), settings)
            on_replies({index: reply})

        try:
            async with client, asyncio.TaskGroup() as group:
                for index, conversation in enumerate(conversations):
                    group.create_task(ask(index, conversation))
        except BaseExceptionGroup as errors:
            # The first request that is given up cancels the others; they need no word of their own.
            for error in errors.exceptions:
                if isinstance(error, UserError):
                    raise error from None
            raise

    async def _ask(
        self, client: Any, messages: list[dict[str, str]], settings: dict[str, Any]
    ) -> Reply:
        from openai import APIConnectionError, APIError, APIStatusError

        try:
            done = await client.chat.completions.create(
                model=self.model, messages=messages, **settings
            )
        except APIStatusError as error:
            said = f"{error.code} {error}"
            if error.status_code in _REFUSED and any(words in said for words in _TOO_LONG):
                return Reply("", None, 0, stopped=False, fits=False)
            raise self._error(f"status {error.status_code}: {error.message}") from error
        except APIConnectionError as error:
            cause = error.__cause__ or error
            raise self._error(f"{error.message} {cause}") from error
        except APIError as error:
            raise self._error(error.message) from error
        [choice] = done.choices
        usage = done.usage
        return Reply(
            text=(choice.message.content or "").strip(),
            prompt_tokens=usage.prompt_tokens if usage else None,
            output_tokens=usage.completion_tokens if usage else None,
            stopped=choice.finish_reason == "stop",
        )

    def _error(self, found: str) -> UserError:
        return UserError(
            Fault(
                Place(self.url),
                f"asked for {self.model!r}, the endpoint fails: {found}",
                fix=f"see that it runs and serves this model (key: ${API_KEY}); with --out the "
                "same command goes on where this run stopped",
            )
        )


def _messages(conversation: Conversation) -> list[dict[str, str]]:
    turns = [{"role": turn.role, "content": turn.content} for turn in conversation.prompt]
    if conversation.system is not None:
        turns.insert(0, {"role": "system", "content": conversation.system})
    return turns
