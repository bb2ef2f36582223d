"""Tokens as text on stdout while they come."""

import sys
from typing import Any


class TextStream:
    """Prints whole characters as soon as their last byte has come.

    Args:
        tokenizer: decodes the ids.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._ids: list[int] = []
        self._printed = ""

    def add(self, _: int, token: int) -> None:
        """Take one more token (a ``TokenCallback``)."""
        self._ids.append(token)
        text = self._tokenizer.decode(self._ids, clean_up_tokenization_spaces=False)
        # A character of several tokens shows as U+FFFD until its last byte has come.
        if not text.endswith("\ufffd"):
            self._print(text)

    def close(self) -> None:
        """Print what is left, and end the line."""
        self._print(self._tokenizer.decode(self._ids, clean_up_tokenization_spaces=False))
        print(flush=True)

    def _print(self, text: str) -> None:
        sys.stdout.write(text.removeprefix(self._printed))
        sys.stdout.flush()
        self._printed = text
