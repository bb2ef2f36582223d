"""Reasoning that a model left in its answer: ``<think>…</think>`` as text, which no rule is about.

``Verifier.__call__`` takes it out of every answer before a verifier sees it, so that no verifier
has to know of it, and puts the spans back into the text as it was written.
"""

import re
from dataclasses import dataclass

Span = tuple[int, int]

# A thought that opened in the prompt has only its end in the answer; one that the limit on tokens
# cut off has only its beginning. White space behind a thought belongs to it.
_THOUGHT = re.compile(r"\A(?:(?!<think>).)*?</think>\s*|<think>.*?(?:</think>\s*|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer without its thoughts.

    Attributes:
        text: what is left.
        kept: the pieces of the original that are left, as spans of it, in order.
    """

    text: str
    kept: tuple[Span, ...]

    def original(self, span: Span) -> Span:
        """Translate a non-empty span of ``text`` into one of the text as it was written."""
        return self._place(span[0]), self._place(span[1] - 1) + 1

    def _place(self, offset: int) -> int:
        for start, end in self.kept:
            if offset < end - start:
                return start + offset
            offset -= end - start
        raise IndexError(f"no character at {offset} beyond the end of the answer")


def without_thoughts(text: str) -> Answer:
    """Cut the thoughts out of an answer, and keep the map back to it."""
    if "think>" not in text:
        return Answer(text, ((0, len(text)),))
    kept = []
    position = 0
    for thought in _THOUGHT.finditer(text):
        kept.append((position, thought.start()))
        position = thought.end()
    kept.append((position, len(text)))
    return Answer("".join(text[start:end] for start, end in kept), tuple(kept))
