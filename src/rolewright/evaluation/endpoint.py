"""An OpenAI-compatible endpoint: many chat requests at once, with patience for passing failures."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rolewright.errors import Fault, Place, UserError

API_KEY = "OPENAI_API_KEY"
"""Environment variable that the key is read from; an endpoint without keys needs none."""
_TOO_LONG = ("context_length_exceeded", "context length", "context size", "context window")
"""How OpenAI, vLLM, SGLang and llama.cpp say that a prompt and its answer do not fit."""
_REFUSED = {400, 413, 422}
_SHOWN = 200
"""Characters of what is no chat completion."""


@dataclass(frozen=True, slots=True)
class Request:
    """One chat request.

    Attributes:
        messages: each with ``role`` and ``content``.
        settings: ``max_tokens``, ``temperature``, ``top_p``, ``seed`` …
    """

    messages: Sequence[Mapping[str, str]]
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Completion:
    """What came back.

    Attributes:
        text: without white space around it.
        model: that answered, by the name that the server reports; else the one that was asked for.
        prompt_tokens, output_tokens: how many; None where the server does not say.
        stopped: whether the model ended the answer itself.
        fits: whether the request fits into the model's context; else there is no answer.
    """

    text: str
    model: str
    prompt_tokens: int | None
    output_tokens: int | None
    stopped: bool
    fits: bool = True


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A model that is asked by ``POST URL/chat/completions``.

    A request that fails for a passing reason (no connection, a timeout, status 408, 409, 429 or
    5xx) is sent again after a pause that doubles each time, up to eight seconds; or, where the
    server asks for a pause of at most two minutes (``Retry-After``), after that one.

    Attributes:
        url: up to and with ``/v1``.
        model: its name there.
        concurrency: requests on their way at once.
        retries: of a request, before the run ends.
        timeout_seconds: that a request may take.
        key: the environment variable with the key.
    """

    url: str
    model: str
    concurrency: int = 8
    retries: int = 10
    timeout_seconds: float = 120.0
    key: str = API_KEY

    def complete(
        self, requests: Sequence[Request], on_completion: Callable[[int, Completion], None]
    ) -> None:
        """Send requests.

        Args:
            requests: to send.
            on_completion: told each request's index and what came back, in the order of arrival.

        Raises:
            UserError: a request fails for good.
        """
        asyncio.run(self._complete(requests, on_completion))

    async def _complete(
        self, requests: Sequence[Request], on_completion: Callable[[int, Completion], None]
    ) -> None:
        from openai import AsyncOpenAI

        gate = asyncio.Semaphore(self.concurrency)
        client = AsyncOpenAI(
            base_url=self.url,
            api_key=os.environ.get(self.key) or "none",
            max_retries=self.retries,
            timeout=self.timeout_seconds,
        )

        async def send(index: int, request: Request) -> None:
            async with gate:
                completion = await self._send(client, request)
            on_completion(index, completion)

        try:
            async with client, asyncio.TaskGroup() as group:
                for index, request in enumerate(requests):
                    group.create_task(send(index, request))
        except BaseExceptionGroup as errors:
            # The first request that is given up cancels the others; they need no word of their own.
            for error in errors.exceptions:
                if isinstance(error, UserError):
                    raise error from None
            raise

    async def _send(self, client: Any, request: Request) -> Completion:
        from openai import APIConnectionError, APIError, APIStatusError, BaseModel

        try:
            done = await client.chat.completions.create(
                model=self.model, messages=request.messages, **request.settings
            )
        except APIStatusError as error:
            said = f"{error.code} {error}"
            if error.status_code in _REFUSED and any(words in said for words in _TOO_LONG):
                return Completion("", self.model, None, 0, stopped=False, fits=False)
            pause = error.response.headers.get("retry-after")
            asked = f" (it asks for a pause of {pause})" if pause else ""
            raise self._error(f"status {error.status_code}: {error.message}{asked}") from error
        except APIConnectionError as error:
            cause = error.__cause__ or error
            raise self._error(f"{error.message} {cause}") from error
        except APIError as error:
            raise self._error(error.message) from error
        # The client checks no shapes: a page of HTML comes as a text, an error as empty fields.
        choices = getattr(done, "choices", None)
        choice: Any = choices[0] if isinstance(choices, list) and choices else None
        message = getattr(choice, "message", None)
        if message is None or not isinstance(message.content, str | None):
            is_object = isinstance(done, BaseModel)
            said = done.to_json(indent=None, warnings=False) if is_object else str(done)
            raise self._error(f"this is no chat completion: {said[:_SHOWN]!r}")
        usage = done.usage
        return Completion(
            text=_encodable((message.content or "").strip()),
            model=done.model or self.model,
            prompt_tokens=usage.prompt_tokens if usage else None,
            output_tokens=usage.completion_tokens if usage else None,
            stopped=choice.finish_reason == "stop",
        )

    def _error(self, found: str) -> UserError:
        return UserError(
            Fault(
                Place(self.url),
                f"asked for {self.model!r}, the endpoint fails: {found}",
                fix=f"see that it runs and serves this model (key: ${self.key}); with --out the "
                "same evaluation goes on where it stopped",
            )
        )


def _encodable(text: str) -> str:
    """A text without halves of surrogate pairs, which JSON can spell and UTF-8 cannot."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
