import copy
from dataclasses import replace

import pytest

from rolewright.errors import UserError
from rolewright.tokens.chat_format import observe_chat_format
from rolewright.tokens.chatml import ChatEncoder
from rolewright.tokens.example import IGNORE


@pytest.fixture
def with_template(small_qwen_tokenizer, package_file):
    """Ranks of Qwen's vocabulary with a published chat template and the think markers it uses."""

    def build(name):
        tokenizer = copy.deepcopy(small_qwen_tokenizer)
        tokenizer.add_tokens(["<think>", "</think>", "<tool_call>", "</tool_call>"])
        tokenizer.chat_template = package_file("trl", "chat_templates", name).read_text("utf-8")
        return tokenizer

    return build


@pytest.fixture
def always_thinking(with_template):
    """The template of Qwen3-Thinking-2507: Qwen3's, which opens the block whatever it is told."""
    tokenizer = with_template("qwen3.jinja")
    head, generation, _ = tokenizer.chat_template.rpartition("{%- if add_generation_prompt %}")
    prompt = "{{- '<|im_start|>assistant\\n<think>\\n' }}{%- endif %}"
    tokenizer.chat_template = head + generation + prompt
    return tokenizer


def text_of(tokenizer, messages, *, prompt, thinking=False):
    return tokenizer.apply_chat_template(
        messages, tokenize=False, add_generation_prompt=prompt, enable_thinking=thinking
    )


def ids_of(tokenizer, messages, *, prompt, thinking=False):
    text = text_of(tokenizer, messages, prompt=prompt, thinking=thinking)
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
    assert trained == "<think>\nnew\n</think>\n\nA2<|im_end|>"


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
    assert len(none.input_ids) == 0


THINKING = ["qwen3.jinja", "qwen3_5_think.jinja", "qwen3_5_nothink.jinja", "qwen3_6.jinja"]
REASONED = [
    *["法国的首都？", "<think>\n想一想：巴黎。\n\n对。\n</think>\n\n巴黎。"],
    *["And <b>Japan</b>?", "<think>Its capital...\n</think>Tokyo\n\nIndeed"],
    *["Peru?", "Lima."],
    *["Chad?", "<think>\n\n</think>\n\nN'Djamena"],
    *["Mali?", "<think>\n  indented,\n\tand <|im_end|> as text!\n</think>\n\n    \n Bamako"],
]


def without_reasoning(text):
    return text.partition("</think>")[2].lstrip("\n") if "</think>" in text else text


def expected_examples(tokenizer, texts, thinking):
    """Ids and labels of each answer: what the template shows of it after its own prompt."""
    for turns in range(2, len(texts) + 1, 2):
        messages = as_messages("简洁。", texts[:turns])
        prompt = text_of(tokenizer, messages[:-1], prompt=True, thinking=thinking)
        shown = text_of(tokenizer, messages, prompt=False, thinking=thinking)
        assert shown.startswith(prompt)
        written = shown.removeprefix(prompt).removesuffix("<|im_end|>\n")
        ids = tokenizer.encode(written) + tokenizer.encode("<|im_end|>")
        before, after = tokenizer.encode(prompt), tokenizer.encode("\n")
        yield [*before, *ids, *after], [IGNORE] * len(before) + ids + [IGNORE] * len(after)


@pytest.mark.parametrize("name", THINKING)
@pytest.mark.parametrize("thinking", ["off", "on"])
def test_each_answer_of_a_thinking_model_is_trained_as_it_is_written(
    with_template, talk, name, thinking
):
    tokenizer = with_template(name)
    told = thinking == "on"
    texts = REASONED if told else [without_reasoning(text) for text in REASONED]
    check_answers(tokenizer, talk, texts, thinking)


def test_each_answer_of_an_always_thinking_model_is_trained_as_it_is_written(always_thinking, talk):
    check_answers(always_thinking, talk, REASONED, "on")


def check_answers(tokenizer, talk, texts, thinking):
    texts = [text.replace("<|im_end|>", "<im_end>") for text in texts]
    encoder = ChatEncoder(tokenizer, thinking=thinking)
    conversation = talk(*texts, system="简洁。")
    examples = encoder.encode_conversations([conversation])
    assert [example.part for example in examples] == [0, 1, 2, 3, 4]
    assert [example.turns for example in examples] == [2, 4, 6, 8, 10]
    told = thinking == "on"
    expected = list(expected_examples(tokenizer, texts, told))
    found = [(list(example.input_ids), list(example.labels)) for example in examples]
    assert found == expected
    for turns, example in zip(range(2, 11, 2), examples, strict=True):
        prompt = encoder.encode_prompt("简洁。", conversation.messages[: turns - 1])
        assert list(example.input_ids[: len(prompt)]) == prompt


@pytest.mark.parametrize("thinking", ["off", "on"])
def test_a_bundles_template_has_thinking_settled(with_template, talk, thinking):
    tokenizer = with_template("qwen3.jinja")
    encoder = ChatEncoder(tokenizer, thinking=thinking)
    tokenizer.chat_template = encoder.format.template
    served = ChatEncoder(tokenizer)
    assert served.format == encoder.format
    prompt = encoder.encode_prompt(None, talk("Hi").messages)
    messages = [{"role": "user", "content": "Hi"}]
    for told in (False, True):
        assert ids_of(tokenizer, messages, prompt=True, thinking=told) == prompt
    # Training on top of it may settle it anew.
    for other in ("off", "on"):
        fresh = ChatEncoder(with_template("qwen3.jinja"), thinking=other)
        assert ChatEncoder(tokenizer, thinking=other).format == fresh.format


def test_thinking_as_the_model_cannot_is_refused(with_template, always_thinking):
    with pytest.raises(UserError, match="set `thinking: on`"):
        observe_chat_format(always_thinking, "Qwen/Qwen3-4B-Thinking-2507", "off")
    assert observe_chat_format(always_thinking, "m").thinking == "on"
    for name in ("qwen2_5.jinja", "qwen3_instruct_2507.jinja"):
        with pytest.raises(UserError, match="set `thinking: off`"):
            observe_chat_format(with_template(name), "m", "on")


def test_only_answers_that_are_trained_make_examples(with_template, talk):
    encoder = ChatEncoder(with_template("qwen3.jinja"))
    conversation = talk("Q1", "A1", "Q2", "A2", "Q3", "A3")
    messages = list(conversation.messages)
    messages[1] = replace(messages[1], train=False)
    examples = encoder.encode_conversations([replace(conversation, messages=tuple(messages))])
    assert [example.turns for example in examples] == [4, 6]
    messages = [replace(message, train=False) for message in messages]
    [untrained] = encoder.encode_conversations([replace(conversation, messages=tuple(messages))])
    assert (untrained.turns, untrained.trained_tokens) == (6, 0)


def test_answers_that_do_not_fit_are_left_out_alone(with_template, talk):
    """A later answer may fit where an earlier one does not: its reasoning is in no history."""
    encoder = ChatEncoder(with_template("qwen3.jinja"), thinking="on")
    conversation = talk("Q", f"<think>{'so ' * 50}</think>A", "Q", "B")
    [example] = encoder.encode_conversations([conversation], max_length_tokens=40)
    assert (example.turns, example.part, example.truncated) == (4, 0, True)
    [nothing] = encoder.encode_conversations([conversation], max_length_tokens=10)
    assert (len(nothing), nothing.truncated) == (0, True)


@pytest.mark.parametrize(
    ("question", "answer", "found"),
    [
        ("Q", "<think>never closed", "turn 2: <think> is never closed"),
        ("Q", "never opened</think>A", "turn 2: </think> without"),
        ("Q", "<think>a<think>b</think></think>A", "turn 2: <think> inside"),
        ("Q", "<think>a</think>A<think>b</think>B", "turn 2: several"),
        ("Q", "A<think>a</think>", "turn 2: text before"),
        ("Q", "<think>a</think>\n", "turn 2: no answer after"),
        ("Q <think>a</think>", "A", "turn 1: a think block in a user's turn"),
    ],
)
def test_markers_out_of_place_are_faults_of_a_thinking_model(
    with_template, talk, question, answer, found
):
    conversation = talk(question, answer)
    with pytest.raises(UserError, match=rf"data\.jsonl:1: {found}"):
        ChatEncoder(with_template("qwen3.jinja")).encode_conversation(conversation)
    plain = ChatEncoder(with_template("qwen2_5.jinja")).encode_conversation(conversation)
    assert plain.trained_tokens > 0


def test_all_faults_are_told(with_template, talk):
    with pytest.raises(UserError) as caught:
        ChatEncoder(with_template("qwen3.jinja")).encode_conversations([talk("Q", "</think>")] * 3)
    assert len(caught.value.faults) == 3


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
