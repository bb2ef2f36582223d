"""No room is taken that grows with the vocabulary times an answer's length."""

import weakref

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from transformers import Qwen2Config, Qwen2ForCausalLM

from rolewright.confidence.dropout import passes
from rolewright.confidence.dropout.passes import stochastic_probabilities
from rolewright.confidence.dropout.settings import DropoutSettings
from rolewright.generation.decode import generate
from rolewright.generation.trace import Tap

VOCABULARY = 3_001  # no other dimension is as large
SAMPLES = 3


class _Living(TorchDispatchMode):
    """Counts the numbers in tensors over the vocabulary that are alive at once."""

    def __init__(self):
        super().__init__()
        self.now = self.most = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        for each in tree_leaves(result):
            # In-place operations give what lives already.
            known = any(each is other for other in tree_leaves((args, kwargs)))
            if torch.is_tensor(each) and VOCABULARY in each.shape and not known:
                self._add(each.numel())
                weakref.finalize(each, self._add, -each.numel())
        return result

    def _add(self, number):
        self.now += number
        self.most = max(self.most, self.now)


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=VOCABULARY, hidden_size=16, intermediate_size=32, num_hidden_layers=4,
        num_attention_heads=2, num_key_value_heads=1, max_position_embeddings=256,
        bos_token_id=None, eos_token_id=None,
    )  # fmt: skip
    return Qwen2ForCausalLM(config).eval()


def _most(model, steps):
    """Of decoding, and of the dropout passes behind it."""
    with _Living() as decoding:
        [answer] = generate(
            model, [[5, 6, 7]], stop_ids=(), max_new_tokens=steps, tap=Tap((1, 3), 3)
        )
    assert len(answer.token_ids) == steps
    settings = DropoutSettings(rate=0.1, layers=1, samples=SAMPLES)
    with _Living() as dropout:
        stochastic_probabilities(model, answer.trace, answer.chosen_ids, settings)
    assert decoding.most >= VOCABULARY
    assert dropout.most >= SAMPLES * VOCABULARY
    return decoding.most, dropout.most


def test_a_longer_answer_takes_no_more_of_the_vocabulary(model, monkeypatch):
    """Dropout's parts are as large for a vocabulary of a real model as eight steps are for this."""
    monkeypatch.setattr(passes, "_LOGITS_AT_ONCE", 8 * SAMPLES * VOCABULARY)
    monkeypatch.setattr(passes, "_COMPARED_AT_ONCE", 4 * SAMPLES * VOCABULARY)
    assert _most(model, 120) == pytest.approx(_most(model, 40), rel=0.05)


def test_what_is_kept_of_every_step_would_be_counted(model):
    with _Living() as living:
        kept = [torch.zeros(VOCABULARY) for _ in range(40)]
    assert living.most == 40 * VOCABULARY == sum(each.numel() for each in kept)
