import json

import pytest

from rolewright.conversations.conversation import Conversation, Message
from rolewright.errors import Place
from rolewright.evaluation.log import append_records
from rolewright.evaluation.sample import Sample
from rolewright.evaluation.targets.target import Reply
from rolewright.verifiers import Verdict

CONDITIONS = {
    "target": "model",
    "role": "sha256:role",
    "rules": {"short": "sha256:1", "polite": "sha256:2"},
    "max_new_tokens": 256,
    "precision": "auto",
}


@pytest.fixture
def sample():
    """Build a sample of a run."""

    def build(
        id_, passed, *, suite="adherence", arm="tuned+role", texts=None, turn=0, cluster="", **facts
    ):
        texts = texts or (f"Prompt {id_}?",)
        roles = ("user", "assistant")
        messages = tuple(Message(roles[n % 2], text) for n, text in enumerate(texts))
        verdicts = {rule: Verdict(ok, "said why") for rule, ok in passed.items()}
        conversation = Conversation(messages, "S", str(id_), Place("log.jsonl"), None)
        reply = Reply("text", 1, 1, True)
        return Sample(
            suite, arm, conversation, reply, verdicts, 0.5, turn, cluster or str(id_), facts
        )

    return build


@pytest.fixture
def write_run(tmp_path):
    """Write a run's folder, finished where it is not told otherwise."""

    def write(name, samples, *, finished=True, **conditions):
        folder = tmp_path / name
        append_records(folder / "log.jsonl", (each.as_record() for each in samples))
        (folder / "run.json").write_text(json.dumps(CONDITIONS | conditions), "utf-8")
        if finished:
            (folder / "results.json").write_text("{}", "utf-8")
        return folder

    return write
