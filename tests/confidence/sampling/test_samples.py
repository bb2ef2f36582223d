import numpy as np
import pytest
import torch

from rolewright.confidence.sampling.meaning import EQUAL_TEXTS
from rolewright.confidence.sampling.samples import draw_samples
from rolewright.confidence.sampling.scores import sampling_scores
from rolewright.confidence.sampling.settings import SamplingSettings
from rolewright.confidence.scorer import Scorer
from rolewright.generation.chat_model import ChatModel
from rolewright.generation.sampling import Sampling
from rolewright.tokens.chatml import ChatEncoder


@pytest.fixture
def chat_model(tiny_tokenizer, tiny_model):
    return ChatModel("tiny", ChatEncoder(tiny_tokenizer), tiny_model)


def test_the_seed_decides_what_is_drawn(chat_model, talk):
    def draw(seed):
        settings = SamplingSettings(samples=5, seed=seed)
        return draw_samples(chat_model, talk("Hi", system="Be."), settings, max_new_tokens=6)

    first = draw(0)
    assert len(first) == 5
    # The model is random: its answers differ.
    assert len({sample.text for sample in first}) > 1
    assert first == draw(0) != draw(1)


def test_samples_of_a_sliding_window_differ_too(tiny_tokenizer, build_model, talk):
    """There each sample is a batch of its own."""
    model = build_model(
        len(tiny_tokenizer), use_sliding_window=True, sliding_window=12, max_window_layers=0
    )
    chat_model = ChatModel("tiny", ChatEncoder(tiny_tokenizer), model)
    settings = SamplingSettings(samples=4)
    drawn = draw_samples(chat_model, talk("x y " * 9), settings, max_new_tokens=6)
    assert len({sample.text for sample in drawn}) > 1
    assert drawn == draw_samples(chat_model, talk("x y " * 9), settings, max_new_tokens=6)


def test_the_prompt_is_computed_once(chat_model, talk):
    """Beside its last token, all samples start from the keys and values of one pass."""
    read = []
    hook = chat_model.model.model.layers[0].register_forward_pre_hook(
        lambda _m, arguments, named: read.append(
            tuple((arguments or [named["hidden_states"]])[0].shape[:2])
        ),
        with_kwargs=True,
    )
    settings = SamplingSettings(samples=3)
    draw_samples(chat_model, talk("x " * 20), settings, max_new_tokens=1)
    hook.remove()
    [(one, length), (three, last)] = read
    assert (one, three, last) == (1, 3, 1)
    assert length > 20


def test_they_are_drawn_at_temperature_one_without_a_nucleus(chat_model, talk, monkeypatch):
    seen = []
    answer = ChatModel.answer

    def note(self, conversations, **settings):
        seen.append((len(conversations), settings["sampling"]))
        return answer(self, conversations, **settings)

    monkeypatch.setattr(ChatModel, "answer", note)
    draw_samples(chat_model, talk("Hi"), SamplingSettings(samples=3, seed=7), max_new_tokens=2)
    assert seen == [(3, Sampling(temperature=1.0, top_p=1.0, seed=7))]


@pytest.mark.parametrize("limit", [1, 12])
def test_they_know_how_probable_they_are(chat_model, talk, limit):
    """By a plain pass over the prompt and what was drawn."""
    drawn = draw_samples(chat_model, talk("Hi"), SamplingSettings(samples=6), max_new_tokens=limit)
    prompt = chat_model.encoder.encode_prompt(None, talk("Hi").prompt)
    for sample in drawn:
        ids = [*prompt, *sample.token_ids]
        with torch.no_grad():
            logprobs = chat_model.model(torch.tensor([ids])).logits[0].log_softmax(-1)
        expected = sum(float(logprobs[at - 1, ids[at]]) for at in range(len(prompt), len(ids)))
        assert sample.logprob == pytest.approx(expected, abs=1e-4)


def test_they_are_a_route_of_the_scorer(chat_model, talk):
    asked = [talk("One?"), talk("Two? Three?")]
    answers = chat_model.answer(asked, max_new_tokens=4)
    settings = SamplingSettings(samples=3)

    class Meaning:
        def compare(self, questions, texts):
            assert questions == ["One?", "Two? Three?"]
            return [np.ones((len(each), len(each)), dtype=bool) for each in texts]

    for meaning in (EQUAL_TEXTS, Meaning()):
        scorer = Scorer(self_report=True, sampling=settings, meaning=meaning)
        routes = dict(scorer.asked_by_route(chat_model, asked, answers, max_new_tokens=4))
        assert list(routes) == ["self_report", "sampling"]
        samples = [draw_samples(chat_model, each, settings, max_new_tokens=4) for each in asked]
        given = [answer.text for answer in answers]
        questions = [each.prompt[-1].content for each in asked]
        assert routes["sampling"] == sampling_scores(questions, given, samples, meaning)
    assert [each["agreement"] for each in routes["sampling"]] == [1, 1]


@pytest.mark.parametrize("system", [None, "You are Atlas, a geography assistant."])
def test_samples_are_those_of_a_prompt_that_was_read_from_its_first_token(chat_model, talk, system):
    """Token by token, with the probabilities to 1e-5, wherever the known beginning ends."""
    asked = [talk("One?", system=system), talk("Two? Three?", system=system)]
    settings = SamplingSettings(samples=6)
    for known in (asked, asked[:1], [talk("Other", system="Something else")]):
        model = chat_model.having_read(known, max_new_tokens=6)
        assert model.read.ids
        for conversation in asked:
            plain = draw_samples(chat_model, conversation, settings, max_new_tokens=6)
            found = draw_samples(model, conversation, settings, max_new_tokens=6)
            assert [each.token_ids for each in found] == [each.token_ids for each in plain]
            logprobs = [each.logprob for each in plain]
            assert [each.logprob for each in found] == pytest.approx(logprobs, abs=1e-5)
