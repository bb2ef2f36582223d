import math

import pytest
import torch

from rolewright.confidence.scorer import Scorer
from rolewright.confidence.self_report import (
    CHINESE,
    ENGLISH,
    ask_for_verdict,
    can_be_asked,
    check_room,
    p_true,
    verdict_question,
)
from rolewright.errors import UserError
from rolewright.generation.chat_model import ChatModel
from rolewright.tokens.chatml import ChatEncoder


@pytest.fixture
def chat_model(tiny_tokenizer, tiny_model):
    return ChatModel("tiny", ChatEncoder(tiny_tokenizer), tiny_model)


def reference(chat_model, conversation, answer, words):
    """A forward pass over the ids of the whole conversation, with a softmax at its end."""
    encoder = chat_model.encoder
    header, line_end = encoder.encode_text("assistant\n"), encoder.encode_text("\n")
    ids = encoder.encode_system(conversation.system)
    for body in (
        encoder.encode_text(f"user\n{conversation.prompt[-1].content}"),
        header + encoder.encode_text(answer),
        encoder.encode_text(f"user\n{words.text}"),
    ):
        ids += [encoder.start_id, *body, encoder.end_id, *line_end]
    ids += [encoder.start_id, *header]
    with torch.no_grad():
        p = chat_model.model(torch.tensor([ids])).logits[0, -1].double().softmax(-1)
    first = [{encoder.encode_text(word)[0] for word in kind} for kind in (words.yes, words.no)]
    yes, no = (sum(float(p[token]) for token in kind) for kind in first)
    return yes / (yes + no)


@pytest.mark.parametrize(
    ("question", "answer", "words"),
    [
        ("What is the capital of France?", "Paris", ENGLISH),
        ("法国的首都是哪里？", "巴黎。", CHINESE),
        ("6 × 7", "", ENGLISH),
    ],
)
@pytest.mark.parametrize("system", [None, "You are Atlas."])
def test_p_true_is_the_softmax_of_a_plain_pass(chat_model, talk, question, answer, words, system):
    conversation = talk(question, system=system)
    [found] = p_true(chat_model, [conversation], [answer])
    assert found == pytest.approx(reference(chat_model, conversation, answer, words), abs=1e-5)
    assert 0 < found < 1


def test_it_does_not_depend_on_the_rest_of_the_batch(chat_model, talk):
    asked = [talk("x " * n, system="You are Atlas.") for n in (1, 9, 3)]
    asked += [talk("法国的首都是哪里？", system="You are Atlas."), talk("Hi", "never shown")]
    answers = ["Paris", "x y", "", "巴黎", "Hello"]
    alone = [p_true(chat_model, [c], [a])[0] for c, a in zip(asked, answers, strict=True)]
    assert p_true(chat_model, asked, answers) == pytest.approx(alone, abs=1e-5)
    assert p_true(chat_model, asked[::-1], answers[::-1]) == pytest.approx(alone[::-1], abs=1e-5)
    assert len({round(each, 6) for each in alone}) == len(alone)


def test_a_sliding_window_changes_no_verdict(tiny_tokenizer, build_model, talk):
    model = build_model(
        len(tiny_tokenizer), use_sliding_window=True, sliding_window=12, max_window_layers=0
    )
    chat_model = ChatModel("tiny", ChatEncoder(tiny_tokenizer), model)
    asked = [talk("x y " * n, system="You are Atlas.") for n in (2, 9, 5)]
    expected = [reference(chat_model, each, "z", ENGLISH) for each in asked]
    assert p_true(chat_model, asked, ["z"] * 3) == pytest.approx(expected, abs=1e-5)


def test_words_that_a_model_hardly_ever_writes(chat_model, talk, monkeypatch):
    """Of which p(yes) and p(no) are both 0 even in double precision."""
    monkeypatch.setattr(ChatModel, "first_token_logprobs", lambda *_, **__: [[-900.0, -902.0]])
    [found] = p_true(chat_model, [talk("法国的首都是哪里？")], ["巴黎"])
    assert found == pytest.approx(1 / (1 + math.exp(-2)))


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("《三体》的作者是谁？", CHINESE),
        ("Python 里怎么给列表排序？", CHINESE),
        ("What does 巴黎 mean?", ENGLISH),
        ("フランスの首都はどこですか", ENGLISH),
        ("1 + 1 = ?", ENGLISH),
        ("Quelle est la capitale ?", ENGLISH),
    ],
)
def test_a_chinese_question_is_asked_about_in_chinese(talk, question, words):
    assert verdict_question(talk("Hi", "Hello", question)) is words


def test_the_question_stands_in_the_conversation(talk):
    asked = ask_for_verdict(talk("One?", "1", "Two?", "the reference", system="S"), "2")
    assert asked.system == "S"
    texts = [(turn.role, turn.content) for turn in asked.messages]
    assert texts[:3] == [("user", "One?"), ("assistant", "1"), ("user", "Two?")]
    assert texts[3:] == [("assistant", "2"), ("user", ENGLISH.text)]


def test_models_that_reason_before_they_reply(thinking_tokenizer, tiny_model):
    def model(thinking):
        return ChatModel("tiny", ChatEncoder(thinking_tokenizer, thinking=thinking), tiny_model)

    assert not can_be_asked(model("on"))
    assert can_be_asked(model("off"))


def test_an_answer_that_leaves_no_room_names_its_place(chat_model, talk):
    with pytest.raises(UserError, match=r"data\.jsonl:1: .* do not fit"):
        p_true(chat_model, [talk("Q")], ["word " * 600])


@pytest.mark.parametrize("question", ["x ", "国 "])
def test_no_room_for_the_question_is_known_before_there_is_an_answer(chat_model, talk, question):
    """To the token: what passes never fails for an answer of that length, one more might."""
    encoder, limit = chat_model.encoder, chat_model.model.config.max_position_embeddings
    conversation = talk(question * 30, system="You are Atlas.")
    asked = ask_for_verdict(conversation, "")
    whole = len(encoder.encode_prompt(asked.system, asked.prompt))
    longest = limit - whole - 1
    check_room(chat_model, [conversation], max_new_tokens=longest)
    text = "x" * longest  # a token each
    assert len(encoder.encode_text(text)) == longest
    p_true(chat_model, [conversation], [text])
    with pytest.raises(UserError, match="do not fit"):
        p_true(chat_model, [conversation], [text + "x"])

    with pytest.raises(UserError) as error:
        check_room(chat_model, [conversation, talk("Hi"), conversation], max_new_tokens=longest + 1)
    assert len(error.value.faults) == 2
    prompt = len(encoder.encode_prompt(conversation.system, conversation.prompt))
    message = str(error.value)
    assert f"data.jsonl:1: {prompt} prompt tokens, {longest + 1} of the answer and " in message
    assert f"{whole + 1 - prompt} of the question whether it is right do not fit" in message
    assert "at most 512 tokens together" in message
    assert "--budget head" in message


def test_a_prompt_without_room_for_an_answer_is_told_by_the_answering(chat_model, talk):
    check_room(chat_model, [talk("x " * 600)], max_new_tokens=4)


def test_it_is_a_route_of_the_scorer(chat_model, talk):
    asked = [talk("One?"), talk("Two?")]
    answers = chat_model.answer(asked, max_new_tokens=4)
    scorer = Scorer(self_report=True)
    [(route, scores)] = scorer.asked_by_route(chat_model, asked, answers, max_new_tokens=4)
    assert route == "self_report"
    expected = p_true(chat_model, asked, [answer.text for answer in answers])
    assert scores == [{"p_true": value} for value in expected]
    assert not list(Scorer().asked_by_route(chat_model, asked, answers, max_new_tokens=4))


def test_a_beginning_that_was_read_before_changes_no_verdict(chat_model, talk):
    asked = [talk("x " * n, system="You are Atlas.") for n in (1, 9, 3)]
    answers = ["Paris", "x y", ""]
    expected = [
        reference(chat_model, each, text, ENGLISH)
        for each, text in zip(asked, answers, strict=True)
    ]
    for known in (asked, asked[:1], [talk("Hi", system="You are another.")]):
        model = chat_model.having_read(known, max_new_tokens=4)
        assert p_true(model, asked, answers) == pytest.approx(expected, abs=1e-5)
        [alone] = p_true(model, asked[:1], answers[:1])
        assert alone == pytest.approx(expected[0], abs=1e-5)


def test_a_thinking_model_s_prompt_goes_on_otherwise(thinking_tokenizer, build_model, talk):
    """Its prompt ends in an empty think block, which its answer in the conversation lacks."""
    encoder = ChatEncoder(thinking_tokenizer, thinking="off")
    model = ChatModel("tiny", encoder, build_model(len(thinking_tokenizer)))
    plain = p_true(model, [talk("Hi")], ["Hello"])
    read = model.having_read([talk("Hi")], max_new_tokens=4)
    assert p_true(read, [talk("Hi")], ["Hello"]) == pytest.approx(plain, abs=1e-5)
