import base64
import random
import unicodedata

import pytest
import tiktoken

from rolewright.conversations.conversation import Message
from rolewright.errors import UserError
from rolewright.models.qwen1.tokenizer import (
    SPECIAL_TOKENS,
    WORDS,
    find_merge,
    load_qwen1_tokenizer,
    read_ranks,
)
from rolewright.tokens.chatml import ChatEncoder

TEXTS = [
    "You are a helpful assistant. It's 12,345.67 o'clock — THEY'RE here!",
    "你是一个有用的助手。床前明月光，疑是地上霜；舉頭望明月，低頭思故鄉。１２３",
    "def f(x: int) -> str:\n\treturn f'{x!r}'  # 注释\r\n\r\n\n  if (a&&b) { i++; }\n    ",
    "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇨🇳🇫🇷 ☺︎☺️ 😀😀😀",
    "Cafe\u0301 e\u0301\u0301 \u1112\u1161\u11ab \u0958 \u2126 \ufb01 \uff21 A\u030a",
    "مرحبا עברית हिन्दी ภาษาไทย Ελληνικά русский 日本語カナ 한국어",
    "   leading, trailing   \t\t\n\n\n \u00a0\u3000\u2028\u2029\x85",
    "\x00\x01\x7f \ufffd\ufffe\uffff \ue000 \U0010ffff \u200b\u200d\u2060\ufeff \u202etxet",
    "\u0301 starts with a mark, ends with one \u0338",
    "a" * 300 + " " * 100 + "\n" * 50 + "=" * 120 + "哈" * 80,
    "<|im_start|>system\n你好<|im_end|>\n<|endoftext|><|extra_0|><|extra_204|><|extra_205|><|im_",
    "",
]


@pytest.fixture(scope="module")
def original(package_file):
    """Qwen-1's own: tiktoken, after NFC (``tokenization_qwen.py``)."""
    file = package_file("dashscope", "resources", "qwen.tiktoken")
    lines = file.read_bytes().splitlines()
    ranks = {base64.b64decode(t): int(r) for t, r in (line.split() for line in lines if line)}
    special = {token: 151643 + number for number, token in enumerate(SPECIAL_TOKENS)}
    return tiktoken.Encoding("Qwen", pat_str=WORDS, mergeable_ranks=ranks, special_tokens=special)


@pytest.fixture(scope="module")
def converted(package_file):
    return load_qwen1_tokenizer(package_file("dashscope", "resources"), 151936)


def encode(original, text, allowed="all"):
    return original.encode(
        unicodedata.normalize("NFC", text), allowed_special=allowed, disallowed_special=()
    )


def random_texts(number):
    """Pieces of all kinds of writing, joined where no writer would join them."""
    draw = random.Random(7)
    pieces = [piece for text in TEXTS for piece in text.split(" ")]
    blocks = [(0, 0x250), (0x300, 0x370), (0x900, 0xE80), (0x2000, 0x2C00), (0x3000, 0x9FFF)]
    blocks += [(0xAC00, 0xD7A4), (0xE000, 0x10000), (0x1F000, 0x1FB00), (0x20000, 0x20100)]
    for _ in range(number):
        parts = []
        for _ in range(draw.randint(1, 12)):
            if draw.random() < 0.5:
                parts.append(draw.choice(pieces))
            else:
                first, last = draw.choice(blocks)
                parts += [chr(draw.randrange(first, last)) for _ in range(draw.randint(1, 4))]
            parts.append(draw.choice(["", "", " ", "  ", "\n", "'s"]))
        yield "".join(parts)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_ids_equal_tiktokens(converted, original, text):
    ids = converted.encode(text, add_special_tokens=False)
    assert ids == encode(original, text)


def behind_special(text):
    """Whether a mark would join the ``>`` of a special token."""
    return unicodedata.normalize("NFC", text).count("|>") != text.count("|>")


def test_ids_of_random_texts_equal_tiktokens(converted, original):
    texts = [text for text in random_texts(3000) if not behind_special(text)]
    assert len(texts) > 2900
    expected = [encode(original, text) for text in texts]
    assert converted(texts, add_special_tokens=False).input_ids == expected


def test_every_token_of_the_vocabulary_is_reached(converted, original):
    texts, ids = [], []
    for rank in range(0, 151643, 7):
        try:
            text = original.decode_single_token_bytes(rank).decode()
        except UnicodeDecodeError:
            continue  # part of a character
        texts.append(text)
        ids.append(encode(original, text))
    assert converted(texts, add_special_tokens=False).input_ids == ids
    assert sum(len(each) == 1 for each in ids) > 0.98 * len(ids)


def test_the_other_converter_agrees(converted, qwen_tokenizer):
    texts = list(random_texts(300))
    ours = converted(texts, add_special_tokens=False).input_ids
    assert ours == qwen_tokenizer(texts, add_special_tokens=False).input_ids


def test_any_ids_decode_to_the_text_of_the_original(converted, original):
    """Broken UTF-8 too, which shows as U+FFFD."""
    draw = random.Random(3)
    for _ in range(300):
        ids = [draw.randrange(151643) for _ in range(draw.randint(1, 20))]
        ids += [draw.randrange(256) for _ in range(draw.randint(0, 10))]
        assert converted.decode(ids) == original.decode(ids, errors="replace")
        special = [151643 + draw.randrange(208), *ids, 151645]
        assert converted.decode(special) == original.decode(special, errors="replace")
        assert converted.decode(special, skip_special_tokens=True) == converted.decode(ids)


def test_special_tokens_have_their_ids(converted):
    vocabulary = converted.get_vocab()
    assert len(vocabulary) == len(converted) == 151851
    assert [vocabulary[token] for token in SPECIAL_TOKENS] == list(range(151643, 151851))
    assert (converted.eos_token_id, converted.pad_token_id) == (151645, 151643)


def test_rows_of_the_embedding_without_a_token_are_no_text(converted):
    assert converted.decode([151900, 151935]) == ""


def test_a_saved_tokenizer_gives_the_same_ids(converted, tmp_path):
    from transformers import AutoTokenizer

    converted.save_pretrained(tmp_path)
    loaded = AutoTokenizer.from_pretrained(tmp_path)
    assert [loaded.encode(text) for text in TEXTS] == [converted.encode(text) for text in TEXTS]
    assert loaded.chat_template == converted.chat_template
    assert loaded.eos_token == "<|im_end|>"


def test_prompts_equal_those_of_the_original_chat(converted, original):
    """``make_context`` of qwen_generation_utils.py, which parses no special token in a text."""

    def parts(role, text):
        return [151644, *encode(original, role, set()), 198, *encode(original, text, set())]

    encoder = ChatEncoder(converted)
    asked = "什么是 <|im_end|>\n<|im_start|>system?"
    expected = [*parts("system", "你是助手。"), 151645, 198, *parts("user", asked), 151645, 198]
    expected += [151644, *encode(original, "assistant", set()), 198]
    assert encoder.encode_prompt("你是助手。", [Message("user", asked)]) == expected
    for text in TEXTS:
        assert encoder.encode_text(text) == encode(original, text, set())


def test_no_system_message_is_inserted(converted):
    text = converted.apply_chat_template(
        [{"role": "user", "content": "Q"}], tokenize=False, add_generation_prompt=True
    )
    assert text == "<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n"


def test_a_mark_behind_a_special_token_leaves_it_whole(converted, original):
    """The one text on which Qwen-1 differs: NFC makes one letter of > and the mark."""
    text = "<|im_end|>\u0338"
    assert encode(original, text)[0] != 151645
    assert converted.encode(text) == [151645, *encode(original, "\u0338")]


def test_a_lone_surrogate_is_refused(converted):
    with pytest.raises((TypeError, UnicodeEncodeError)):
        converted.encode("a\ud800b")


def vocabulary(tokens):
    return "".join(f"{base64.b64encode(t).decode()} {rank}\n" for rank, t in enumerate(tokens))


BYTES = [bytes([byte]) for byte in range(256)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("AA== 0\nQQ\n", r"qwen\.tiktoken:2: found 'QQ'"),
        ("AA== 0\n!! 1\n", r"qwen\.tiktoken:2: found '!! 1'"),
        ("AA== 0\nAQ== x\n", r"qwen\.tiktoken:2: found 'AQ== x'"),
        ("AA== 0\nAQ== 1\nAA== 2\n", r"qwen\.tiktoken:3: the token b'\\x00' stands twice"),
        ("AA== 0\nAQ== 0\n", r"qwen\.tiktoken:2: the rank 0 stands twice, first on line 1"),
        (vocabulary(BYTES).replace(" 255", " 300"), "no token has the rank 255"),
        (vocabulary([*BYTES[:7], b"ab", *BYTES[8:]]), "the single byte 7 has no rank"),
        ("version https://git-lfs.github.com/spec/v1\n", r"qwen\.tiktoken:1: found 'version"),
        ("", "the single byte 0 has no rank"),
    ],
)
def test_a_broken_vocabulary_is_the_users_error(tmp_path, text, found):
    file = tmp_path / "qwen.tiktoken"
    file.write_text(text)
    with pytest.raises(UserError, match=found):
        read_ranks(file)


def test_only_the_first_broken_lines_are_reported(tmp_path):
    (tmp_path / "qwen.tiktoken").write_text("nonsense\n" * 1000)
    with pytest.raises(UserError) as error:
        read_ranks(tmp_path / "qwen.tiktoken")
    assert len(error.value.faults) == 10


def test_a_missing_vocabulary_is_the_users_error(tmp_path):
    with pytest.raises(UserError, match=r"qwen\.tiktoken: cannot be read"):
        load_qwen1_tokenizer(tmp_path, 512)


def test_a_vocabulary_larger_than_the_embedding_is_refused(tmp_path):
    (tmp_path / "qwen.tiktoken").write_text(vocabulary(BYTES))
    load_qwen1_tokenizer(tmp_path, 256 + 208)
    with pytest.raises(UserError, match="at most 463, the rows"):
        load_qwen1_tokenizer(tmp_path, 256 + 207)


def test_a_token_that_no_merge_makes_stands_for_a_whole_word(tmp_path):
    """As in tiktoken, which looks whole words up first."""
    tokens = [*BYTES, b"bc", b"abcd"]
    ranks = {token: rank for rank, token in enumerate(tokens)}
    assert find_merge(b"bc", ranks) == (b"b", b"c")
    assert find_merge(b"abcd", ranks) is None
    (tmp_path / "qwen.tiktoken").write_text(vocabulary(tokens))
    ours = load_qwen1_tokenizer(tmp_path, 512)
    theirs = tiktoken.Encoding("t", pat_str=WORDS, mergeable_ranks=ranks, special_tokens={})
    for text in ("abcd", "abcde", "xabcd abcd"):
        assert ours.encode(text) == theirs.encode(text)
