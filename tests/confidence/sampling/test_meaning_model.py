import json
import shutil

import pytest

from rolewright.confidence.sampling.meaning import EQUAL_TEXTS, EmbeddingModel, EntailmentModel
from rolewright.confidence.sampling.meaning_model import describe_meaning_model, load_meaning_model
from rolewright.confidence.sampling.settings import MIN_COSINE
from rolewright.errors import UserError


def edit(folder, **changes):
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | changes), "utf-8")


def write_pooling(folder, *modes):
    (folder / "1_Pooling").mkdir()
    known = ("cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens", "lasttoken")
    config = {f"pooling_mode_{mode}": mode in modes for mode in known}
    config |= {"word_embedding_dimension": 16, "include_prompt": True}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(config), "utf-8")


@pytest.mark.parametrize(
    ("labels", "label"),
    [
        (("entailment", "neutral", "contradiction"), 0),
        (("CONTRADICTION", "NEUTRAL", "ENTAILMENT"), 2),
        (("not_entailment", "entailment"), 1),
    ],
)
def test_a_cross_encoder_has_a_label_that_means_entailment(write_encoder, labels, label):
    settings = describe_meaning_model(str(write_encoder("nli", *labels)), None)
    model = load_meaning_model(settings)
    assert isinstance(model, EntailmentModel)
    assert (settings.kind, model.label) == ("entailment", label)
    assert model.max_tokens == 64
    assert model.tokenizer.truncation_side == "left"


def test_another_classifier_is_refused(write_encoder):
    folder = write_encoder("sentiment", "negative", "positive")
    with pytest.raises(UserError, match="a sequence classifier with negative, positive") as error:
        describe_meaning_model(str(folder), None)
    assert str(folder) in str(error.value)
    assert "entailment` in id2label" in str(error.value)
    edit(folder, id2label=None)
    with pytest.raises(UserError, match="a sequence classifier with no labels"):
        describe_meaning_model(str(folder), None)


def test_a_model_that_writes_is_refused(tiny_folder):
    with pytest.raises(UserError, match="found Qwen2ForCausalLM"):
        describe_meaning_model(str(tiny_folder), None)


def test_an_embedding_model(write_encoder):
    folder = write_encoder("bert")
    settings = describe_meaning_model(str(folder), None)
    assert (settings.kind, settings.min_cosine) == ("embedding", MIN_COSINE)
    model = load_meaning_model(settings)
    assert isinstance(model, EmbeddingModel)
    assert (model.pooling, model.min_cosine) == ("mean", MIN_COSINE)
    assert describe_meaning_model(str(folder), 0.5).min_cosine == 0.5


@pytest.mark.parametrize(
    ("written", "pooling"),
    [("mean_tokens", "mean"), ("cls_token", "cls"), ("lasttoken", "lasttoken")],
)
def test_it_pools_as_it_was_trained_to(write_encoder, written, pooling):
    folder = write_encoder("bert")
    write_pooling(folder, written)
    (folder / "2_Normalize").mkdir()
    edit(folder, architectures=["Qwen3ForCausalLM"])  # Qwen3-Embedding has this one
    edit(folder, architectures=["BertForMaskedLM"])
    assert load_meaning_model(describe_meaning_model(str(folder), None)).pooling == pooling


@pytest.mark.parametrize("modes", [("max_tokens",), ("mean_tokens", "cls_token"), ()])
def test_other_pooling_is_refused(write_encoder, modes):
    folder = write_encoder("bert")
    write_pooling(folder, *modes)
    with pytest.raises(UserError, match=r"pools by (max|cls and mean|nothing)"):
        describe_meaning_model(str(folder), None)


def test_further_modules_are_refused(write_encoder):
    folder = write_encoder("labse")
    write_pooling(folder, "cls_token")
    (folder / "2_Dense").mkdir()
    with pytest.raises(UserError, match="further modules: 2_Dense"):
        describe_meaning_model(str(folder), None)


def test_a_cross_encoder_has_no_cosine(write_encoder):
    folder = write_encoder("nli", "entailment", "other")
    with pytest.raises(UserError, match=r"--min-cosine: .* is a cross-encoder"):
        describe_meaning_model(str(folder), 0.8)


def test_without_a_model_equal_texts_mean_the_same():
    assert load_meaning_model(None) is EQUAL_TEXTS


def test_a_model_that_has_gone_or_changed_is_named(write_encoder):
    folder = write_encoder("nli", "entailment", "other")
    settings = describe_meaning_model(str(folder), None)
    write_encoder("nli", "entailment", "other", seed=1)
    with pytest.raises(UserError, match="not the model that told at calibration"):
        load_meaning_model(settings)
    shutil.rmtree(folder)
    with pytest.raises(UserError, match="cannot be found: there is no such folder") as error:
        load_meaning_model(settings)
    assert "rolewright calibrate" in str(error.value)
