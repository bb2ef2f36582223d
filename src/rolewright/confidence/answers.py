"""Graded answers as arrays, divided so that nothing is judged by what it was fitted to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rolewright.confidence.asked import question_key
from rolewright.confidence.graded import GradedAnswer
from rolewright.confidence.head import Head, fit_linear_head, fit_mlp_head
from rolewright.confidence.log_odds import probability
from rolewright.confidence.scores import HEAD, STATES, HeadKind, surety
from rolewright.errors import UserError

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

FOLDS = 5
_FIT_HEAD: dict[HeadKind, Callable[[NDArray[np.float32], Sequence[bool]], Head]] = {
    "linear": fit_linear_head,
    "mlp": fit_mlp_head,
}


@dataclass(frozen=True, slots=True)
class Answers:
    """Graded answers as arrays.

    Attributes:
        sureties: by score name, each in [0, 1], shape (answers,).
        correct: shape (answers,).
        groups: equal for the same question, shape (answers,).
        features: what a head reads, shape (answers, inputs); None without a head.
        head_kind: of heads that are fitted to them.
    """

    sureties: dict[str, Floats]
    correct: NDArray[np.bool_]
    groups: Rows
    features: NDArray[np.float32] | None = None
    head_kind: HeadKind = "linear"

    @classmethod
    def of(
        cls,
        graded: Sequence[GradedAnswer],
        features: NDArray[np.float32] | None = None,
        head_kind: HeadKind = "linear",
    ) -> "Answers":
        """Take graded answers apart; a head's scores are left to be cross-fitted."""
        fitted = {HEAD, *STATES}
        names = [name for name in graded[0].scores if name not in fitted] if graded else []
        sureties = {
            name: np.array([surety(name, answer.scores[name]) for answer in graded])
            for name in names
        }
        correct = np.array([answer.correct for answer in graded], dtype=bool)
        return cls(
            sureties,
            correct,
            group_questions([answer.question for answer in graded]),
            features,
            head_kind,
        )

    def part(self, rows: Rows) -> "Answers":
        """Some of the answers."""
        return replace(
            self,
            sureties={score: values[rows] for score, values in self.sureties.items()},
            correct=self.correct[rows],
            groups=self.groups[rows],
            features=None if self.features is None else self.features[rows],
        )

    def folds(self) -> list[tuple[Rows, Rows]]:
        """Rows to fit to and rows to judge, ``FOLDS`` times, or as often as the rarer kind allows.

        A question that was asked twice falls into one fold.

        Raises:
            UserError: too few different questions for every fold to have both kinds to fit to.
        """
        from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

        number = min(FOLDS, int(self.correct.sum()), int((~self.correct).sum()))
        folds, different = [], len(set(self.groups.tolist()))
        if 2 <= number <= different:
            # Groups take long, since the best fold of each is looked for.
            groups = None if different == len(self.groups) else self.groups
            kind = StratifiedKFold if groups is None else StratifiedGroupKFold
            splitter = kind(number, shuffle=True, random_state=0)
            folds = list(splitter.split(self.groups, self.correct, groups))
        if not folds or any(len(set(self.correct[fitting].tolist())) < 2 for fitting, _ in folds):
            raise UserError.at(
                "the graded questions",
                "all right or all wrong answers belong to a few questions asked again and again",
                fix="add different questions",
            )
        return folds

    def fit_head(self) -> Head | None:
        """A head fitted to all of them; None without features."""
        if self.features is None:
            return None
        return _FIT_HEAD[self.head_kind](self.features, self.correct.tolist())

    def with_head(self, head: Head | None) -> "Answers":
        """With the scores of a head that was fitted to other answers."""
        if head is None or self.features is None:
            return self
        return self._with_scores(head.apply(self.features), head)

    def with_cross_fitted_head(self) -> "Answers":
        """With each answer's score of a head that was fitted without it."""
        if self.features is None:
            return self
        scores = np.zeros(len(self.correct))
        for fitting, judged in self.folds():
            head = self.part(fitting).fit_head()
            scores[judged] = self.part(judged).with_head(head).sureties[HEAD]
        # Components know nothing of right and wrong: those of all answers flatter none.
        return self._with_scores(scores, self.fit_head())

    def _with_scores(self, scores: Floats, head: Head | None) -> "Answers":
        """With a head's scores, and the components that it was fitted on."""
        found = {**self.sureties, HEAD: scores}
        if head is not None and head.components is not None and self.features is not None:
            of_answers = probability(head.components.apply(self.features))
            found |= dict(zip(STATES, of_answers.T, strict=False))
        return replace(self, sureties=found)


def group_questions(questions: Sequence[str]) -> Rows:
    """A number for each question that is equal for the same ones, shape (questions,)."""
    keys = [question_key(each) for each in questions]
    # An array of texts would take the room of the longest for each of them.
    numbers = {key: number for number, key in enumerate(sorted(set(keys)))}
    return np.array([numbers[key] for key in keys], dtype=np.int64)


def first_asked(questions: Sequence[str]) -> Rows:
    """Where each question stands first, ascending: the same one again is no further evidence."""
    return np.sort(np.unique(group_questions(questions), return_index=True)[1]).astype(np.int64)


def halves(questions: Sequence[str]) -> tuple[Rows, Rows]:
    """Rows of two halves that have no question in common, drawn without a look at the answers.

    Args:
        questions: length (answers,).

    Raises:
        UserError: there are fewer than two different questions.
    """
    groups = group_questions(questions)
    different = len(set(groups.tolist()))
    if different < 2:
        raise UserError.at(
            "the graded questions",
            f"{different} of them are different",
            expected="hundreds: one half is fitted to, the other keeps the promise",
        )
    from sklearn.model_selection import GroupShuffleSplit

    splitter = GroupShuffleSplit(1, test_size=0.5, random_state=0)
    first, second = next(splitter.split(questions, groups=groups))
    return np.asarray(first), np.asarray(second)
