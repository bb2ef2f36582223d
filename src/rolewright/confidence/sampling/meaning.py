"""Which answers to a question mean the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

Alike = NDArray[np.bool_]
"""Which texts mean the same: symmetric, shape (texts, texts)."""
Pooling = Literal["mean", "cls", "lasttoken"]
_BATCH = 64


class MeaningModel(Protocol):
    """Tells which answers mean the same."""

    def compare(self, questions: Sequence[str], texts: Sequence[Sequence[str]]) -> list[Alike]:
        """Compare the answers to each question with each other.

        Args:
            questions: length (questions,).
            texts: of each question, all different.
        """
        ...


@dataclass(frozen=True, slots=True)
class EqualTexts:
    """Different texts never mean the same."""

    def compare(self, questions: Sequence[str], texts: Sequence[Sequence[str]]) -> list[Alike]:
        """Only a text and itself are alike."""
        return [np.eye(len(each), dtype=bool) for each in texts]


EQUAL_TEXTS = EqualTexts()


@dataclass(frozen=True, slots=True)
class EntailmentModel:
    """Answers mean the same that entail each other (Kuhn et al. 2023, arXiv 2302.09664, section 3).

    Each is read behind its question. Of what does not fit into the model, the beginning is left
    out: the question's.

    Attributes:
        tokenizer: that cuts on the left.
        model: a cross-encoder: a classifier of premise and hypothesis.
        label: the class that means entailment.
        max_tokens: of premise and hypothesis together.
    """

    tokenizer: Any
    model: Any
    label: int
    max_tokens: int

    def compare(self, questions: Sequence[str], texts: Sequence[Sequence[str]]) -> list[Alike]:
        """Let all pairs go through the model both ways, those of all questions in batches."""
        pairs = [
            (row, one, other)
            for row, each in enumerate(texts)
            for one in range(len(each))
            for other in range(len(each))
            if one != other
        ]
        read = [[f"{question} {text}" for text in each]
                for question, each in zip(questions, texts, strict=True)]  # fmt: skip
        entails = [np.eye(len(each), dtype=bool) for each in texts]
        found = self._entail([(read[row][one], read[row][other]) for row, one, other in pairs])
        for (row, one, other), yes in zip(pairs, found, strict=True):
            entails[row][one, other] = yes
        return [each & each.T for each in entails]

    @torch.inference_mode()
    def _entail(self, pairs: Sequence[tuple[str, str]]) -> list[bool]:
        found: dict[int, bool] = {}
        for rows in _batches([len(premise) + len(hypothesis) for premise, hypothesis in pairs]):
            encoded = self.tokenizer(
                [pairs[row][0] for row in rows],
                [pairs[row][1] for row in rows],
                truncation=True,
                max_length=self.max_tokens,
                padding=True,
                return_tensors="pt",
            )
            chosen = self.model(**encoded.to(self.model.device)).logits.argmax(dim=-1)
            found |= {
                row: each == self.label for row, each in zip(rows, chosen.tolist(), strict=True)
            }
        return [found[row] for row in range(len(pairs))]


@dataclass(frozen=True, slots=True)
class EmbeddingModel:
    """Answers mean the same whose embeddings have a large cosine; the question is not read.

    Attributes:
        tokenizer: of the model.
        model: that gives hidden states.
        pooling: what becomes of a text's states.
        min_cosine: from which on two mean the same.
        max_tokens: of a text; what is behind them is left out.
    """

    tokenizer: Any
    model: Any
    pooling: Pooling
    min_cosine: float
    max_tokens: int

    def compare(self, questions: Sequence[str], texts: Sequence[Sequence[str]]) -> list[Alike]:
        """Embed the texts of all questions in batches, and compare those of each."""
        embedded = iter(self.embed([text for each in texts for text in each]))
        found = []
        for each in texts:
            vectors = np.array([next(embedded) for _ in each])
            found.append((vectors @ vectors.T >= self.min_cosine) | np.eye(len(each), dtype=bool))
        return found

    @torch.inference_mode()
    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embeddings of length 1, shape (texts, hidden)."""
        found: dict[int, NDArray[np.float32]] = {}
        for rows in _batches([len(text) for text in texts]):
            encoded = self.tokenizer(
                [texts[row] for row in rows],
                truncation=True,
                max_length=self.max_tokens,
                padding=True,
                return_tensors="pt",
            ).to(self.model.device)
            states = self.model(**encoded).last_hidden_state.float()  # (batch, tokens, hidden)
            pooled = _pool(states, encoded["attention_mask"], self.pooling)
            vectors = torch.nn.functional.normalize(pooled, dim=-1).cpu().numpy()
            found |= dict(zip(rows, vectors, strict=True))
        return np.array([found[row] for row in range(len(texts))])


def _pool(states: torch.Tensor, mask: torch.Tensor, pooling: Pooling) -> torch.Tensor:
    """One vector a text, shape (batch, hidden), wherever the padding stands."""
    first = mask.argmax(dim=1)
    rows = torch.arange(len(states), device=states.device)
    match pooling:
        case "cls":
            return states[rows, first]
        case "lasttoken":
            return states[rows, first + mask.sum(dim=1) - 1]
        case "mean":
            weights = mask[:, :, None].to(states.dtype)
            return (states * weights).sum(dim=1) / weights.sum(dim=1)


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Rows in batches, those of like length together: less padding."""
    order = sorted(range(len(lengths)), key=lambda row: lengths[row])
    for start in range(0, len(order), _BATCH):
        yield order[start : start + _BATCH]
