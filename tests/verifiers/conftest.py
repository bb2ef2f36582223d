from collections.abc import Callable
from typing import Any

import pytest

from rolewright.conversations.conversation import Conversation, Message
from rolewright.errors import Place
from rolewright.verifiers import Verdict, find_verifier

Judge = Callable[..., Verdict]


@pytest.fixture(scope="session")
def judge() -> Judge:
    """Run a verifier as a role file does: by name, with parameters that were validated."""

    def run(
        name: str, text: str, *, user: str = "Hello", system: str | None = None, **parameters: Any
    ) -> Verdict:
        verifier = find_verifier(name)
        assert verifier is not None, name
        conversation = Conversation(
            messages=(Message("user", user), Message("assistant", text)),
            system=system,
            id="test:1",
            place=Place("test.jsonl", 1),
        )
        return verifier(text, conversation, verifier.parameters(**parameters).model_dump())

    return run
