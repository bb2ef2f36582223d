import copy
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from rolewright.confidence.sampling.meaning import EQUAL_TEXTS, EmbeddingModel, EntailmentModel
from rolewright.confidence.sampling.meaning_model import describe_meaning_model, load_meaning_model

LABELS = ("contradiction", "neutral", "entailment")
TEXTS = ["Paris", "It is Paris.", "Rome", "巴黎", "", "the capital of Italy", "5", "yes yes yes"]


class Inclusion(torch.nn.Module):
    """A premise entails a hypothesis (label 1) that has no token of its own."""

    device = torch.device("cpu")

    def forward(self, input_ids, token_type_ids, attention_mask):
        yes = []
        for ids, types, mask in zip(input_ids, token_type_ids, attention_mask, strict=True):
            premise, hypothesis = ids[(types == 0) & (mask > 0)], ids[(types == 1) & (mask > 0)]
            yes.append(set(hypothesis.tolist()) <= set(premise.tolist()))
        self.pairs = getattr(self, "pairs", 0) + len(yes)
        self.width = input_ids.shape[1]
        return SimpleNamespace(logits=torch.tensor([[0.5, float(each)] for each in yes]))


@pytest.fixture
def inclusion(pair_tokenizer):
    return EntailmentModel(pair_tokenizer, Inclusion(), 1, 64)


def test_different_texts_differ():
    found = EQUAL_TEXTS.compare(["?", "?"], [["a", "b"], ["c"]])
    assert [each.tolist() for each in found] == [[[True, False], [False, True]], [[True]]]


def test_answers_mean_the_same_that_entail_each_other(inclusion):
    texts = [" one two", " two one one", " one", " two"]
    found = inclusion.compare(["three"], [texts])[0].tolist()
    assert found == [
        [True, True, False, False],  # "one" follows from "one two", but not the other way round
        [True, True, False, False],
        [False, False, True, False],
        [False, False, False, True],
    ]
    assert inclusion.model.pairs == 12


def test_the_question_is_read_with_its_answer(inclusion):
    """Alone one would not follow from the other; behind the question both say nothing new."""
    assert inclusion.compare([" one two"], [[" one", " two"]])[0].all()


def test_a_label_decides_what_entailment_is(inclusion):
    other = EntailmentModel(inclusion.tokenizer, inclusion.model, 0, 64)
    found = other.compare(["three"], [[" one two", " two one", " one"]])[0]
    # What does not follow either way, and each text itself.
    assert not found[0, 1]
    assert found.diagonal().all()


def test_pairs_are_read_in_batches_and_each_question_on_its_own(inclusion):
    texts = [[" one", " two one", " one two one", f" {'six ' * n}"] for n in range(1, 12)]
    found = inclusion.compare(["?"] * 11, texts)
    assert inclusion.model.pairs == 11 * 12
    for each, alone in zip(found, texts, strict=True):
        assert (each == inclusion.compare(["?"], [alone])[0]).all()
        assert each[1, 2]
        assert each.sum() == 6
    assert inclusion.compare([], []) == []
    assert inclusion.compare(["?"], [["a"]])[0].tolist() == [[True]]


def test_of_what_does_not_fit_the_beginning_of_the_question_is_left_out(pair_tokenizer):
    """A long question is what both have in common: answers alone decide."""
    tokenizer = copy.deepcopy(pair_tokenizer)
    tokenizer.truncation_side = "left"
    model = EntailmentModel(tokenizer, Inclusion(), 1, 12)
    question = " one two" + " three" * 40
    found = model.compare([question], [[" one", " two", " three"]])[0]
    assert model.model.width == 12
    assert found.tolist() == np.eye(3, dtype=bool).tolist()


@pytest.mark.parametrize("seed", range(3))
def test_a_cross_encoder_decides_as_it_does_pair_by_pair(write_encoder, seed):
    folder = write_encoder("nli", *LABELS, seed=seed)
    settings = describe_meaning_model(str(folder), None)
    assert (settings.kind, settings.min_cosine) == ("entailment", None)
    model = load_meaning_model(settings)
    [found] = model.compare(["Which city?"], [TEXTS])
    expected = np.eye(len(TEXTS), dtype=bool)
    entails = np.zeros_like(expected)
    for one, premise in enumerate(TEXTS):
        for other, hypothesis in enumerate(TEXTS):
            pair = (f"Which city? {premise}", f"Which city? {hypothesis}")
            encoded = model.tokenizer(*pair, return_tensors="pt")
            with torch.no_grad():
                logits = model.model(**encoded).logits[0]
            entails[one, other] = LABELS[int(logits.argmax())] == "entailment"
    expected |= entails & entails.T
    assert found.tolist() == expected.tolist()
    assert entails.any()
    assert not entails.all()


@pytest.fixture
def one_hot(write_encoder):
    """An embedding model whose states are the words themselves: no layer, no positions."""
    from transformers import BertConfig, BertModel

    folder = write_encoder("words")
    config = BertConfig.from_pretrained(folder)
    config.update(
        {"num_hidden_layers": 0, "hidden_size": config.vocab_size, "num_attention_heads": 1}
    )
    model = BertModel(config)
    with torch.no_grad():
        for parameter in model.embeddings.parameters():
            parameter.zero_()
        model.embeddings.word_embeddings.weight.copy_(torch.eye(config.vocab_size))
        model.embeddings.word_embeddings.weight[:3] = 0  # special tokens say nothing
        model.embeddings.LayerNorm.weight.fill_(1)
    model.save_pretrained(folder)
    return folder


@pytest.mark.parametrize("threshold", [0.3, 0.6, 0.75, 0.95])
def test_a_cosine_decides_for_an_embedding_model(one_hot, threshold):
    """The mean of one-hot words has the cosine of the words' counts."""
    texts = [" one", " one two", " two one two one", " two", " seven", " one one one two"]
    settings = describe_meaning_model(str(one_hot), threshold)
    assert (settings.kind, settings.min_cosine) == ("embedding", threshold)
    model = load_meaning_model(settings)
    [found] = model.compare(["?"], [texts])
    counts = np.zeros((len(texts), len(model.tokenizer)))
    for row, text in enumerate(texts):
        np.add.at(counts[row], model.tokenizer(text, add_special_tokens=False)["input_ids"], 1)
    counts /= np.linalg.norm(counts, axis=1, keepdims=True)
    expected = counts @ counts.T >= threshold
    assert found.tolist() == expected.tolist()
    assert len(texts) < expected.sum() < len(texts) ** 2


@pytest.mark.parametrize("pooling", ["mean", "cls", "lasttoken"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_embeddings_do_not_depend_on_the_batch(write_encoder, pooling, side):
    loaded = load_meaning_model(describe_meaning_model(str(write_encoder("bert")), None))
    loaded.tokenizer.padding_side = side
    if side == "left":  # then padding would shift BERT's positions: rotary models pad so
        loaded.model.embeddings.position_embeddings.weight.data.zero_()
    model = EmbeddingModel(loaded.tokenizer, loaded.model, pooling, 0.9, 64)
    texts = [text for text in TEXTS if text]
    found = model.embed(texts)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, rtol=1e-5)
    for text, row in zip(texts, found, strict=True):
        with torch.no_grad():
            states = loaded.model(**loaded.tokenizer(text, return_tensors="pt")).last_hidden_state
        plain = {"mean": states[0].mean(0), "cls": states[0, 0], "lasttoken": states[0, -1]}
        expected = plain[pooling] / plain[pooling].norm()
        np.testing.assert_allclose(row, expected, atol=1e-5)


def test_empty_texts_and_none(write_encoder):
    model = load_meaning_model(describe_meaning_model(str(write_encoder("bert")), None))
    assert model.compare([], []) == []
    [found] = model.compare(["?"], [["", "x"]])
    assert found.diagonal().all()
