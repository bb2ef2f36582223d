"""What training cost the model in following a user's instructions (IFEval, arXiv 2311.07911)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rolewright.conversations.conversation import Conversation
from rolewright.evaluation.arms import BASE, TUNED
from rolewright.evaluation.objections.objection import Objection
from rolewright.evaluation.probe import Probe
from rolewright.evaluation.sample import Sample
from rolewright.evaluation.statistics import (
    clustered_proportion,
    paired_difference,
    proportion,
)
from rolewright.evaluation.suites.instructions.catalogue import build_probes, read_catalogue
from rolewright.evaluation.suites.margin import difference_values, margin_figures
from rolewright.evaluation.suites.suite import Samples, Suite
from rolewright.evaluation.targets.target import Reply
from rolewright.role.language import language_of
from rolewright.role.schema import RoleFile
from rolewright.verifiers import Verdict, judge_instructions

INSTRUCTIONS = "instructions"
MARGIN = 0.05
"""How much worse, as a share of the requests, still counts as no worse."""


def instructions(role: RoleFile, *, number: int, seed: int = 0) -> Suite:
    """IFEval's instructions in the role's language to the base and the tuned model, no role.

    Under the role they are not put: a role may have every right to answer otherwise, and what it
    does then is the override suite's question. It objects where training clearly made it worse:
    what no few dozen requests can rule out is not held against a model.

    Args:
        role: in whose language requests are made.
        number: of requests.
        seed: of the draw.
    """
    return Suite(
        name=INSTRUCTIONS,
        probes=build_probes(read_catalogue(language_of(role)), number, seed=seed),
        arms=frozenset({BASE, TUNED}),
        judge=judge_request,
        summarise=_summarise,
        objections=_objections,
    )


def judge_request(probe: Probe, conversation: Conversation, reply: Reply) -> dict[str, Verdict]:
    """Whether a reply follows each instruction of its request."""
    ids, arguments = probe.facts["instructions"], probe.facts["arguments"]
    verdicts = judge_instructions(reply.text, conversation, ids, arguments)
    return dict(zip(ids, verdicts, strict=True))


def _summarise(samples: Samples) -> dict[str, Any]:
    """By arm IFEval's four figures, and whether the tuned model is no worse.

    ``prompts`` are shares of requests with every instruction followed, ``instructions`` shares of
    instructions, ``strict`` as written and ``loose`` with IFEval's eight variants of the answer.
    Intervals are 95%, clustered by request. ``difference`` (None without a tuned arm) is tuned less
    base on strict requests, paired; ``no_worse`` says whether the whole interval lies above
    ``-margin`` (non-inferiority).
    """
    difference = None
    if TUNED in samples:
        strict = {arm: [s.kept_all for s in of_arm] for arm, of_arm in samples.items()}
        difference = paired_difference(strict[TUNED], strict[BASE])
    return {
        "arms": {
            arm: {
                "strict": _shares([_strict(sample) for sample in of_arm]),
                "loose": _shares([_loose(sample) for sample in of_arm]),
            }
            for arm, of_arm in samples.items()
        },
        **margin_figures(difference, MARGIN),
    }


def _strict(sample: Sample) -> list[bool]:
    return [verdict.passed for verdict in sample.verdicts.values()]


def _loose(sample: Sample) -> list[bool]:
    ids, arguments = sample.facts["instructions"], sample.facts["arguments"]
    verdicts = judge_instructions(
        sample.reply.text, sample.conversation, ids, arguments, loose=True
    )
    return [verdict.passed for verdict in verdicts]


def _shares(followed: Sequence[Sequence[bool]]) -> dict[str, Any]:
    single = [(number, each) for number, of in enumerate(followed) for each in of]
    return {
        "prompts": asdict(proportion([all(of) for of in followed])),
        "instructions": asdict(
            clustered_proportion([each for _, each in single], [number for number, _ in single])
        ),
    }


def _objections(figures: Mapping[str, Any]) -> list[Objection]:
    found = figures["difference"]
    if found is None or found["high"] >= 0:
        return []
    return [Objection("instructions_lost", difference_values(found))]
