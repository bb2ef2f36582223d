"""A map of the inputs: what users say alike lies close together."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rolewright.dataset.character_tfidf import CharacterTfidf
from rolewright.dataset.row import Row
from rolewright.dataset.sample import RowSample, inputs_of
from rolewright.dataset.scenario_assignment import ScenarioAssigner
from rolewright.finding import Finding
from rolewright.role.schema import RoleFile

_MOST_GRAMS = 2048
_SHOWN_CHARACTERS = 200


class InputMap:
    """Takes a sample of the role's rows; it finds nothing, and is looked at."""

    def __init__(self, role: RoleFile) -> None:
        self._role = role
        self._assigner = ScenarioAssigner(role.scenarios)
        self._sample = RowSample()

    def add(self, row: Row) -> Iterator[Finding]:
        """Show the sample a row of the role."""
        if row.system == self._role.system:
            self._sample.add(row)
        yield from ()

    def finish(self) -> Iterator[Finding]:
        """Nothing."""
        yield from ()

    def figures(self) -> dict[str, Any]:
        """Points with the row's place, scenario (null = none clear), and what the user says."""
        conversations = [row.conversation for row in self._sample.rows]
        texts = [" ".join(inputs_of(conversation)) for conversation in conversations]
        points = []
        for conversation, text, (x, y) in zip(conversations, texts, project(texts), strict=True):
            assignment = self._assigner.assign(conversation)
            points.append(
                {
                    "x": float(x),
                    "y": float(y),
                    "text": text[:_SHOWN_CHARACTERS],
                    "place": str(conversation.place),
                    "scenario": assignment.scenario if assignment.certain else None,
                }
            )
        return {"rows": self._sample.seen, "points": points}


def project(texts: Sequence[str]) -> NDArray[np.float64]:
    """The two directions in which texts differ most, shape ``(texts, 2)``.

    Principal components of the TF-IDF weights of characters; the same texts give the same map.
    """
    from scipy.sparse.linalg import svds

    weights = CharacterTfidf(texts, _MOST_GRAMS).matrix(texts)
    if min(weights.shape) < 3 or len(set(texts)) < 3:
        return np.zeros((len(texts), 2))
    centred = weights - weights.mean(axis=0)
    left, strengths, _ = svds(centred, k=2, v0=np.ones(min(centred.shape)))
    points: NDArray[np.float64] = (left * strengths)[:, ::-1]
    # The sign of a component means nothing; the farthest text lies on the positive side.
    farthest = points[np.abs(points).argmax(axis=0), (0, 1)]
    return points * np.where(farthest < 0, -1, 1)
