import ast
import importlib
import json
from contextlib import nullcontext
from dataclasses import asdict, replace

import pytest

from rolewright.conversations.questions import Question
from rolewright.errors import UserError
from rolewright.evaluation.arms import BASE, BASE_ROLE, TUNED_FOREIGN, Arm
from rolewright.evaluation.inspect_export import export_to_inspect, open_export, score_of
from rolewright.evaluation.prompts import prompts_of_role
from rolewright.evaluation.run import run_suite
from rolewright.evaluation.suites.selection import QUICK, SUITE_NAMES, build_suites
from rolewright.evaluation.targets.target import Reply
from rolewright.role.load import load_role
from rolewright.verifiers import Verdict

EXPORTED = [name for name in SUITE_NAMES if name != "switching"]
NAMES = [*EXPORTED[:-1], "paraphrases", "instructions", EXPORTED[-1]]
OWN = """\
from rolewright.verifiers import Verdict, verifier


@verifier("even_length")
def even_length(text, conversation) -> Verdict:
    return Verdict(len(text) % 2 == 0, f"{len(text)} characters")
"""
ARM_OF = {"none": BASE, "role": BASE_ROLE, "foreign": TUNED_FOREIGN}


def say(text):
    """A reply that depends on the question only: one that keeps the rules, or breaks some."""
    replies = (
        " Paris ",
        "I cannot help with that, sorry.",
        f"You say: {text}",
        "Answer with it.\n好",
    )
    return replies[len(text) % len(replies)]


class Saying:
    def answer(self, conversations, *, on_replies, **_):
        for index, conversation in enumerate(conversations):
            text = say(conversation.messages[-1].content).strip()
            on_replies({index: Reply(text, None, None, True)})


@pytest.fixture
def own_role(role, tmp_path):
    """The role with a verifier of its own."""
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "even.py").write_text(OWN, "utf-8")
    path = tmp_path / "own.yaml"
    rule = "rules:\n  - {id: even, check: even_length}"
    text = role.source.replace("rules:", rule) + "verifiers: [checks/even.py]\n"
    path.write_text(text, "utf-8")
    return load_role(path)


@pytest.fixture
def suites(own_role, talk):
    questions = [
        Question(talk("2 + 2?", id="sum"), ("4",), "numeric"),
        Question(talk("Where is the Louvre?", id="louvre"), ("Paris", "巴黎"), "exact"),
    ]
    prompts = prompts_of_role(own_role)
    return build_suites(EXPORTED, own_role, prompts, questions, QUICK)


@pytest.fixture
def exported(own_role, suites, tmp_path):
    """A folder with all suites, and how many samples they have."""
    folder = tmp_path / "导出 out"
    return folder, export_to_inspect(folder, own_role, suites, max_new_tokens=7)


@pytest.fixture
def expected(own_role, suites, exported):
    """What we say of the same replies: verdicts by suite, sample and turn."""
    found = {}
    for suite in suites:
        for row in rows_of(exported[0], suite.name):
            metadata = row["metadata"]
            arm = Arm(ARM_OF[metadata["under"]], metadata["system"], lambda: nullcontext(Saying()))
            [probe] = [each for each in suite.probes if each.id == metadata["probe"]["id"]]
            alone = replace(suite, probes=[probe])
            samples = run_suite(alone, arm, max_new_tokens=7, done={}, on_samples=lambda _: None)
            found[suite.name, row["id"]] = [
                {check: as_json(verdict) for check, verdict in sample.verdicts.items()}
                for sample in samples
            ]
    return found


def as_json(verdict):
    return json.loads(json.dumps(asdict(verdict)))


def rows_of(folder, name):
    text = (folder / f"{name}.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.split("\n")[:-1]]


def test_a_task_and_a_data_set_a_suite(exported, suites, own_role):
    folder, samples = exported
    assert list(samples) == NAMES
    tree = ast.parse((folder / "task.py").read_text("utf-8"))
    tasks = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and any(getattr(each, "id", None) == "task" for each in node.decorator_list)
    ]
    assert tasks == NAMES
    imported = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    [of_ours] = [node for node in imported if node.module.startswith("rolewright")]
    module = importlib.import_module(of_ours.module)
    assert [alias.name for alias in of_ours.names if not hasattr(module, alias.name)] == []
    assert (folder / "role" / "role.yaml").read_text("utf-8") == own_role.source
    for suite in suites:
        rows = rows_of(folder, suite.name)
        assert samples[suite.name] == len(rows) == len({row["id"] for row in rows})
        assert {row["metadata"]["probe"]["id"] for row in rows} == {p.id for p in suite.probes}


def test_a_sample_is_what_an_arm_is_asked(exported, own_role):
    by_id = {row["id"]: row for row in rows_of(exported[0], "adherence")}
    asked = {"role": "user", "content": "法国的首都是哪里？"}
    assert by_id["none: capital:1"]["input"] == [asked]
    system = {"role": "system", "content": "Answer with the name only."}
    assert by_id["role: capital:1"]["input"] == [system, asked]
    unders = {row["metadata"]["under"] for row in rows_of(exported[0], "over_role")}
    assert unders == {"none", "foreign"}
    groups = {row["metadata"]["group"] for row in rows_of(exported[0], "leakage")}
    assert groups == {"role", "role, twin"}


def test_replies_are_judged_as_the_suites_do(exported, expected):
    folder, _ = exported
    judge = open_export(folder)
    outcomes = set()
    for (name, id_), turns in expected.items():
        [row] = [each for each in rows_of(folder, name) if each["id"] == id_]
        replies = [say(turn["text"]) for turn in row["metadata"]["probe"]["turns"]]
        found = judge(name, row["metadata"], replies)
        assert [{c: as_json(v) for c, v in verdicts.items()} for verdicts in found] == turns
        outcomes |= {(name, v["passed"]) for verdicts in turns for v in verdicts.values()}
    assert outcomes == {(name, passed) for name in NAMES for passed in (True, False)}


def test_a_score_is_the_share_of_replies_that_pass_every_check():
    good, bad = Verdict(True, "2 words"), Verdict(False, "two lines", (3, 4))
    found = score_of([{"short": good, "line": good}, {"short": good, "line": bad}, {"line": good}])
    assert found["value"] == pytest.approx(2 / 3)
    assert found["explanation"].splitlines() == [
        "1. passed short: 2 words",
        "1. passed line: 2 words",
        "2. passed short: 2 words",
        "2. FAILED line: two lines",
        "3. passed line: 2 words",
    ]
    assert [list(turn) for turn in found["metadata"]["verdicts"]] == [
        *([["short", "line"]] * 2),
        ["line"],
    ]
    assert found["metadata"]["verdicts"][1]["line"] == asdict(bad)


def test_nothing_is_overwritten(exported, own_role, suites):
    with pytest.raises(UserError, match="not empty"):
        export_to_inspect(exported[0], own_role, suites, max_new_tokens=7)


def test_inspect_comes_to_the_same_verdicts(exported, expected, tmp_path):
    inspect_ai = pytest.importorskip("inspect_ai", reason="`pip install inspect_ai` to run this")
    from inspect_ai.model import ModelOutput, ModelUsage, get_model

    folder, samples = exported

    def reply(messages, *_):
        output = ModelOutput.from_content("mockllm/model", say(messages[-1].text))
        output.usage = ModelUsage()  # else it is counted by a table from the network
        return output

    model = get_model("mockllm/model", custom_outputs=reply)
    logs = inspect_ai.eval(
        [f"{folder / 'task.py'}@{name}" for name in samples],
        model=model,
        log_dir=str(tmp_path / "logs"),
        display="none",
    )
    found = {}
    for log in logs:
        assert log.status == "success", log.error
        assert log.plan.config.max_tokens == 7
        for sample in log.samples:
            [score] = sample.scores.values()
            found[log.eval.task, sample.id] = score.metadata["verdicts"]
            turns = [
                {check: Verdict(**verdict) for check, verdict in turn.items()}
                for turn in score.metadata["verdicts"]
            ]
            ours = score_of(turns)
            assert (score.value, score.explanation) == (ours["value"], ours["explanation"])
    assert found == expected
