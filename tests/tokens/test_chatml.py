from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rolewright.tokens.chat_format import observe_chat_format
from rolewright.tokens.chatml import ChatEncoder
from rolewright.tokens.example import IGNORE

TEXTS = [
    "Hi there",
    "Bonjour, ça va ?",
    "法国的首都是巴黎。",
    "a\nb\n\nc",
    "x  y",
    "🎉",
    "1 + 1 = 2",
]


@pytest.fixture(scope="module")
def encoder(tiny_tokenizer):
    return ChatEncoder(tiny_tokenizer)


def template_ids(tokenizer, system, texts, *, prompt=False):
    """What transformers makes of the same conversation through the model's own template."""
    messages = [] if system is None else [{"role": "system", "content": system}]
    messages += [
        {"role": ("user", "assistant")[index % 2], "content": text}
        for index, text in enumerate(texts)
    ]
    text = tokenizer.apply_chat_template(
        messages, tokenize=False, add_generation_prompt=prompt, enable_thinking=False
    )
    return tokenizer.encode(text, add_special_tokens=False)


@pytest.mark.parametrize("system", [None, "", "Be terse.", "简洁。\n只回答名字。"])
def test_conversations_equal_the_models_own_template(encoder, tiny_tokenizer, talk, system):
    example = encoder.encode_conversation(talk(*TEXTS[:6], system=system))
    assert list(example.input_ids) == template_ids(tiny_tokenizer, system, TEXTS[:6])


@pytest.mark.parametrize("system", [None, "", "Be terse."])
def test_prompts_equal_the_models_own_template(encoder, tiny_tokenizer, talk, system):
    ids = encoder.encode_prompt(system, talk(*TEXTS[:3]).messages)
    assert ids == template_ids(tiny_tokenizer, system, TEXTS[:3], prompt=True)


def test_a_prompt_is_the_beginning_of_its_conversation(encoder, talk):
    example = encoder.encode_conversation(talk("Q", "A", system="S"))
    prompt = encoder.encode_prompt("S", talk("Q").messages)
    assert list(example.input_ids[: len(prompt)]) == prompt


@pytest.mark.parametrize("text", [*TEXTS, ""])
def test_prompt_and_answer_are_what_is_trained(encoder, talk, text):
    example = encoder.encode_conversation(talk("Q", text, system="S"))
    prompt = encoder.encode_prompt("S", talk("Q").messages)
    answer = encoder.encode_answer(text)
    whole = list(example.input_ids)
    assert whole[: len(prompt) + len(answer)] == prompt + answer
    assert [label for label in example.labels if label != IGNORE] == answer


@pytest.mark.parametrize("thinking", ["on", "off"])
def test_the_answer_of_a_thinking_model(thinking_tokenizer, talk, thinking):
    encoder = ChatEncoder(thinking_tokenizer, thinking=thinking)
    text = "<think>\nParis?\n</think>\n\nParis" if thinking == "on" else "Paris"
    example = encoder.encode_conversation(talk("Q", text))
    answer = encoder.encode_answer(text)
    assert [label for label in example.labels if label != IGNORE] == answer
    assert thinking_tokenizer.decode(answer) == f"{text}<|im_end|>"


def test_reasoning_where_the_prompt_has_settled_that_there_is_none(thinking_tokenizer):
    encoder = ChatEncoder(thinking_tokenizer, thinking="off")
    with pytest.raises(ValueError, match="whether the model reasons"):
        encoder.encode_answer("<think>\nParis?\n</think>\n\nParis")


def test_absent_empty_and_text_are_three_different_prompts(encoder, talk):
    prompts = [encoder.encode_prompt(system, talk("Q").messages) for system in (None, "", "S")]
    assert len({tuple(prompt) for prompt in prompts}) == 3


def test_only_answers_and_their_end_are_trained(encoder, tiny_tokenizer, talk):
    example = encoder.encode_conversation(talk("Q1", "A1", "Q2", "A2", system="S"))
    trained = [label for label in example.labels if label != IGNORE]
    assert tiny_tokenizer.decode(trained) == "A1<|im_end|>A2<|im_end|>"
    for token, label in zip(example.input_ids, example.labels, strict=True):
        assert label in {IGNORE, token}


def test_an_answer_and_its_end_are_one_span(encoder, talk):
    example = encoder.encode_conversation(talk("Q1", "A1", "Q2", "A2", system="S"))
    spans = [example.input_ids[start:end].tolist() for start, end in example.trained]
    assert spans == [[*encoder.encode_text(text), encoder.end_id] for text in ("A1", "A2")]


def test_a_turn_marked_untrained_is_left_out(encoder, tiny_tokenizer, talk):
    conversation = talk("Q1", "A1", "Q2", "A2")
    messages = list(conversation.messages)
    messages[1] = replace(messages[1], train=False)
    example = encoder.encode_conversation(replace(conversation, messages=tuple(messages)))
    trained = [label for label in example.labels if label != IGNORE]
    assert tiny_tokenizer.decode(trained) == "A2<|im_end|>"


def test_the_end_of_a_cut_answer_is_not_trained(encoder, tiny_tokenizer, talk):
    whole = talk("Q1", "A1", "Q2", "A2")
    cut = replace(whole, messages=(*whole.messages[:3], replace(whole.messages[3], cut=True)))
    example = encoder.encode_conversation(cut)
    trained = [label for label in example.labels if label != IGNORE]
    assert tiny_tokenizer.decode(trained) == "A1<|im_end|>A2"
    assert example.input_ids == encoder.encode_conversation(whole).input_ids


def test_the_prefix_is_the_system_block(encoder, tiny_tokenizer, talk):
    example = encoder.encode_conversation(talk("Q", "A", system="Be terse."))
    prefix = tiny_tokenizer.decode(example.input_ids[: example.prefix_tokens])
    assert prefix == "<|im_start|>system\nBe terse.<|im_end|>\n"


def test_too_long_conversations_lose_whole_exchanges(encoder, talk):
    whole = encoder.encode_conversation(talk("Q1", "A1", "Q2", "A2", system="S"))
    first = encoder.encode_conversation(talk("Q1", "A1", system="S"))
    for limit in range(len(first.input_ids), len(whole.input_ids)):
        cut = encoder.encode_conversation(
            talk("Q1", "A1", "Q2", "A2", system="S"), max_length_tokens=limit
        )
        assert cut.truncated
        assert (cut.input_ids, cut.labels) == (first.input_ids, first.labels)
    exact = encoder.encode_conversation(
        talk("Q1", "A1", "Q2", "A2", system="S"), max_length_tokens=len(whole.input_ids)
    )
    assert exact == whole
    assert not whole.truncated


def test_a_first_exchange_that_does_not_fit_leaves_nothing(encoder, talk):
    example = encoder.encode_conversation(talk("Q", "A", system="S"), max_length_tokens=5)
    assert len(example.input_ids) == 0
    assert example.truncated


@settings(max_examples=200)
@given(st.text() | st.sampled_from(["<|im_end|>", "a<|im_start|>system\n", "<|endoftext|>"]))
def test_no_text_becomes_a_control_token(encoder, text):
    ids = encoder.encode_text(text)
    assert not {0, 1, 2} & set(ids)
    assert encoder.tokenizer.decode(ids, clean_up_tokenization_spaces=False) == text


def test_markers_that_are_not_flagged_special_stay_text_too(tiny_tokenizer):
    import copy

    tokenizer = copy.deepcopy(tiny_tokenizer)
    tokenizer.add_tokens(["<tool_call>", "rolewright"])
    encoder = ChatEncoder(tokenizer)
    tool_call = tokenizer.convert_tokens_to_ids("<tool_call>")
    word = tokenizer.convert_tokens_to_ids("rolewright")
    assert tokenizer.encode("<tool_call>") == [tool_call]
    assert tool_call not in encoder.encode_text("<tool_call>")
    assert encoder.encode_text("rolewright") == [word]  # an added word is no control token


def test_the_bundles_template_renders_what_was_trained(encoder, tiny_tokenizer, talk):
    import copy

    tokenizer = copy.deepcopy(tiny_tokenizer)
    tokenizer.chat_template = encoder.format.template
    for system in (None, "", "Be terse."):
        example = encoder.encode_conversation(talk(*TEXTS[:4], system=system))
        assert list(example.input_ids) == template_ids(tokenizer, system, TEXTS[:4])


def test_observed_format_of_a_base_model_without_template(tiny_tokenizer):
    import copy

    tokenizer = copy.deepcopy(tiny_tokenizer)
    tokenizer.chat_template = None
    assert observe_chat_format(tokenizer, "m").answer_prefix == ""
