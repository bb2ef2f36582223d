from contextlib import contextmanager

from rolewright.evaluation.arms import Arm
from rolewright.evaluation.evaluate import Settings, evaluate
from rolewright.evaluation.log import read_samples, resume_log
from rolewright.evaluation.prompts import prompts_of_role
from rolewright.evaluation.suites.adherence import adherence
from rolewright.evaluation.targets.target import Reply

SYSTEM = "Answer with the name only."


class Scripted:
    """A target whose replies are known: the name only with the role, a sentence without it."""

    def __init__(self, gives_up_after=None):
        self.asked = 0
        self.gives_up_after = gives_up_after

    def answer(self, conversations, *, on_replies, **_):
        for index, conversation in enumerate(conversations):
            if self.asked == self.gives_up_after:
                raise ConnectionError
            self.asked += 1
            text = "It is Paris,\nof\u2028course." if conversation.system is None else "Paris"
            on_replies({index: Reply(text, 3, len(text.split()), True)})

    @contextmanager
    def opened(self):
        yield self


def arms_of(target):
    return [Arm("base", None, target.opened), Arm("base+role", SYSTEM, target.opened)]


def test_arms_are_judged_logged_and_summed_up(role, tmp_path):
    announced = []
    log = tmp_path / "new" / "log.jsonl"
    suite = adherence(role, prompts_of_role(role))
    found = evaluate([suite], arms_of(Scripted()), Settings(log=log), announced.extend)
    samples = found["adherence"]
    assert announced == samples["base"] + samples["base+role"]
    figures = suite.summarise(samples)
    assert (figures["base"]["isr"], figures["base+role"]["isr"]) == (0, 1)
    assert (figures["base"]["system"], figures["base+role"]["system"]) == (None, SYSTEM)
    records = read_samples(log)
    assert len(records) == 6
    first = records[0]
    assert (first["arm"], first["scenario"], first["system"]) == ("base", "capital", None)
    assert [v["rule"] for v in first["verdicts"]] == ["short", "one-line"]
    assert not first["verdicts"][0]["passed"]
    assert first["verdicts"][0]["evidence"]
    assert [v["rule"] for v in records[2]["verdicts"]] == ["one-line"]


def test_a_broken_run_goes_on_without_asking_again(role, tmp_path):
    log = tmp_path / "log.jsonl"
    suite = adherence(role, prompts_of_role(role))
    whole = evaluate([suite], arms_of(Scripted()), Settings(), lambda _: None)
    for gives_up_after in (0, 1, 4):
        log.unlink(missing_ok=True)
        broken = Scripted(gives_up_after)
        try:
            evaluate([suite], arms_of(broken), Settings(log=log), lambda _: None)
        except ConnectionError:
            pass
        else:
            raise AssertionError("the run did not break")
        if log.exists():
            with log.open("a") as stream:
                stream.write('{"suite": "adhe')  # what a killed process leaves of a line
        done = resume_log(log)
        assert len(done) == gives_up_after
        going_on = Scripted()
        samples = evaluate([suite], arms_of(going_on), Settings(log=log, done=done), lambda _: None)
        assert going_on.asked == 6 - gives_up_after
        assert suite.summarise(samples["adherence"]) == suite.summarise(whole["adherence"])
        assert len(read_samples(log)) == 6
