from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest

from rolewright.confidence import question_answers, stopwatch
from rolewright.confidence.dropout.settings import DropoutSettings
from rolewright.confidence.head import fit_linear_head
from rolewright.confidence.question_answers import answer_questions
from rolewright.confidence.sampling.settings import SamplingSettings
from rolewright.confidence.scorer import Scorer, default_head_layers, read_features
from rolewright.conversations.questions import Question
from rolewright.generation.chat_model import ChatModel
from rolewright.tokens.chatml import ChatEncoder

DROPOUT = DropoutSettings(rate=0.1, layers=1, samples=2)


@pytest.fixture
def answer(tiny_model, tiny_tokenizer, talk):
    """Answer five questions in batches of two."""
    model = ChatModel("tiny", ChatEncoder(tiny_tokenizer), tiny_model)
    questions = [Question(talk(f"What is {i}?"), ("1",), "contains") for i in range(5)]

    def run(scorer, on_answers=lambda _: None):
        return answer_questions(
            model,
            questions,
            role_system="Be brief.",
            max_new_tokens=3,
            batch_size=2,
            scorer=scorer,
            on_answers=on_answers,
        )

    return run


@pytest.fixture
def head(answer, tiny_model):
    layers = default_head_layers(tiny_model)
    features = answer(Scorer(head_layers=layers)).features
    rows = np.repeat(features, 4, axis=0)
    rows = rows + np.random.default_rng(0).normal(size=rows.shape).astype(np.float32)
    return fit_linear_head(rows, [True, False] * 10)


def test_time_is_told_of_decoding_and_of_what_was_computed(answer, head, tiny_model):
    layers = default_head_layers(tiny_model)
    for scorer, routes in (
        (Scorer(), ["softmax"]),
        (Scorer(layers, head), ["softmax", "head"]),
        (Scorer(layers, head, DROPOUT), ["softmax", "head", "dropout"]),
        (Scorer(self_report=True), ["softmax", "self_report"]),
        (Scorer(sampling=SamplingSettings(samples=2)), ["softmax", "sampling"]),
    ):
        spent = answer(scorer).milliseconds
        assert list(spent) == ["decoding", *routes]
        assert all(value >= 0 for value in spent.values())


def test_a_batch_is_decoded_once_and_every_answer_is_scored(answer, head, tiny_model, monkeypatch):
    """On a clock that moves on by a second whenever it is read."""
    seconds = count()
    monkeypatch.setattr(stopwatch, "time", SimpleNamespace(perf_counter=lambda: next(seconds)))
    spent = answer(Scorer(default_head_layers(tiny_model), head, DROPOUT)).milliseconds
    assert spent == {"decoding": 3000 / 5, "softmax": 1000, "head": 1000, "dropout": 1000}


def test_what_is_kept_and_told_between_answers_is_nobodys_time(
    answer, head, tiny_model, monkeypatch
):
    now = [0.0]

    def take_a_minute(*_):
        now[0] += 60

    def keep(trace):
        take_a_minute()
        return read_features(trace)

    monkeypatch.setattr(stopwatch, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    monkeypatch.setattr(question_answers, "read_features", keep)
    spent = answer(Scorer(default_head_layers(tiny_model), head), take_a_minute).milliseconds
    assert spent == {"decoding": 0, "softmax": 0, "head": 0}


def test_a_run_reads_its_common_beginning_once(answer, tiny_model):
    """The system message for answers, verdicts and samples of all questions."""
    starts = []

    def listen(_module, _arguments, named):
        behind = named["past_key_values"].get_seq_length() or "shared_layers" in named
        starts.append(bool(behind))

    hook = tiny_model.register_forward_pre_hook(listen, with_kwargs=True)
    answer(Scorer(self_report=True, sampling=SamplingSettings(samples=3)))
    hook.remove()
    assert starts.count(False) == 1


@pytest.mark.parametrize("window", [None, 12])
def test_sharing_changes_nothing(tiny_tokenizer, build_model, talk, monkeypatch, window):
    """Beside every question, verdict and sample with a prompt computed for itself."""
    changes = {"use_sliding_window": True, "sliding_window": window, "max_window_layers": 0}
    tiny = build_model(len(tiny_tokenizer), **(changes if window else {}))
    model = ChatModel("tiny", ChatEncoder(tiny_tokenizer), tiny)
    texts = ["What is 1?", "What is 22? " * 3, "你好", "What is 1?"]
    questions = [Question(talk(text), ("1",), "contains") for text in texts]
    scorer = Scorer(
        default_head_layers(tiny),
        dropout=None if window else DROPOUT,
        self_report=True,
        sampling=SamplingSettings(samples=4),
    )

    def run(asked, size):
        return answer_questions(
            model,
            asked,
            role_system="Be brief.",
            max_new_tokens=4,
            batch_size=size,
            scorer=scorer,
            on_answers=lambda _: None,
        )

    together = run(questions, 2)
    monkeypatch.setattr(ChatModel, "having_read", lambda self, *_, **__: self)
    apart = [run([question], 1) for question in questions]
    for row, alone in enumerate(apart):
        assert together.graded[row].answer == alone.graded[0].answer
        assert together.graded[row].scores == pytest.approx(alone.graded[0].scores, abs=1e-5)
        np.testing.assert_allclose(together.features[row], alone.features[0], atol=1e-4)
    assert {"agreement", "p_true"} < together.graded[0].scores.keys()
