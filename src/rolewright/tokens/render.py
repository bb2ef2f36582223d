"""Show the exact token stream of an example, and which of it is trained."""

from collections.abc import Iterable
from typing import Any

from rolewright.tokens.example import Example


def render_example(example: Example, tokenizer: Any) -> dict[str, Any]:
    """One object of ``rolewright render --json``.

    Returns:
        ``id``, ``system`` (the effective text, or None), ``input_ids``, ``labels`` (-100 where not
        trained), ``tokens`` (their texts; a token that holds part of a character shows as U+FFFD)
        and ``truncated``.
    """
    return {
        "schema": "rolewright.render/1",
        "id": example.id,
        "system": example.system,
        "input_ids": list(example.input_ids),
        "labels": list(example.labels),
        "tokens": token_texts(example.input_ids, tokenizer),
        "truncated": example.truncated,
    }


def token_texts(ids: Iterable[int], tokenizer: Any) -> list[str]:
    """The text of each token on its own, length (tokens,)."""
    return [tokenizer.decode([token], clean_up_tokenization_spaces=False) for token in ids]
