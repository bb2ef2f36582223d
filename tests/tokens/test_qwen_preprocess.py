import random
import unicodedata
from dataclasses import replace

import pytest
import tiktoken
from tiktoken.load import load_tiktoken_bpe

from rolewright.tokens.chatml import ChatEncoder
from rolewright.tokens.example import IGNORE

IM_START, IM_END, PAD = 151644, 151645, 151643
PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
PIECES = [
    "法国的首都是哪里？",
    "巴黎。",
    "今天天气很好，我们去公园散步吧！",
    "「引号」与《书名》…",
    "１２３ 全角",
    "What is the capital of France?",
    "It's Paris, isn't it?",
    "1,234.56 + 7e-8 = ?",
    "naïve café, cafe\u0301",
    "  leading spaces",
    "trailing spaces  ",
    "tabs\tand\nnewlines\n\n",
    "\n\nstarts with newlines",
    "def f(x):\n    return x ** 2\n",
    "emoji 🧑‍🚀🎉",
    "混合 mixed 文本 text",
    "<think> is plain text",
    "\u200b",
]


@pytest.fixture(scope="module")
def encode(package_file):
    """Qwen's vocabulary through tiktoken, independent of the tokenizer under test."""
    file = package_file("dashscope", "resources", "qwen.tiktoken")
    ranks = load_tiktoken_bpe(str(file))
    encoding = tiktoken.Encoding("Qwen", pat_str=PATTERN, mergeable_ranks=ranks, special_tokens={})

    def encode_text(text):
        return encoding.encode(unicodedata.normalize("NFC", text), disallowed_special=())

    return encode_text


def published_preprocess(turns, system, encode, max_len):
    """What ``preprocess`` of Qwen's finetune.py makes of one conversation, written from its text.

    The system message is a parameter there too, the same for all; here it is the example's.
    """
    newline = encode("\n")
    ids, targets = [], []
    block = [IM_START, *encode("system"), *newline, *encode(system), IM_END, *newline]
    ids += block
    targets += [IM_START] + [IGNORE] * (len(block) - 3) + [IM_END, *newline]
    for number, text in enumerate(turns):
        role = ("user", "assistant")[number % 2]
        header = [IM_START, *encode(role)]
        block = [*header, *newline, *encode(text), IM_END, *newline]
        ids += block
        if role == "user":
            targets += [IM_START] + [IGNORE] * (len(block) - 3) + [IM_END, *newline]
        else:
            targets += [IM_START] + [IGNORE] * len(header) + block[len(header) + 1 : -2]
            targets += [IM_END, *newline]
    assert len(ids) == len(targets)
    return (
        (ids + [PAD] * (max_len - len(ids)))[:max_len],
        (targets + [IGNORE] * (max_len - len(targets)))[:max_len],
    )


def random_conversations(number, seed=0):
    draw = random.Random(seed)
    for _ in range(number):
        turns = [
            "".join(draw.choices(PIECES, k=draw.randint(1, 6)))
            for _ in range(2 * draw.randint(1, 5))
        ]
        yield turns, "".join(draw.choices(PIECES, k=draw.randint(0, 4)))


def test_ids_and_targets_equal_qwens_preprocess(qwen_tokenizer, encode, talk):
    encoder = ChatEncoder(qwen_tokenizer)
    compared = 0
    for turns, system in random_conversations(200):
        example = encoder.encode_conversation(talk(*turns, system=system), loss="qwen")
        length = len(example.input_ids)
        assert (list(example.input_ids), list(example.labels)) == published_preprocess(
            turns, system, encode, length
        )
        compared += length
    assert compared > 20_000


def test_an_absent_system_message_stays_absent(qwen_tokenizer, talk):
    example = ChatEncoder(qwen_tokenizer).encode_conversation(talk("Hi", "Yes"), loss="qwen")
    assert example.prefix_tokens == 0
    assert qwen_tokenizer.decode(example.input_ids).startswith("<|im_start|>user\nHi")


def test_an_untrained_answer_keeps_its_control_tokens_trained(qwen_tokenizer, talk):
    conversation = talk("Hi", "Yes", system="S")
    untrained = replace(
        conversation,
        messages=(conversation.messages[0], replace(conversation.messages[1], train=False)),
    )
    encoder = ChatEncoder(qwen_tokenizer)
    example = encoder.encode_conversation(untrained, loss="qwen")
    trained = {label for label in example.labels if label != IGNORE}
    assert trained == {IM_START, IM_END, *encoder.encode_text("\n")}


def test_the_end_of_a_cut_answer_is_not_trained(qwen_tokenizer, talk):
    whole = talk("Hi", "Yes")
    cut = replace(whole, messages=(whole.messages[0], replace(whole.messages[1], cut=True)))
    encoder = ChatEncoder(qwen_tokenizer)
    labels = encoder.encode_conversation(cut, loss="qwen").labels
    assert labels[-3:].tolist() == [*encoder.encode_text("Yes"), IGNORE, IGNORE]
