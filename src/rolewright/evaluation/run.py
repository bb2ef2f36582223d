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
    # Else a run that goes on would draw by the very numbers that it has drawn by.
    seed = suite.sampling.seed + len(samples) * len(suite.probes)
    suite = replace(suite, sampling=replace(suite.sampling, seed=seed))
    rounds = range(max(len(probe.turns) for probe in suite.probes))
    if any(_waiting(suite, arm, turn, samples) for turn in rounds):
        with arm.opened() as target:
            for turn in rounds:
                if probes := _waiting(suite, arm, turn, samples):
                    asked = [_Asked(suite, arm, probe, turn, samples) for probe in probes]
                    found = _answer(target, suite, asked, max_new_tokens, on_samples)
                    samples |= {sample.key: sample for sample in found}
    outgrown = _outgrown(samples)
    keys = [
        (suite.name, arm.name, probe.id, turn)
        for probe in suite.probes
        for turn in range(len(probe.turns))
    ]
    return [samples[key] for key in keys if key[2] not in outgrown or key in samples]


def _waiting(suite: Suite, arm: Arm, turn: int, samples: Mapping[Key, Sample]) -> list[Probe]:
    """The probes of which a turn is still to be asked."""
    outgrown = _outgrown(samples)
    return [
        probe
        for probe in suite.probes
        if turn < len(probe.turns)
        and (suite.name, arm.name, probe.id, turn) not in samples
        and probe.id not in outgrown
    ]


def _outgrown(samples: Mapping[Key, Sample]) -> set[str]:
    """The probes that the model cannot be asked any further."""
    return {sample.conversation.id for sample in samples.values() if not sample.reply.fits}


class _Asked:
    """A turn of a probe, behind the replies of an arm to the turns before.

    Args:
        suite: asks and judges.
        arm: that is asked.
        probe: of the suite.
        turn: from 0.
        samples: of the arm, with those of the turns before.
    """

    def __init__(
        self, suite: Suite, arm: Arm, probe: Probe, turn: int, samples: Mapping[Key, Sample]
    ) -> None:
        self._suite, self._arm, self._probe, self._turn = suite, arm.name, probe, turn
        earlier = [samples[suite.name, arm.name, probe.id, number] for number in range(turn)]
        texts = tuple(sample.reply.text for sample in earlier)
        self.conversation = probe.conversation(arm.system, texts)

    def judge(self, reply: Reply, seconds: float) -> Sample:
        """The reply, judged if there is one."""
        suite, probe = self._suite, self._probe
        return Sample(
            suite=suite.name,
            arm=self._arm,
            conversation=self.conversation,
            reply=reply,
            verdicts=suite.judge(probe, self.conversation, reply) if reply.fits else {},
            seconds=seconds,
            turn=self._turn,
            cluster=probe.cluster,
            facts=probe.facts,
        )


def _answer(
    target: Target,
    suite: Suite,
    asked: Sequence[_Asked],
    max_new_tokens: int,
    on_samples: OnSamples,
) -> list[Sample]:
    """Let a target answer one round, and judge each batch of replies as it comes."""
    conversations = [each.conversation for each in asked]
    found: list[Sample] = []
    start = time.monotonic()

    def judge(replies: dict[int, Reply]) -> None:
        nonlocal start
        now = time.monotonic()
        seconds = (now - start) / len(replies)
        judged = [asked[index].judge(reply, seconds) for index, reply in replies.items()]
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
