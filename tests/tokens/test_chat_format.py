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


@pytest.mark.parametrize(
    "name",
    ["qwen2_5.jinja", "qwen3.jinja", "qwen3_instruct_2507.jinja", "qwen3_5_nothink.jinja"],
)
@pytest.mark.parametrize(
    "texts",
    [
        ["Hi <b>there</b>", "你好！", "法国的首都？", "巴黎"],
        ["  spaces around  ", " A ", "tabs\tinside\t", "\u3000巴黎\u3000"],
        ["Q", "ends with newlines\n\n", "Q", "A\n"],
    ],
)
def test_published_templates_token_by_token(with_template, talk, name, texts):
    tokenizer = with_template(name)
    encoder = ChatEncoder(tokenizer)
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


def test_an_answer_that_becomes_the_last_one_gets_its_think_block(with_template, talk):
    tokenizer = with_template("qwen3.jinja")
    encoder = ChatEncoder(tokenizer)
    first = encoder.encode_conversation(talk("Q1", "A1", system="S"))
    both = talk("Q1", "A1", "Q2 " * 20, "A2", system="S")
    cut = encoder.encode_conversation(both, max_length_tokens=len(first.input_ids) + 3)
    assert cut.truncated
    assert (cut.input_ids, cut.labels) == (first.input_ids, first.labels)
    # Without room for the think block nothing is left, rather than something that does not fit.
    none = encoder.encode_conversation(both, max_length_tokens=len(first.input_ids) - 1)
    assert none.input_ids == ()


def test_a_served_bundle_does_not_think_by_itself(with_template, talk):
    tokenizer = with_template("qwen3.jinja")
    encoder = ChatEncoder(tokenizer)
    tokenizer.chat_template = encoder.format.template
    messages = [{"role": "user", "content": "Hi"}]
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    prompt = encoder.encode_prompt(None, talk("Hi").messages)
    assert tokenizer.encode(text, add_special_tokens=False) == prompt


def test_a_model_that_always_thinks_is_refused(with_template):
    tokenizer = with_template("qwen3.jinja")
    generation = "{{- '<|im_start|>assistant\\n' }}"
    assert generation in tokenizer.chat_template
    tokenizer.chat_template = tokenizer.chat_template.replace(
        generation, "{{- '<|im_start|>assistant\\n<think>\\n' }}"
    )
    with pytest.raises(UserError, match="begins an answer with"):
        observe_chat_format(tokenizer, "Qwen/Qwen3-4B-Thinking-2507")


def test_qwens_own_loss_is_refused_where_the_template_thinks(with_template, talk):
    with pytest.raises(UserError, match="loss: qwen"):
        ChatEncoder(with_template("qwen3.jinja")).encode_conversation(talk("Q", "A"), loss="qwen")


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
