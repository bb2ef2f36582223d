"""Put a suite's probes to an arm, turn by turn, and go on where a broken run stopped."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from rolewright.evaluation.arms import Arm
from rolewright.evaluation.probe import Probe
from rolewright.evaluation.sample import Key, Sample
from rolewright.evaluation.suites.suite import Suite
from rolewright.evaluation.targets.target import Reply, Target

OnSamples = Callable[[list[Sample]], None]


def run_suite(
    suite: Suite,
    arm: Arm,
    *,
    max_new_tokens: int,
    done: Mapping[Key, Sample],
    on_samples: OnSamples,
) -> list[Sample]:
    """Let one arm answer all probes of a suite, and judge each reply.

    All first turns are answered together, then all second ones, each behind the model's own
    replies: batches stay full, and the shared beginning is computed once a round.

    Args:
        suite: asks and judges.
        arm: which weights, under which system message.
        max_new_tokens: limit on a reply's length.
        done: samples of the same run that a log has already.
        on_samples: told of the samples of each batch as soon as they are judged, not of ``done``.

    Returns:
        One sample a turn, by probe and turn, in the probes' order; of a probe that outgrows the
        model's context the last says so, and later turns have none.
    """
    samples = {key: sample for key, sample in done.items() if key[:2] == (suite.name, arm.name)}
    outgrown = _outgrown(samples)
    # Else a run that goes on would draw by the very numbers that it has drawn by.
    seed = suite.sampling.seed + len(samples) * len(suite.probes)
    suite = replace(suite, sampling=replace(suite.sampling, seed=seed))
    rounds = max(len(probe.turns) for probe in suite.probes)
    waiting = [
        [
            probe
            for probe in suite.probes
            if turn < len(probe.turns)
            and (suite.name, arm.name, probe.id, turn) not in samples
            and probe.id not in outgrown
        ]
        for turn in range(rounds)
    ]
    if any(waiting):
        with arm.opened() as target:
            for turn, left in enumerate(waiting):
                if probes := [probe for probe in left if probe.id not in outgrown]:
                    found = _ask(
                        suite, arm, target, probes, turn, samples, max_new_tokens, on_samples
                    )
                    samples |= {sample.key: sample for sample in found}
                    outgrown |= _outgrown(samples)
    keys = [
        (suite.name, arm.name, probe.id, turn)
        for probe in suite.probes
        for turn in range(len(probe.turns))
    ]
    return [samples[key] for key in keys if key[2] not in outgrown or key in samples]


def _outgrown(samples: Mapping[Key, Sample]) -> set[str]:
    """The probes that the model cannot be asked any further."""
    return {sample.conversation.id for sample in samples.values() if not sample.reply.fits}


def _ask(
    suite: Suite,
    arm: Arm,
    target: Target,
    probes: Sequence[Probe],
    turn: int,
    before: Mapping[Key, Sample],
    max_new_tokens: int,
    on_samples: OnSamples,
) -> list[Sample]:
    """One round: a turn of each probe."""
    conversations = []
    for probe in probes:
        earlier = [before[suite.name, arm.name, probe.id, number] for number in range(turn)]
        texts = tuple(sample.reply.text for sample in earlier)
        conversations.append(probe.conversation(arm.system, texts))
    found: list[Sample] = []
    start = time.monotonic()

    def judge(replies: dict[int, Reply]) -> None:
        nonlocal start
        now = time.monotonic()
        judged = [
            Sample(
                suite=suite.name,
                arm=arm.name,
                conversation=conversations[index],
                reply=reply,
                verdicts=suite.judge(probes[index], conversations[index], reply)
                if reply.fits
                else {},
                seconds=(now - start) / len(replies),
                turn=turn,
                cluster=probes[index].cluster or probes[index].id,
                facts=probes[index].facts,
            )
            for index, reply in replies.items()
        ]
        found.extend(judged)
        on_samples(judged)
        start = time.monotonic()

    if suite.scores_texts:
        target.score(conversations, on_replies=judge)
    else:
        target.answer(
            conversations,
            max_new_tokens=max_new_tokens,
            sampling=suite.sampling,
            on_replies=judge,
        )
    return found
