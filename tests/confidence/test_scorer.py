import pytest
import torch

from rolewright.confidence.dropout.settings import DropoutSettings
from rolewright.confidence.scorer import (
    SOFTMAX_ONLY,
    Scorer,
    check_dropout,
    default_head_layers,
    read_features,
)
from rolewright.confidence.scores import DROPOUT_SCORES, SOFTMAX_SCORES, surety
from rolewright.errors import UserError
from rolewright.generation.decode import generate


def decode(model, scorer, prompt=(5, 6, 7)):
    [generation] = generate(
        model, [list(prompt)], stop_ids=set(), max_new_tokens=5, tap=scorer.tap(model)
    )
    return generation


def test_features_are_the_hidden_states_where_prompt_and_answer_end(tiny_model):
    scorer = Scorer(head_layers=default_head_layers(tiny_model))
    assert scorer.head_layers == (0, 1)
    generation = decode(tiny_model, scorer)
    found = read_features(generation.trace)
    ids = [5, 6, 7, *generation.token_ids[:-1]]  # the last token was chosen and never read
    expected = []
    hooks = [
        layer.register_forward_hook(lambda _m, _a, output: expected.append(output[0]))
        for layer in tiny_model.model.layers
    ]
    with torch.no_grad():
        tiny_model(torch.tensor([ids]))
    for hook in hooks:
        hook.remove()
    states = [each.reshape(len(ids), -1) for each in expected]
    rows = torch.cat([state[at] for at in (2, len(ids) - 1) for state in states])
    torch.testing.assert_close(torch.tensor(found), rows, atol=1e-5, rtol=1e-5)


def test_a_budget_decides_which_scores_there_are(tiny_model):
    dropout = DropoutSettings(rate=0.1, layers=1, samples=3)
    for scorer, names in (
        (SOFTMAX_ONLY, {*SOFTMAX_SCORES}),
        (Scorer(dropout=dropout), {*SOFTMAX_SCORES, *DROPOUT_SCORES}),
    ):
        found = scorer.scores(tiny_model, decode(tiny_model, scorer))
        assert found.keys() == names
        assert all(0 <= surety(name, value) <= 1 for name, value in found.items())


def test_without_dropout_the_mixture_is_the_sequence_probability(tiny_model):
    scorer = Scorer(dropout=DropoutSettings(rate=0, layers=2, samples=4))
    found = scorer.scores(tiny_model, decode(tiny_model, scorer))
    for mixture, plain in (
        ("mixture_probability", "sequence_probability"),
        ("normalised_mixture", "normalised_probability"),
        ("predictive_entropy", "mean_entropy"),
        ("expected_entropy", "mean_entropy"),
    ):
        assert found[mixture] == pytest.approx(found[plain], rel=1e-4)
    assert found["mutual_information"] < 1e-5
    assert found["logprob_deviation"] < 1e-5


def test_untapped_answers_have_no_features(tiny_model):
    with pytest.raises(ValueError, match="no hidden states"):
        read_features(decode(tiny_model, SOFTMAX_ONLY).trace)


def test_models_without_exact_passes_are_refused(tiny_model, build_model):
    check_dropout(tiny_model)
    # An answer may fit into this window where a prompt does not.
    window = build_model(60, use_sliding_window=True, sliding_window=300, max_window_layers=0)
    assert window.config.max_position_embeddings > 300
    with pytest.raises(UserError, match="--budget head"):
        check_dropout(window)
    qwen1 = build_model(60)
    qwen1.config.qwen1_long_context = True
    with pytest.raises(UserError, match="as Qwen-1 does"):
        check_dropout(qwen1)
    with pytest.raises(UserError, match="--dropout-place residual"):
        check_dropout(tiny_model, "adapter")  # as after full fine-tuning
