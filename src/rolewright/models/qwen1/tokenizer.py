"""``qwen.tiktoken`` as a fast tokenizer that gives the ids of Qwen-1's own.

tiktoken joins the two neighbours whose joint rank is lowest, until none has a rank. That is
byte-pair encoding with one merge for each token: the last one that happens when the token itself is
encoded with the ranks below its own. A token that is never reached that way stands only for a whole
word, which is what ``ignore_merges`` does.
"""

import base64
import binascii
from itertools import pairwise
from pathlib import Path
from typing import Any

from rolewright.errors import Fault, Place, UserError
from rolewright.models.qwen1.checkpoint import VOCABULARY
from rolewright.tokens.chat_format import plain_template

SPECIAL_TOKENS = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    *(f"<|extra_{number}|>" for number in range(205)),
)
"""Their ids follow the ranks, in this order (``tokenization_qwen.py``)."""
WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""What is encoded on its own (``PAT_STR`` there)."""
_MOST_FAULTS = 10


def load_qwen1_tokenizer(folder: Path, vocab_size: int) -> Any:
    """Convert the vocabulary of a Qwen-1 checkpoint (about 3 seconds).

    Its ids equal those of Qwen-1's tokenizer, with two exceptions. A combining mark directly behind
    a special token (``<|im_end|>`` and U+0338) would break the token in Qwen-1, which normalises
    first; here it stays a token. A lone surrogate raises, where tiktoken makes it U+FFFD.

    Args:
        folder: of the checkpoint.
        vocab_size: rows of the embedding.

    Returns:
        A ``PreTrainedTokenizerFast`` with a ChatML template that inserts no system message.

    Raises:
        UserError: the vocabulary is missing or broken, or larger than the embedding.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers
    from tokenizers import pre_tokenizers as pre
    from transformers import PreTrainedTokenizerFast

    file = folder / VOCABULARY
    ranks = read_ranks(file)
    if len(ranks) + len(SPECIAL_TOKENS) > vocab_size:
        raise UserError.at(
            file,
            f"{len(ranks)} tokens and {len(SPECIAL_TOKENS)} special ones",
            expected=f"at most {vocab_size}, the rows of the model's embedding",
            fix="take both files from the same checkpoint",
        )
    letters = _byte_letters()
    spelled = {token: "".join(letters[byte] for byte in token) for token in ranks}
    pairs = (find_merge(token, ranks) for token in sorted(ranks, key=ranks.__getitem__))
    merges = [(spelled[left], spelled[right]) for left, right in filter(None, pairs)]
    vocabulary = {spelled[token]: rank for token, rank in ranks.items()}
    backend = Tokenizer(models.BPE(vocabulary, merges, ignore_merges=True))
    backend.normalizer = normalizers.NFC()
    backend.pre_tokenizer = pre.Sequence(
        [
            pre.Split(Regex(WORDS), behavior="isolated"),
            pre.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    backend.decoder = decoders.ByteLevel()
    special = [AddedToken(text, special=True, normalized=False) for text in SPECIAL_TOKENS]
    backend.add_special_tokens(special)
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        chat_template=plain_template(),
        clean_up_tokenization_spaces=False,
    )


def read_ranks(file: Path) -> dict[bytes, int]:
    """Read a tiktoken vocabulary: a line a token, in base64, and its rank.

    Returns:
        Token → rank; the ranks are 0, 1, 2 … and every single byte has one.

    Raises:
        UserError: the file is missing, or with a fault for each of the first broken lines.
    """
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise UserError.at(
            file,
            f"cannot be read: {error.strerror}",
            expected="the vocabulary of a Qwen-1 checkpoint",
            fix="fetch the checkpoint again",
        ) from error
    ranks: dict[bytes, int] = {}
    lines_of_ranks: dict[int, int] = {}
    faults: list[Fault] = []
    for number, line in enumerate(lines, start=1):
        if not line:
            continue
        try:
            encoded, digits = line.split()
            token, rank = base64.b64decode(encoded, validate=True), int(digits)
        except (ValueError, binascii.Error):
            found = f"found {line[:60].decode('utf-8', 'backslashreplace')!r}"
            faults.append(Fault(Place(str(file), number), found, "a token in base64, and its rank"))
            continue
        if token in ranks:
            faults.append(Fault(Place(str(file), number), f"the token {token!r} stands twice"))
        elif rank in lines_of_ranks:
            found = f"the rank {rank} stands twice, first on line {lines_of_ranks[rank]}"
            faults.append(Fault(Place(str(file), number), found))
        ranks[token] = rank
        lines_of_ranks[rank] = number
    if not faults:
        faults = _gaps(file, ranks)
    if faults:
        raise UserError(*faults[:_MOST_FAULTS])
    return ranks


def _gaps(file: Path, ranks: dict[bytes, int]) -> list[Fault]:
    place, expected = Place(str(file)), "all tokens of a Qwen-1 vocabulary"
    fix = "fetch the file again"
    missing = sorted(set(range(len(ranks))) - set(ranks.values()))
    if missing:
        return [Fault(place, f"no token has the rank {missing[0]}", expected, fix)]
    absent = [byte for byte in range(256) if bytes([byte]) not in ranks]
    if absent:
        return [Fault(place, f"the single byte {absent[0]} has no rank", expected, fix)]
    return []


def find_merge(token: bytes, ranks: dict[bytes, int]) -> tuple[bytes, bytes] | None:
    """The two parts of which byte-pair encoding makes a token; None if it never does.

    Args:
        token: has a rank.
        ranks: token → rank.
    """
    parts = [token[index : index + 1] for index in range(len(token))]
    own = ranks[token]
    while len(parts) > 2:
        joint = [ranks.get(a + b, own) for a, b in pairwise(parts)]
        lowest = min(joint)
        if lowest >= own:
            return None
        index = joint.index(lowest)
        parts[index : index + 2] = [parts[index] + parts[index + 1]]
    return (parts[0], parts[1]) if len(parts) == 2 else None


def _byte_letters() -> list[str]:
    """The printable letter by which byte-level tokenizers write each byte (GPT-2's choice)."""
    printable = {*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    letters, unused = [], 0x100
    for byte in range(256):
        if byte in printable:
            letters.append(chr(byte))
        else:
            letters.append(chr(unused))
            unused += 1
    return letters
