from contextlib import contextmanager

from rolewright.evaluation.arms import Arm
from rolewright.evaluation.evaluate import Settings, evaluate
from rolewright.evaluation.log import read_samples
from rolewright.evaluation.prompts import prompts_of_role
from rolewright.generation.chat_model import Answer
from rolewright.generation.decode import Generation


class Scripted:
    """A model whose answers are known: the name only with the role, a sentence without it."""

    def answer(self, conversations, *, on_answers, **_):
        for index, conversation in enumerate(conversations):
            text = "It is Paris,\nof\u2028course." if conversation.system is None else "Paris"
            answer = Answer(text, text.split(), Generation([7], [-0.1], [0.1], [0.8]), 3)
            on_answers({index: answer})


@contextmanager
def scripted():
    yield Scripted()


def test_arms_are_judged_logged_and_summed_up(role, tmp_path):
    arms = [Arm("base", False, scripted), Arm("base+role", True, scripted)]
    announced = []
    log = tmp_path / "new" / "log.jsonl"
    results, samples = evaluate(
        role, "scripted", arms, prompts_of_role(role), Settings(log=log), announced.extend
    )
    assert announced == samples
    assert (results["arms"]["base"]["isr"], results["arms"]["base+role"]["isr"]) == (0, 1)
    assert results["arms"]["base"]["system"] is None
    assert results["arms"]["base+role"]["system"] == "Answer with the name only."
    records = read_samples(log)
    assert len(records) == 6
    first = records[0]
    assert (first["arm"], first["scenario"], first["system"]) == ("base", "capital", None)
    assert [v["rule"] for v in first["verdicts"]] == ["short", "one-line"]
    assert not first["verdicts"][0]["passed"]
    assert first["verdicts"][0]["evidence"]
    assert [v["rule"] for v in records[2]["verdicts"]] == ["one-line"]
