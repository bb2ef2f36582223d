from contextlib import nullcontext

import pytest

from rolewright.evaluation.arms import Arm
from rolewright.evaluation.run import run_suite
from rolewright.evaluation.targets.target import Reply


class Behaving:
    """A target whose reply is a function of the conversation."""

    def __init__(self, behave):
        self.behave = behave

    def answer(self, conversations, *, on_replies, **_):
        for index, conversation in enumerate(conversations):
            on_replies({index: Reply(self.behave(conversation), 1, 1, True)})


@pytest.fixture
def figures():
    """Figures of a suite whose arms behave as told: by name a function of the conversation."""

    def run(suite, system="S", **arms):
        samples = {}
        for name, behave in arms.items():
            arm = Arm(name, system, lambda behave=behave: nullcontext(Behaving(behave)))
            samples[name] = run_suite(
                suite, arm, max_new_tokens=8, done={}, on_samples=lambda _: None
            )
        return suite.summarise(samples)

    return run
