"""Perplexity: what training cost the model on texts that the role has no part in."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rolewright.conversations.documents import Document
from rolewright.evaluation.arms import BASE, TUNED
from rolewright.evaluation.objections.objection import Objection
from rolewright.evaluation.probe import Probe, Turn
from rolewright.evaluation.sample import Sample
from rolewright.evaluation.statistics import relative_change
from rolewright.evaluation.suites.suite import Samples, Suite

PERPLEXITY = "perplexity"
MARGIN = 0.02
"""How many more bits, as a share of the base model's, still count as no worse."""


def perplexity(documents: Sequence[Document]) -> Suite:
    """Texts to the base model and to the tuned one, as texts: no chat, no role.

    Args:
        documents: the user's own, at least two.
    """
    return Suite(
        name=PERPLEXITY,
        probes=[
            Probe(f"{number}:{document.id}", (Turn(document.text),), document.place)
            for number, document in enumerate(documents, start=1)
        ],
        arms=frozenset({BASE, TUNED}),
        judge=lambda probe, conversation, reply: {},
        summarise=_summarise,
        objections=_objections,
        scores_texts=True,
    )


def _summarise(samples: Samples) -> dict[str, Any]:
    """By arm how many bits the texts take, and whether the tuned model needs no more.

    ``bits_per_byte`` of UTF-8 can be compared between tokenizers, ``bits_per_token`` and
    ``perplexity`` (2 to the power of it) cannot. ``difference`` (None without a tuned arm) is by
    what share the tuned model needs more bits, paired by text, with its 95% interval. ``no_worse``
    says whether the whole interval lies below ``margin`` (non-inferiority).
    """
    change = None
    if TUNED in samples:
        change = relative_change(_bits(samples[TUNED]), _bits(samples[BASE]))
    return {
        "arms": {arm: _amounts(of_arm) for arm, of_arm in samples.items()},
        "margin": MARGIN,
        "difference": None if change is None else asdict(change),
        "no_worse": None if change is None else change.high < MARGIN,
    }


def _bits(samples: Sequence[Sample]) -> list[float]:
    bits = [sample.reply.bits for sample in samples]
    return [each for each in bits if each is not None]


def _amounts(samples: Sequence[Sample]) -> dict[str, Any]:
    bits = sum(_bits(samples))
    size = sum(len(sample.conversation.prompt[-1].content.encode()) for sample in samples)
    tokens = sum(sample.reply.prompt_tokens or 0 for sample in samples)
    return {
        "texts": len(samples),
        "bytes": size,
        "tokens": tokens,
        "bits_per_byte": bits / size,
        "bits_per_token": bits / tokens,
        "perplexity": 2 ** (bits / tokens),
    }


def _objections(figures: Mapping[str, Any]) -> list[Objection]:
    if figures["no_worse"] in {None, True}:
        return []
    return [Objection("bits_not_kept", figures["difference"] | {"margin": figures["margin"]})]
