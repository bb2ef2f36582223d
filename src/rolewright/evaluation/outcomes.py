"""Outcomes of two sides on the same prompts, tested together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeVar

from rolewright.confidence.multiple_testing import adjust_p_values
from rolewright.evaluation.power import SIGNIFICANCE, smallest_seen
from rolewright.evaluation.sample import Sample
from rolewright.evaluation.statistics import PairedDifference, paired_difference

Change = Literal["better", "worse", "not distinguishable"]
SamplePair = tuple[Sample, Sample]
"""Of the treatment and of the baseline, for the same turn of the same probe."""
Name = TypeVar("Name")


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Successes of both sides, pair by pair.

    Attributes:
        treatment, baseline: on the same prompts in the same order.
        clusters: of each pair.
    """

    treatment: Sequence[bool]
    baseline: Sequence[bool]
    clusters: Sequence[str]

    @classmethod
    def of(cls, pairs: Sequence[SamplePair], passed: Callable[[Sample], bool]) -> "Outcomes":
        """The outcomes of pairs of samples, by what counts as passed."""
        return cls(
            [passed(treatment) for treatment, _ in pairs],
            [passed(baseline) for _, baseline in pairs],
            [treatment.cluster for treatment, _ in pairs],
        )

    @classmethod
    def of_check(cls, pairs: Sequence[SamplePair], check: str) -> "Outcomes":
        """The outcomes of one check, where it judged both sides."""
        judged = [p for p in pairs if all(check in sample.verdicts for sample in p)]
        return cls.of(judged, lambda sample: sample.verdicts[check].passed)


@dataclass(frozen=True, slots=True)
class AdjustedDifference:
    """A paired difference among several that are tested together.

    Attributes:
        treatment_rate, baseline_rate: of both sides.
        paired: the difference.
        adjusted_p_value: Holm's, for all that are tested together.
    """

    treatment_rate: float
    baseline_rate: float
    paired: PairedDifference
    adjusted_p_value: float

    @property
    def change(self) -> Change:
        """What can be said at a level of 5% for all that are tested together.

        Where clusters differ in size, the test of signs may find a difference that the interval of
        the mean does not: its null is the stronger one. Both have to.
        """
        interval_has_zero = self.paired.low <= 0 <= self.paired.high
        if self.adjusted_p_value >= SIGNIFICANCE or interval_has_zero:
            return "not distinguishable"
        return "better" if self.paired.difference > 0 else "worse"

    def as_record(self) -> dict[str, Any]:
        """For results: flat, with ``change`` and the smallest difference that could be seen."""
        return {
            "treatment_rate": self.treatment_rate,
            "baseline_rate": self.baseline_rate,
            **asdict(self.paired),
            "adjusted_p_value": self.adjusted_p_value,
            "smallest_seen": smallest_seen(self.paired),
            "change": self.change,
        }


def compare_outcomes(outcomes: Mapping[Name, Outcomes]) -> dict[Name, AdjustedDifference]:
    """Test the paired difference of each, all together; what has no pairs is left out."""
    compared = {name: each for name, each in outcomes.items() if each.clusters}
    found = {
        name: paired_difference(each.treatment, each.baseline, each.clusters)
        for name, each in compared.items()
    }
    adjusted = adjust_p_values([paired.p_value for paired in found.values()])
    return {
        name: AdjustedDifference(
            sum(compared[name].treatment) / paired.pairs,
            sum(compared[name].baseline) / paired.pairs,
            paired,
            p_value,
        )
        for (name, paired), p_value in zip(found.items(), adjusted, strict=True)
    }


def checks_of(pairs: Sequence[SamplePair]) -> list[str]:
    """The checks that judged both sides of some pair, in the order in which they stand."""
    shared = (c for one, other in pairs for c in one.verdicts if c in other.verdicts)
    return list(dict.fromkeys(shared))
