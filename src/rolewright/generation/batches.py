"""Which prompts are read together, and what they all start with, computed once."""

from collections.abc import Iterator, Sequence
from typing import Any

from rolewright.generation.decode import TokenCallback
from rolewright.models.qwen1.long_context import stands_alone
from rolewright.prefix.cache import NO_PREFIX, PrefixCache, compute_prefix, shared_prefix


def divide(
    model: Any, prompts: Sequence[Sequence[int]], batch_size: int, beginning: PrefixCache
) -> Iterator[tuple[list[int], PrefixCache]]:
    """Divide prompts into batches.

    Args:
        model: that is to read them.
        prompts: token ids, each shape (tokens,).
        batch_size: of the largest batch; one by one where layers attend within a window.
        beginning: computed before; what the prompts have in common with it is not computed again.

    Yields:
        Indices of prompts, and what these all start with.
    """
    attends_fully = _attends_fully(model)
    if not attends_fully:
        batch_size = 1  # padding would count as context inside a sliding window
    together = [p for p in prompts if not stands_alone(model.config, len(p))]
    prefix = NO_PREFIX
    if len(together) == 1 and attends_fully:
        prefix = beginning.part(together[0][:-1])
    elif attends_fully:
        prefix = compute_prefix(model, shared_prefix(together), beginning)
    # Prompts of like length stand together: less padding. Those that stand alone come last.
    order = sorted(range(len(prompts)), key=lambda index: len(prompts[index]))
    starts = [*range(0, len(together), batch_size), *range(len(together), len(order))]
    for first, end in zip(starts, [*starts[1:], len(order)], strict=True):
        yield order[first:end], prefix if first < len(together) else NO_PREFIX


def common_beginning(model: Any, prompts: Sequence[Sequence[int]]) -> PrefixCache:
    """What prompts all start with, computed; nothing where it could not be used.

    Args:
        model: that is to read them.
        prompts: token ids, each shape (tokens,); of a single one all but the last token.
    """
    if not _attends_fully(model):
        return NO_PREFIX
    together = [p for p in prompts if not stands_alone(model.config, len(p))]
    return compute_prefix(model, shared_prefix(together))


def _attends_fully(model: Any) -> bool:
    """Whether every layer sees the whole context, so that padding and a prefix are exact."""
    kinds = getattr(model.config, "layer_types", None) or ["full_attention"]
    return set(kinds) == {"full_attention"}


def for_rows(on_token: TokenCallback | None, rows: Sequence[int]) -> TokenCallback | None:
    """A callback that is told of a batch's tokens by their rows among all prompts."""
    if on_token is None:
        return None
    return lambda index, token: on_token(rows[index], token)
