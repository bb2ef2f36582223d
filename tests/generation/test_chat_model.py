from dataclasses import replace

import pytest

from rolewright.errors import UserError
from rolewright.generation.chat_model import ChatModel
from rolewright.generation.decode import Generation
from rolewright.generation.load import load_chat_model
from rolewright.tokens.chatml import ChatEncoder


@pytest.fixture
def chat_model(tiny_tokenizer, tiny_model):
    return ChatModel("tiny", ChatEncoder(tiny_tokenizer), tiny_model)


def test_batches_do_not_change_answers(chat_model, talk):
    asked = [talk("x " * n, system="You are Atlas.") for n in (1, 9, 3, 5)] + [talk("Hi")]
    alone = [chat_model.answer([each], max_new_tokens=6)[0] for each in asked]
    for batch_size in (2, 5):
        together = chat_model.answer(asked, max_new_tokens=6, batch_size=batch_size)
        assert [a.generation.token_ids for a in together] == [a.generation.token_ids for a in alone]


def test_every_answer_is_announced_once_under_its_own_index(chat_model, talk):
    asked = [talk("x " * n) for n in (4, 1, 7)]
    announced = {}
    answers = chat_model.answer(asked, max_new_tokens=3, batch_size=2, on_answers=announced.update)
    assert [announced[index] for index in range(3)] == answers


def test_a_prompt_that_does_not_fit_names_its_place(chat_model, talk):
    with pytest.raises(UserError, match=r"data\.jsonl:1: .* do not fit"):
        chat_model.answer([talk("word " * 600)], max_new_tokens=5)
    with pytest.raises(UserError) as raised:  # all of them at once
        chat_model.answer([talk("word " * n) for n in (600, 1, 700)], max_new_tokens=5)
    assert len(raised.value.faults) == 2


def test_a_reference_answer_is_not_shown_to_the_model(chat_model, talk):
    with_reference = talk("Q", "the answer")
    without = replace(with_reference, messages=with_reference.messages[:1])
    first, second = chat_model.answer([with_reference, without], max_new_tokens=4)
    assert (first.text, first.prompt_tokens) == (second.text, second.prompt_tokens)
    assert first.generation.logprobs == pytest.approx(second.generation.logprobs, abs=1e-5)


def test_responses_stand_for_answers_of_its_own(chat_model, talk):
    asked = [talk("Q"), talk("R")]
    own, scored = chat_model.answer(asked, max_new_tokens=8, responses=[None, "Hi"])
    assert own.text == chat_model.answer(asked[:1], max_new_tokens=8)[0].text
    assert scored.text == "Hi"
    assert scored.generation.stopped
    assert scored.generation.chosen_ids == chat_model.encoder.encode_answer("Hi")


def test_a_response_beyond_the_limit_names_its_place(chat_model, talk):
    with pytest.raises(UserError, match=r"data\.jsonl:1: response: it has \d+ tokens"):
        chat_model.answer([talk("Q")], max_new_tokens=5, responses=["one two three four five"])
    responses = ["one two three four five", None, "Hi", "five four three two one"]
    with pytest.raises(UserError) as raised:  # all of them at once
        chat_model.answer([talk("Q")] * 4, max_new_tokens=5, responses=responses)
    assert len(raised.value.faults) == 2


def test_reasoning_in_a_response_where_there_can_be_none(thinking_tokenizer, tiny_model, talk):
    chat_model = ChatModel("tiny", ChatEncoder(thinking_tokenizer, thinking="off"), tiny_model)
    response = "<think>\nx\n</think>\n\ny"
    with pytest.raises(UserError, match=r"data\.jsonl:1: response: the prompt settles otherwise"):
        chat_model.answer([talk("Q")], responses=[response])


def test_loading_a_folder(tiny_folder, talk):
    model = load_chat_model(str(tiny_folder), say=lambda _: None)
    assert model.stop_ids == {0, 2}
    assert len(model.answer([talk("Hi")], max_new_tokens=2)) == 1


def test_a_sliding_window_changes_no_answer(tiny_tokenizer, build_model, talk):
    """Prompts of different lengths, longer than the window, against transformers one by one."""
    import torch

    model = build_model(
        len(tiny_tokenizer), use_sliding_window=True, sliding_window=12, max_window_layers=0
    )
    chat_model = ChatModel("tiny", ChatEncoder(tiny_tokenizer), model)
    asked = [talk("x y " * n, system="You are Atlas.") for n in (2, 9, 5)]
    answers = chat_model.answer(asked, max_new_tokens=6)
    for conversation, answer in zip(asked, answers, strict=True):
        prompt = chat_model.encoder.encode_prompt(conversation.system, conversation.messages)
        output = model.generate(
            torch.tensor([prompt]), max_new_tokens=6, do_sample=False, eos_token_id=2
        )
        expected = [token for token in output[0, len(prompt) :].tolist() if token != 2]
        assert answer.generation.token_ids == expected


@pytest.mark.parametrize(
    ("written", "text", "reasoning"),
    [
        ("<think>\nParis?\n</think>\n\nParis<|im_end|>", "Paris", "Paris?"),
        ("Paris", "Paris", ""),
        ("<think>\nWhich con", "", "Which con"),
    ],
)
def test_an_answer_is_what_follows_the_reasoning(
    thinking_tokenizer, talk, written, text, reasoning
):
    chat_model = ChatModel("tiny", ChatEncoder(thinking_tokenizer, thinking="on"), None)
    generation = Generation(thinking_tokenizer.encode(written), [], [], [])
    answer = chat_model._answer(generation, 3)
    assert (answer.text, answer.reasoning) == (text, reasoning)
    # With thinking off nothing is taken for reasoning.
    plain = ChatModel("tiny", ChatEncoder(thinking_tokenizer), None)._answer(generation, 3)
    assert plain.text == written.removesuffix("<|im_end|>")
    assert plain.reasoning == ""


def test_reasoning_that_the_prompt_opened(thinking_tokenizer, talk):
    thinking_tokenizer.chat_template = thinking_tokenizer.chat_template.replace(
        "{%- if enable_thinking is defined", "{{- '<think>\\n' }}{%- if false and enable_thinking"
    )
    encoder = ChatEncoder(thinking_tokenizer)
    prompt = encoder.encode_prompt(None, talk("Q").messages)
    assert thinking_tokenizer.decode(prompt).endswith("<think>\n")
    assert encoder.split_answer("Paris?\n</think>\n\nParis") == ("Paris?", "Paris")
    assert encoder.split_answer("Which con") == ("Which con", "")


def test_a_prompt_that_does_not_fit_is_not_read_either(chat_model, talk):
    with pytest.raises(UserError, match=r"data\.jsonl:1: .* do not fit"):
        chat_model.having_read([talk("word " * 600)], max_new_tokens=4)
