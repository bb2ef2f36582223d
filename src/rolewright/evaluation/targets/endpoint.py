"""A model behind an OpenAI-compatible endpoint (vLLM, SGLang, llama.cpp, a hosted one)."""

from collections.abc import Sequence
from dataclasses import dataclass

from rolewright.conversations.conversation import Conversation
from rolewright.errors import UserError
from rolewright.evaluation.endpoint import Completion, Endpoint, Request
from rolewright.evaluation.targets.target import OnReplies, Reply
from rolewright.generation.sampling import Sampling


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
    """A model at an endpoint."""

    endpoint: Endpoint

    def answer(
        self,
        conversations: Sequence[Conversation],
        *,
        max_new_tokens: int,
        sampling: Sampling,
        on_replies: OnReplies,
    ) -> None:
        """As ``Target`` says; replies come in the order in which they arrive."""
        settings = {
            "max_tokens": max_new_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
        }
        requests = [
            Request(_messages(conversation), settings | {"seed": sampling.seed + index})
            for index, conversation in enumerate(conversations)
        ]

        def ready(index: int, done: Completion) -> None:
            reply = Reply(
                done.text, done.prompt_tokens, done.output_tokens, done.stopped, fits=done.fits
            )
            on_replies({index: reply})

        self.endpoint.complete(requests, ready)

    def score(self, conversations: Sequence[Conversation], *, on_replies: OnReplies) -> None:
        """Refused: there are no weights here."""
        raise refuse_texts(self.endpoint.url)


def _messages(conversation: Conversation) -> list[dict[str, str]]:
    turns = [{"role": turn.role, "content": turn.content} for turn in conversation.prompt]
    if conversation.system is not None:
        turns.insert(0, {"role": "system", "content": conversation.system})
    return turns
