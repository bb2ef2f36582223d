import copy

import pytest

from rolewright.errors import UserError
from rolewright.tokens.chat_format import observe_chat_format
from rolewright.tokens.chatml import ChatEncoder
from rolewright.tokens.example import IGNORE


@pytest.fixture
def with_template(qwen_tokenizer, package_file):
    """Qwen's vocabulary with a published chat template and the think markers it uses."""

    def build(name):
        tokenizer = copy.deepcopy(qwen_tokenizer)
        tokenizer.add_tokens(["<think>", "</think>", "<tool_call>", "</tool_call>"])
        tokenizer.chat_template = package_file("trl", "chat_templates", name).read_text("utf-8")
        return tokenizer

    return build


def ids_of(tokenizer, messages, *, prompt):
    text = tokenizer.apply_chat_template(
        messages, tokenize=False, add_generation_prompt=prompt, enable_thinking=False
    )
    return tokenizer.encode(text, add_special_tokens=False)


def as_messages(system, texts):
    head = [{"role": "system", "content": system}]
    return head + [
        {"role": ("user", "assistant")[index % 2], "content": text}
        for index, text in enumerate(texts)
    ]


@pytest.mark.parametrize("name", ["qwen2_5.jinja", "qwen3.jinja", "qwen3_instruct_2507.jinja"])
def test_published_templates_token_by_token(with_template, talk, name):
    tokenizer = with_template(name)
    encoder = ChatEncoder(tokenizer)
    texts = ["Hi <b>there</b>", "你好！", "法国的首都？", "巴黎"]
    example = encoder.encode_conversation(talk(*texts, system="简洁。"))
    assert list(example.input_ids) == ids_of(tokenizer, as_messages("简洁。", texts), prompt=False)
    prompt = encoder.encode_prompt("简洁。", talk(*texts[:3]).messages)
    assert prompt == ids_of(tokenizer, as_messages("简洁。", texts[:3]), prompt=True)


@pytest.mark.parametrize("name", ["qwen2_5.jinja", "qwen3.jinja"])
def test_a_default_system_message_is_never_inserted(with_template, talk, name):
    tokenizer = with_template(name)
    encoder = ChatEncoder(tokenizer)
    rendered = tokenizer.decode(encoder.encode_prompt(None, talk("Hi").messages))
    assert rendered.startswith("<|im_start|>user\nHi<|im_end|>")
    tokenizer.chat_template = encoder.format.template  # the one a bundle carries
    text = tokenizer.apply_chat_template([{"role": "user", "content": "Hi"}], tokenize=False)
    assert "system" not in text


def test_qwen25s_own_template_would_have_inserted_one(with_template):
    tokenizer = with_template("qwen2_5.jinja")
    text = tokenizer.apply_chat_template([{"role": "user", "content": "Hi"}], tokenize=False)
    assert "You are Qwen" in text


def test_an_empty_think_block_is_supplied_and_not_trained(with_template, talk):
    tokenizer = with_template("qwen3.jinja")
    example = ChatEncoder(tokenizer).encode_conversation(talk("Q", "A"))
    think = tokenizer.convert_tokens_to_ids("<think>")
    assert think in example.input_ids
    trained = [label for label in example.labels if label != IGNORE]
    assert tokenizer.decode(trained) == "A<|im_end|>"


def test_reasoning_in_the_last_answer_is_trained_and_earlier_reasoning_dropped(with_template, talk):
    tokenizer = with_template("qwen3.jinja")
    texts = ["Q1", "<think>\nold\n</think>\n\nA1", "Q2", "<think>\nnew\n</think>\n\nA2"]
    example = ChatEncoder(tokenizer).encode_conversation(talk(*texts, system="S"))
    assert list(example.input_ids) == ids_of(tokenizer, as_messages("S", texts), prompt=False)
    trained = tokenizer.decode([label for label in example.labels if label != IGNORE])
    assert trained == "A1<|im_end|><think>\nnew\n</think>\n\nA2<|im_end|>"


def test_a_template_that_is_not_chatml_is_refused(tiny_tokenizer):
    tokenizer = copy.deepcopy(tiny_tokenizer)
    tokenizer.chat_template = (
        "{% for m in messages %}[{{ m['role'] }}] {{ m['content'] }}{% endfor %}"
    )
    with pytest.raises(UserError, match="not ChatML"):
        observe_chat_format(tokenizer, "some/model")


def test_a_vocabulary_without_chatml_tokens_is_refused(tiny_tokenizer):
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

    plain = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE()))
    with pytest.raises(UserError, match=r"no <\|im_start\|> and no <\|im_end\|>"):
        observe_chat_format(plain, "gpt2")
