"""How far a judge agrees with people, and how far it goes by the order of what it is shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rolewright.evaluation.judge.cases import Decisions
from rolewright.evaluation.judge.judge import Decision
from rolewright.evaluation.judge.labels import Label
from rolewright.evaluation.statistics import Proportion, proportion

LEAST_KAPPA = 0.6
"""Where "substantial" begins (Landis & Koch 1977, Biometrics 33:159)."""
LEAST_LOW = 0.4
"""What the interval has to lie above, so that few labels have to agree more. From about 100 labels
on, half of them kept, the other limit is the harder one."""
ADVISED_LABELS = 100


@dataclass(frozen=True, slots=True)
class Agreement:
    """A judge beside people.

    Attributes:
        labels: how many.
        undecided: of them by the judge; the figures are of the others.
        agreement: share of labels that the judge decides alike.
        kappa: Cohen's: agreement beyond chance, 1 at most; None where it is not defined, since
            people or the judge say the same of all.
        low, high: its 95% interval.
    """

    labels: int
    undecided: int
    agreement: Proportion
    kappa: float | None
    low: float | None
    high: float | None

    @property
    def suffices(self) -> bool:
        """Whether the judge may stand in for people."""
        if self.kappa is None or self.low is None:
            return False
        return self.kappa >= LEAST_KAPPA and self.low > LEAST_LOW

    @property
    def in_words(self) -> str:
        """A phrase for people."""
        labels = f"{self.labels} labels"
        if self.undecided:
            labels += f", {self.undecided} of them undecided by the judge"
        if self.kappa is None:
            return (
                "kappa undefined: people or the judge say the same of every labelled answer that "
                f"the judge decides ({labels})"
            )
        found = f"kappa {self.kappa:.2f} ({self.low:.2f} to {self.high:.2f}), {labels}"
        if self.suffices:
            return found
        return f"{found}; at least {LEAST_KAPPA} and all above {LEAST_LOW} is asked for"

    def as_figures(self) -> dict[str, Any]:
        """For the results."""
        return asdict(self)


def agreement_on(labels: Sequence[Label], decisions: Decisions) -> Agreement:
    """Compare a judge's decisions with people's labels.

    The interval is the exact one of the share decided alike, seen through Cohen's definition
    with the agreement by chance taken as known, as in his own standard error (Cohen 1960,
    Educational and Psychological Measurement 20:37). So it stays open where all agree.

    Args:
        labels: at least one.
        decisions: on all of them.
    """
    from sklearn.metrics import cohen_kappa_score

    pairs = []
    for label in labels:
        holds = decisions[label.case().key].holds
        if holds is not None:
            pairs.append((label.kept, holds))
    alike = proportion([kept == holds for kept, holds in pairs])
    undecided = len(labels) - len(pairs)
    people, judge = [kept for kept, _ in pairs], [holds for _, holds in pairs]
    if len(set(people)) < 2 or len(set(judge)) < 2:
        return Agreement(len(labels), undecided, alike, None, None, None)
    kappa = float(cohen_kappa_score(people, judge))
    shares = [sum(each) / len(pairs) for each in (people, judge)]
    chance = shares[0] * shares[1] + (1 - shares[0]) * (1 - shares[1])
    ends = [(end - chance) / (1 - chance) for end in (alike.low, alike.high) if end is not None]
    low, high = ends
    return Agreement(len(labels), undecided, alike, kappa, low, high)


def order_bias(decisions: Iterable[Decision]) -> dict[str, Any]:
    """How often a judge takes the same place in both orders, whatever stands there.

    Returns:
        ``first`` and ``second``: how often which place, and a ``Proportion`` of all decisions
        whose replies can be read; ``unreadable``: how many cannot.
    """
    readable, unreadable = [], 0
    for decision in decisions:
        if decision.follows_order is None:
            unreadable += 1
        else:
            readable.append(decision)
    places = [decision.picks[0] for decision in readable if decision.follows_order]
    found: Mapping[str, Any] = asdict(proportion([bool(d.follows_order) for d in readable]))
    return {
        "first": places.count("first"),
        "second": places.count("second"),
        **found,
        "unreadable": unreadable,
    }
