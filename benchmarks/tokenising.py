"""How fast conversations are tokenised, against ``preprocess`` of Qwen's finetune.py in a loop.

python benchmarks/tokenising.py [--conversations 100000] [--vocabulary qwen.tiktoken]

The vocabulary is Qwen's own; dashscope carries it. ``preprocess`` is written here from its
description. It is measured with the tokenizer as Qwen 1 has it, a slow transformers tokenizer
around tiktoken, and with the bare tiktoken inside, the least that it could take; on a part of the
conversations, since its time is proportional to their number. It pads every row to its limit, so
that its time depends on it: ``ratio`` has our default limit on both sides.
"""

import argparse
import importlib.util
import json
import os
import statistics
import tempfile
import time
import unicodedata
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch

from conversations import Writer, conversations
from rolewright.conversations.conversation import Conversation
from rolewright.tokens.chatml import ChatEncoder
from rolewright.training import example_cache, examples
from rolewright.training.config import TrainingConfig

START, END, PAD, IGNORE = 151644, 151645, 151643, -100
QWEN_LIMIT = 8192  # the default of finetune.py, to which it pads every row
SPECIAL = {"<|endoftext|>": PAD, "<|im_start|>": START, "<|im_end|>": END}
PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
Encode = Callable[[str], list[int]]


def preprocess(
    sources: Sequence[Conversation], encode: Encode, system: str, max_len: int
) -> dict[str, Any]:
    """What Qwen's ``preprocess`` does: one conversation after another, the system message too."""
    newline = encode("\n")
    start_of_system = encode("system") + newline
    input_ids, targets = [], []
    for source in sources:
        block = [START, *start_of_system, *encode(system), END, *newline]
        ids = list(block)
        target = [START] + [IGNORE] * (len(block) - 3) + [END, *newline]
        for message in source.messages:
            role = f"<|im_start|>{message.role}"
            block = encode(role) + newline + encode(message.content) + [END] + newline
            ids += block
            if message.role == "user":
                target += [START] + [IGNORE] * (len(block) - 3) + [END, *newline]
            else:  # it encodes the role three times
                masked = [IGNORE] * len(encode(role))
                answer = block[len(encode(role)) + 1 : -2]
                target += [START, *masked, *answer, END, *newline]
        assert len(ids) == len(target)
        input_ids.append((ids + [PAD] * (max_len - len(ids)))[:max_len])
        targets.append((target + [IGNORE] * (max_len - len(target)))[:max_len])
    ids_tensor = torch.tensor(input_ids, dtype=torch.int)
    labels = torch.tensor(targets, dtype=torch.int)
    return {"input_ids": ids_tensor, "labels": labels, "attention_mask": ids_tensor.ne(PAD)}


def bare_tiktoken(vocabulary: Path) -> Encode:
    import tiktoken
    from tiktoken.load import load_tiktoken_bpe

    ranks = load_tiktoken_bpe(str(vocabulary))
    encoding = tiktoken.Encoding(
        "Qwen", pat_str=PATTERN, mergeable_ranks=ranks, special_tokens=SPECIAL
    )

    def encode(text: str) -> list[int]:
        return encoding.encode(unicodedata.normalize("NFC", text), allowed_special="all")

    return encode


def qwen1_tokenizer(encode: Encode) -> Encode:
    """A slow transformers tokenizer around tiktoken, called as ``tokenizer(text).input_ids``."""
    from transformers import PreTrainedTokenizer

    class Qwen1Tokenizer(PreTrainedTokenizer):
        @property
        def vocab_size(self) -> int:
            return 151_851

        def get_vocab(self) -> dict[str, int]:
            return {}

        def tokenize(self, text: str, **_: Any) -> list[str]:
            return [names[token] for token in encode(text)]

        def convert_tokens_to_ids(self, tokens: Any) -> Any:
            if isinstance(tokens, str):
                return numbers.get(tokens)
            return [numbers.get(token) for token in tokens]

    # Qwen's maps ids to bytes and back, token by token; names stand in for the bytes.
    names = {token: f"token {token}" for token in range(151_851)}
    numbers = {name: token for token, name in names.items()}
    tokenizer = Qwen1Tokenizer(model_max_length=8192)
    return lambda text: tokenizer(text).input_ids


def fast_tokenizer(vocabulary: Path) -> Any:
    """Qwen's vocabulary as a fast tokenizer."""
    from tokenizers import normalizers
    from transformers import PreTrainedTokenizerFast
    from transformers.convert_slow_tokenizer import TikTokenConverter

    special = [*SPECIAL, *(f"<|extra_{number}|>" for number in range(205))]
    converter = TikTokenConverter(str(vocabulary), pattern=PATTERN, extra_special_tokens=special)
    backend = converter.converted()
    backend.normalizer = normalizers.NFC()
    return PreTrainedTokenizerFast(tokenizer_object=backend)


class Clock:
    """Keeps the seconds and the processor's seconds (of all cores) of what it measures."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.cpu_seconds: dict[str, float] = {}

    def measure(self, name: str, action: Callable[[], Any], scale: float = 1) -> Any:
        start, cpu = time.perf_counter(), time.process_time()
        value = action()
        self.seconds[name] = (time.perf_counter() - start) * scale
        self.cpu_seconds[name] = (time.process_time() - cpu) * scale
        return value


def check_parity(sources: Sequence[Conversation], encode: Encode, encoder: ChatEncoder) -> None:
    """Both sides have to give the same ids and labels, or a comparison means nothing."""
    system = str(sources[0].system)
    theirs = preprocess(sources, encode, system, 4096)
    for row, example in enumerate(encoder.encode_conversations(sources, loss="qwen")):
        for key in ("input_ids", "labels"):
            ids = getattr(example, key).tolist()
            assert theirs[key][row, : len(ids)].tolist() == ids, (row, key)


def measure(number: int, sample: int, vocabulary: Path) -> dict[str, Any]:
    """Seconds for ``number`` conversations, ``preprocess`` by its rate on ``sample`` of them."""
    limit = TrainingConfig().max_length_tokens
    writer = Writer(seed=1)
    system = writer.text(1600, chinese=False) + writer.text(350, chinese=True)
    data = list(conversations(number, system))
    tiktoken_encode = bare_tiktoken(vocabulary)
    tokenizer = fast_tokenizer(vocabulary)
    check_parity(data[: min(number, 200)], tiktoken_encode, ChatEncoder(tokenizer))
    part = data[:sample]
    qwen1 = qwen1_tokenizer(tiktoken_encode)
    theirs = {
        f"preprocess, padded to {limit}": (qwen1, limit),
        f"preprocess, padded to {QWEN_LIMIT}": (qwen1, QWEN_LIMIT),
        f"preprocess, bare tiktoken, {limit}": (tiktoken_encode, limit),
    }
    clock = Clock()
    for name, (encode, max_len) in theirs.items():
        action = partial(preprocess, part, encode, system, max_len)
        clock.measure(name, action, number / len(part))
    with tempfile.TemporaryDirectory() as folder:
        example_cache.cache_folder = lambda: Path(folder)
        examples.CACHED_FROM = 1

        def ours() -> examples.ExampleSet:
            # A new encoder each time, as each run of `rolewright train` has.
            return examples.encode_examples(
                data,
                ChatEncoder(tokenizer),
                role_system=None,
                loss="assistant",
                max_length_tokens=limit,
                say=lambda _: None,
            )

        encoded = clock.measure("rolewright, nothing cached", ours)
        recalled = clock.measure("rolewright, cached", ours)
        assert recalled == encoded
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
    qwen, qwen_padded, bare, cold, cached = clock.seconds.values()
    lengths = [len(example) for example in encoded.examples]
    return {
        "conversations": number,
        "preprocess_sample": len(part),
        "cores": len(os.sched_getaffinity(0)),
        "system_tokens": encoded.examples[0].prefix_tokens,
        "tokens_a_conversation": round(statistics.mean(lengths)),
        "seconds": {name: round(value, 2) for name, value in clock.seconds.items()},
        "cpu_seconds": {name: round(value, 2) for name, value in clock.cpu_seconds.items()},
        "cache_bytes": size,
        "ratio": round(qwen / cold, 2),
        "ratio_to_padding_8192": round(qwen_padded / cold, 2),
        "ratio_to_bare_tiktoken": round(bare / cold, 2),
        "ratio_cached": round(qwen / cached, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--conversations", type=int, default=100_000)
    parser.add_argument("--sample", type=int, default=2000, help="how many preprocess encodes")
    parser.add_argument("--vocabulary", type=Path, help="qwen.tiktoken; else dashscope's")
    arguments = parser.parse_args()
    vocabulary = arguments.vocabulary
    if vocabulary is None:
        package = importlib.util.find_spec("dashscope")
        assert package is not None, "install dashscope (see `make venv`)"
        vocabulary = Path(str(package.origin)).parent / "resources" / "qwen.tiktoken"
    result = measure(arguments.conversations, arguments.sample, vocabulary)
    print(
        f"{result['conversations']:,} conversations of {result['tokens_a_conversation']} tokens, "
        f"{result['system_tokens']} of them the system message; {result['cores']} cores; "
        f"preprocess by its rate on {result['preprocess_sample']:,}"
    )
    slowest = max(result["seconds"].values())
    for name, seconds in result["seconds"].items():
        rate = result["conversations"] / seconds if seconds else float("inf")
        cpu = result["cpu_seconds"][name]
        print(
            f"{name:34} {seconds:9.2f} s {cpu:9.2f} s of cpu {rate:10,.0f} a second "
            f"{slowest / seconds:7.1f} ×"
        )
    print(json.dumps(result))


if __name__ == "__main__":
    main()
