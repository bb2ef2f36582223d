"""What outgrew a model's context, and what is left to compare."""

from collections.abc import Mapping, Sequence

from rolewright.errors import UserError
from rolewright.evaluation.sample import Sample


def what_fits(samples: Mapping[str, Sequence[Sample]]) -> dict[str, list[Sample]]:
    """A suite's samples without what did not fit, in the same probes in every arm.

    With a probe go those of its cluster: an attack without its twin, or a conversation that breaks
    off, would be compared with whole ones.

    Args:
        samples: by arm.
    """
    lost = {s.cluster for of_arm in samples.values() for s in of_arm if not s.reply.fits}
    return {arm: [s for s in of_arm if s.cluster not in lost] for arm, of_arm in samples.items()}


def probes_in(samples: Mapping[str, Sequence[Sample]]) -> int:
    """How many probes samples are of."""
    return len({s.conversation.id for of_arm in samples.values() for s in of_arm})


def refuse_empty(suite: str, samples: Mapping[str, Sequence[Sample]], max_new_tokens: int) -> None:
    """Make sure that something of a suite is left.

    Args:
        suite: its name.
        samples: by arm, of those arms that have run.
        max_new_tokens: limit on a reply's length.

    Raises:
        UserError: nothing fits.
    """
    if probes_in(samples) and not probes_in(what_fits(samples)):
        raise UserError.at(
            "--suites",
            f"{suite}: none of its {probes_in(samples)} probes fits into the model's context "
            f"together with an answer of {max_new_tokens} tokens",
            fix="allow fewer answer tokens (--max-new-tokens), shorten the system message, or "
            "leave this suite out",
        )
