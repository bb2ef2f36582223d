"""Encoded examples on disk, so that the same data is tokenised once."""

import hashlib
import json
import os
import tempfile
import zipfile
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rolewright.conversations.conversation import Conversation
from rolewright.models.builtin import Say
from rolewright.tokens.chatml import ChatEncoder
from rolewright.tokens.example import Example

ENCODING_VERSION = 1
"""To be raised whenever the same conversation is encoded otherwise than before."""
MAX_BYTES = 2 * 1024**3
"""Of all files together; those that were not used for longest go first."""

_UNREADABLE = (OSError, ValueError, KeyError, IndexError, EOFError, zipfile.BadZipFile)


def hash_inputs(
    conversations: Sequence[Conversation], encoder: ChatEncoder, settings: dict[str, Any]
) -> str:
    """The hash of everything that decides how conversations are encoded.

    Args:
        conversations: with their effective system messages; where they stand does not count.
        encoder: its vocabulary and chat template count.
        settings: JSON values, such as the loss.
    """
    digest = hashlib.sha256()
    template = encoder.format.template
    digest.update(json.dumps([ENCODING_VERSION, settings, template]).encode())
    digest.update(encoder.tokenizer.backend_tokenizer.to_str().encode())
    systems: dict[str | None, int] = {}  # long, and mostly the same
    for conversation in conversations:
        system = systems.setdefault(conversation.system, len(systems))
        turns = [(turn.role, turn.content, turn.train, turn.cut) for turn in conversation.messages]
        digest.update(repr((system, turns)).encode())
    digest.update(repr(list(systems)).encode())
    return digest.hexdigest()


def remember_examples(key: str, examples: Sequence[Example], say: Say) -> None:
    """Write examples into the cache, whole or not at all; says so where that fails."""
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix="unfinished-", delete=False) as file:
            try:
                np.savez(file, allow_pickle=False, **_columns(examples))
                file.close()
                os.replace(file.name, folder / f"{key}.npz")
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
        _keep_within_bound(folder)
    except OSError as error:
        say(f"encoded examples are not cached: {error}")


def recall_examples(
    key: str, conversations: Sequence[Conversation], say: Say
) -> list[Example] | None:
    """The examples of conversations from the cache, or None where they are not in it.

    Args:
        key: as ``hash_inputs`` gave it for these conversations.
        conversations: they lend the examples their ids, places, system messages and weights.
        say: told that the cache was used, or that a file in it is damaged.
    """
    file = cache_folder() / f"{key}.npz"
    if not file.exists():
        return None
    try:
        with np.load(file, allow_pickle=False) as columns:  # each column is held to its CRC-32
            examples = _examples(dict(columns), conversations)
        file.touch()
    except _UNREADABLE as error:
        say(f"{file} is damaged and ignored: {error}")
        return None
    say(f"encoded examples taken from the cache ({file})")
    return examples


def cache_folder() -> Path:
    """Where encoded examples lie, in the user's cache directory."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("rolewright")) / "examples"


def _keep_within_bound(folder: Path) -> None:
    files = sorted(folder.glob("*.npz"), key=lambda file: file.stat().st_mtime, reverse=True)
    total = 0
    for file in files:
        total += file.stat().st_size
        if total > MAX_BYTES:
            file.unlink(missing_ok=True)


def _columns(examples: Sequence[Example]) -> dict[str, Any]:
    """Examples as flat arrays; system blocks that examples share stand there once."""
    prefixes: dict[int, int] = {}
    blocks: list[array[int]] = []
    prefix = [prefixes.setdefault(id(e.prefix_ids), len(prefixes)) for e in examples]
    for example, number in zip(examples, prefix, strict=True):
        if number == len(blocks):
            blocks.append(example.prefix_ids)
    spans = [position for e in examples for span in e.trained for position in span]
    return {
        "prefix": np.array(prefix, np.int32),
        "prefix_lengths": np.array([len(block) for block in blocks], np.int64),
        "prefix_ids": np.frombuffer(b"".join(map(bytes, blocks)), np.int32),
        "turn_lengths": np.array([len(e.turn_ids) for e in examples], np.int64),
        "turn_ids": np.frombuffer(b"".join(bytes(e.turn_ids) for e in examples), np.int32),
        "span_counts": np.array([len(e.trained) for e in examples], np.int64),
        "spans": np.array(spans, np.int32),
        "truncated": np.array([e.truncated for e in examples], np.bool_),
        "turns": np.array([e.turns for e in examples], np.int32),
        "part": np.array([e.part for e in examples], np.int32),
    }


def _examples(
    columns: dict[str, NDArray[Any]], conversations: Sequence[Conversation]
) -> list[Example]:
    blocks = _cut(columns["prefix_ids"], columns["prefix_lengths"])
    turn_ids = _cut(columns["turn_ids"], columns["turn_lengths"])
    positions = columns["spans"].tolist()
    spans = list(zip(positions[::2], positions[1::2], strict=True))
    rest = (columns[name].tolist() for name in ("prefix", "span_counts", "truncated", "turns"))
    examples: list[Example] = []
    number, first = -1, 0
    rows = zip(turn_ids, columns["part"].tolist(), *rest, strict=True)
    for ids, part, prefix, count, truncated, turns in rows:
        number += part == 0
        source = conversations[number]
        trained = tuple(spans[first : first + count])
        first += count
        examples.append(
            Example(
                id=source.id,
                place=source.place,
                system=source.system,
                prefix_ids=blocks[prefix],
                turn_ids=ids,
                trained=trained,
                truncated=truncated,
                turns=turns,
                part=part,
                weight=source.weight,
            )
        )
    return examples


def _cut(ids: NDArray[Any], lengths: NDArray[Any]) -> "list[array[int]]":
    """Cut an int32 array into pieces of the given lengths."""
    data = ids.astype(np.int32, copy=False).tobytes()
    pieces: list[array[int]] = []
    start = 0
    for length in (lengths * 4).tolist():
        piece = array("i")
        piece.frombytes(data[start : start + length])
        pieces.append(piece)
        start += length
    return pieces
