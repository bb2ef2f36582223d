"""How varied inputs and answers are, measured on a sample."""

import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from statistics import fmean
from typing import Any

import numpy as np

from rolewright.dataset.character_tfidf import CharacterTfidf
from rolewright.dataset.dictated import Dictated
from rolewright.dataset.row import Row
from rolewright.dataset.sample import RowSample, inputs_of, worded_answers
from rolewright.dataset.shares import LEAST_ROWS
from rolewright.dataset.words import WINDOW_CHARACTERS, phrases_of, window_of, words_of
from rolewright.errors import Place
from rolewright.finding import Finding
from rolewright.role.schema import RoleFile

LEAST_VENDI_SHARE = 0.03
MOST_SELF_REPETITION = 0.2
SHARED = 0.1
"""Wording that so many of the answers have is a template's; a turn of phrase is in fewer."""
_ROWS = 500
_LONG_WORDS, _LONG_CHARACTERS = 6, 12
_STRETCH_WORDS = 1000
_LEAST_SHARING = 3


class Diversity:
    """Takes a sample; equal texts count once, since they are a finding of their own."""

    def __init__(self, role: RoleFile) -> None:
        self._role = role
        self._dictated = Dictated(role)
        self._sample = RowSample(_ROWS)
        self._first: Place | None = None

    def add(self, row: Row) -> Iterator[Finding]:
        """Show the sample a row of the role; nothing is found of a single one."""
        if row.system == self._role.system:
            self._sample.add(row)
            self._first = self._first or row.conversation.place
        yield from ()

    def finish(self) -> Iterator[Finding]:
        """RW316 of inputs that are alike, RW317 of answers that repeat each other."""
        inputs, answers = self._texts()
        if self._first is None:
            return
        if len(inputs) >= LEAST_ROWS:
            vendi = vendi_score(inputs)
            if vendi < LEAST_VENDI_SHARE * len(inputs):
                yield Finding(
                    "RW316",
                    self._first,
                    f"{len(inputs)} different inputs are as varied as {vendi:.1f} with nothing "
                    f"in common (Vendi score); at least {LEAST_VENDI_SHARE * len(inputs):.1f}",
                    "write inputs about other things, in other words",
                )
        if len(answers) >= LEAST_ROWS:
            repeated = self_repetition(answers, self._dictated.has_wording)
            if repeated is not None and repeated > MOST_SELF_REPETITION:
                yield Finding(
                    "RW317",
                    self._first,
                    f"{repeated:.0%} of the runs of {_LONG_WORDS} words ({_LONG_CHARACTERS} Han "
                    f"characters) stand in more than {SHARED:.0%} of {len(answers)} different "
                    f"answers, at most {MOST_SELF_REPETITION:.0%}",
                    "word the answers anew instead of filling a template",
                )

    def _texts(self) -> tuple[list[str], list[str]]:
        conversations = [row.conversation for row in self._sample.rows]
        inputs = chain.from_iterable(map(inputs_of, conversations))
        answers = chain.from_iterable(map(worded_answers, conversations))
        return list(dict.fromkeys(inputs))[:_ROWS], list(dict.fromkeys(answers))[:_ROWS]

    def figures(self) -> dict[str, Any]:
        """The measures of inputs and of answers; null where there is too little text."""
        inputs, answers = self._texts()
        return {
            "inputs": {**_measures(inputs), "vendi": vendi_score(inputs) if inputs else None},
            "answers": {
                **_measures(answers),
                "self_repetition": self_repetition(answers, self._dictated.has_wording),
            },
        }


def _measures(texts: Sequence[str]) -> dict[str, Any]:
    return {
        "different": len(texts),
        "compression_ratio": compression_ratio(texts),
        "distinct_2": distinct_n(texts, 2),
    }


def compression_ratio(texts: Sequence[str]) -> float | None:
    """Bytes over compressed bytes: the higher, the more alike; Chinese has other values.

    Source: Shaib et al., Standardizing the Measurement of Text Diversity (arXiv 2403.00553).
    """
    written = "\n".join(texts).encode("utf-8", "replace")
    return len(written) / len(zlib.compress(written, 9)) if written else None


def distinct_n(texts: Sequence[str], n: int) -> float | None:
    """Different runs of ``n`` words over all, the mean over stretches of 1,000 words.

    Longer text repeats more by itself, hence stretches of one length; None of less than one.

    Source: Li et al., A Diversity-Promoting Objective Function (arXiv 1510.03055).
    """
    words = [word for text in texts for word in words_of(text)]
    starts = range(0, len(words) - _STRETCH_WORDS + 1, _STRETCH_WORDS)
    stretches = [words[start : start + _STRETCH_WORDS] for start in starts]
    if not stretches:
        return None
    return fmean(len(phrases_of(each, n)) / (_STRETCH_WORDS - n + 1) for each in stretches)


def self_repetition(
    texts: Sequence[str], dictated: Callable[[Sequence[str]], bool] = lambda _: False
) -> float | None:
    """Share of the long runs of words of each text that more than a tenth of all have; the mean.

    At least three texts have to have a run, so that few texts are not judged by pairs.

    Args:
        texts: each another one.
        dictated: tells of a run whether the texts may not go without it; such a run counts as new.

    Source: after Salkar et al., Self-Repetition in Abstractive Neural Summarizers (arXiv
    2210.08145), who count runs that any other text has: of several hundred texts about the same few
    things, most have such a run, whoever wrote them.
    """
    runs = []
    for text in texts:
        words = words_of(text)
        han = window_of(words) == WINDOW_CHARACTERS
        runs.append(phrases_of(words, _LONG_CHARACTERS if han else _LONG_WORDS))
    counts = Counter(chain.from_iterable(runs))
    least = max(_LEAST_SHARING, SHARED * len(texts))
    repeated = {run for run, count in counts.items() if count >= least and not dictated(run)}
    shares = [len(of & repeated) / len(of) for of in runs if of]
    return fmean(shares) if shares else None


def vendi_score(texts: Sequence[str]) -> float:
    """The number of texts wholly unlike each other that would be as varied, from 1 to ``len``.

    The exponential of the entropy of the eigenvalues of K / N, where K holds the cosines of the
    texts' runs of one to three characters, shape ``(N, N)``.

    Source: Friedman & Dieng, The Vendi Score (arXiv 2210.02410).
    """
    weights = CharacterTfidf(texts, by_rarity=False).matrix(texts)
    likeness = weights @ weights.T
    np.fill_diagonal(likeness, 1.0)
    eigenvalues = np.linalg.eigvalsh(likeness / len(texts))
    positive = eigenvalues[eigenvalues > 1e-12]
    return float(np.exp(-(positive * np.log(positive)).sum()))
