from collections import Counter
from importlib import resources
from pathlib import Path

import pytest

from rolewright.confidence.grade import grade
from rolewright.conversations.conversation import Conversation, Message
from rolewright.conversations.questions import Question, read_questions
from rolewright.conversations.read import read_all
from rolewright.dataset.check import check_data
from rolewright.dataset.checks import data_checks
from rolewright.errors import Place
from rolewright.role.lint import lint_role
from rolewright.role.load import load_role
from rolewright.role.schema import RoleFile

PROJECTS = Path(str(resources.files("rolewright.demo"))) / "project"
LANGUAGES = ("en", "zh")
COMMANDS = ("check", "render", "train", "eval", "calibrate", "ask")

BROKEN_ANSWERS = {
    "en": {
        "three-sentences": "We are open. Do come in. The desk is on your left. See you soon.",
        "plain-text": "We are open **today**.",
        "says-its-name": "My name is Sophie.",
        "not-the-base-model": "I am Qwen, made by Alibaba Cloud.",
        "no-model-talk": "As an AI language model, I have no shelves.",
        "known-hours-only": "We open at 9 am on Saturdays.",
        "helps": "I'm sorry, but I can't help with that.",
        "redirects-advice": "Take two of these tablets a day.",
    },
    "zh": {
        "六十字以内": "您好，欢迎光临禾苗社区图书馆。" * 5,
        "称您": "你带身份证来就行。",
        "说中文": "We are open from Tuesday to Sunday.",
        "报自己的名字": "我叫小明，很高兴认识您。",
        "不提底层模型": "我是通义千问，由阿里云研发。",
        "不说作为AI": "作为AI，我没有办法看书。",
        "不编造时间": "周六8:30开门，您早点来。",
        "医疗法律只指路": "您吃两片布洛芬就好了。",
    },
}
FURTHER_INVENTED_TIMES = {
    "en": ["Until 5:30 pm.", "At 12pm.", "From 9.30 a.m. on.", "We close at 7 PM."],
    "zh": ["8：30开门。", "上午八点开门。", "18:00闭馆。", "9点开门。", "19:00闭馆。"],
}
GIVEN_TIMES = {
    "en": "Open 10 am to 6 pm, Thursday to 8 pm, Saturday to 4 pm, story time at 11 am.",
    "zh": "9:00开门，20:00或17:30闭馆，故事会10:00；请您早一点来，有一点挤。",
}
TIME_RULES = {"en": "known-hours-only", "zh": "不编造时间"}

# (question, right answer, wrong answer), by a part of the question's text
GRADED = {
    "en": [
        ("five days late", "That makes $1.00.", "That makes $1.20."),
        ("five days late", "At 20 cents a day, 1 dollar.", "You pay 11 dollars."),
        ("two days of the week", "On Sunday and Monday.", "On Sunday."),
        ("How many hours in total", "It is open for 40 hours.", "It is open for 42 hours."),
        ("Wednesday at 7 pm", "No, we close at 6 pm.", "Yes, until 8 pm."),
    ],
    "zh": [
        ("打印一页", "每页5角。", "每页1元。"),
        ("周五几点开馆", "9:00开馆，您早些来。", "19:00开馆。"),
        ("周四晚上七点", "开着。", "闭馆。"),
        ("从周二到周日", "61", "66"),
        ("4月1日", "5月1日到期。", "4月30日到期。"),
    ],
}


def _paths(language: str) -> tuple[str, str, str]:
    data = PROJECTS / language / "data"
    return str(data / "train.jsonl"), str(data / "eval.jsonl"), str(data / "questions.jsonl")


def _role(language: str) -> RoleFile:
    return load_role(PROJECTS / language / "role.yaml")


def _training(language: str) -> list[Conversation]:
    return read_all([_paths(language)[0]]).conversations


def _evaluation(language: str) -> list[Conversation]:
    return read_all([_paths(language)[1]], answered=False).conversations


def _questions(language: str) -> list[Question]:
    return read_questions([_paths(language)[2]])


def _asked(text: str) -> Conversation:
    return Conversation((Message("user", text),), None, "x", Place("x.jsonl", 1))


@pytest.mark.parametrize("language", LANGUAGES)
def test_role_loads(language: str):
    role = _role(language)
    assert role.language == language
    assert role.system
    assert 6 <= len(role.rules) <= 8
    assert len({rule.verifier.name for rule in role.rules}) == len(role.rules)
    assert any(rule.scenarios for rule in role.rules)
    assert all(scenario.description and scenario.examples for scenario in role.scenarios)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_findings(language: str):
    training, evaluation, _ = _paths(language)
    role = _role(language)
    read = read_all([training])
    held_out = read_all([evaluation], answered=False)
    assert read.faults == held_out.faults == []
    findings = [
        *lint_role(role),
        *check_data(role, read.conversations, data_checks(role, held_out.conversations)),
    ]
    # All rows are the role's, which is worth knowing.
    assert [finding.code for finding in findings] == ["RW327"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_rows_fit_the_role(language: str):
    role, training, evaluation = _role(language), _training(language), _evaluation(language)
    declared = {scenario.id for scenario in role.scenarios}
    assert Counter(row.scenario for row in evaluation) == dict.fromkeys(declared, 5)
    for row in (*training, *evaluation):
        assert row.scenario in declared
        assert row.system is None
    assert sum(len(row.messages) > 2 for row in training) >= 2
    assert all(row.messages[-1].role == "user" for row in evaluation)
    openings = Counter(row.answer[:12] for row in training if row.answer)
    assert openings.most_common(1)[0][1] <= len(training) * 0.1


@pytest.mark.parametrize("language", LANGUAGES)
def test_earlier_answers_keep_the_rules_too(language: str):
    for row in _training(language):
        for index in range(1, len(row.messages) - 1, 2):
            before = Conversation(row.messages[:index], None, row.id, row.place, row.scenario)
            for rule in _role(language).rules_for(row.scenario):
                assert rule.check(row.messages[index].content, before).passed, (row.place, rule.id)


@pytest.mark.parametrize("language", LANGUAGES)
def test_last_prompts_are_not_shared(language: str):
    training = {row.prompt[-1].content for row in _training(language)}
    evaluation = {row.prompt[-1].content for row in _evaluation(language)}
    questions = {question.conversation.prompt[-1].content for question in _questions(language)}
    assert not training & evaluation
    assert not training & questions
    assert not evaluation & questions


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_applies_and_can_fail(language: str):
    role, training = _role(language), _training(language)
    assert {rule.id for rule in role.rules} == set(BROKEN_ANSWERS[language])
    for rule in role.rules:
        rows = [row for row in training if rule.applies_to(row.scenario)]
        assert rows, rule.id
        assert not rule.check(BROKEN_ANSWERS[language][rule.id], rows[0]).passed, rule.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_given_times_are_allowed(language: str):
    (rule,) = (rule for rule in _role(language).rules if rule.id == TIME_RULES[language])
    assert rule.check(GIVEN_TIMES[language], _asked("?")).passed
    for answer in FURTHER_INVENTED_TIMES[language]:
        assert not rule.check(answer, _asked("?")).passed, answer


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_load(language: str):
    questions = _questions(language)
    assert len(questions) >= 24
    assert {question.match for question in questions} == {"exact", "contains", "regex", "numeric"}
    assert len({question.conversation.prompt for question in questions}) == len(questions)


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_tell_right_from_wrong(language: str):
    for part, right, wrong in GRADED[language]:
        (question,) = (
            question
            for question in _questions(language)
            if part in question.conversation.prompt[-1].content
        )
        assert grade(question, right), right
        assert not grade(question, wrong), wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_readme_names_all_files_and_commands(language: str):
    project = PROJECTS / language
    readme = (project / "README.md").read_text("utf-8")
    files = {path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()}
    assert files == {
        "README.md",
        "role.yaml",
        "data/train.jsonl",
        "data/eval.jsonl",
        "data/questions.jsonl",
    }
    for file in files:
        assert f"`{file}`" in readme
    for command in COMMANDS:
        assert f"    rolewright {command} " in readme


def test_chinese_files_are_readable():
    for path in (PROJECTS / "zh" / "data").iterdir():
        assert "\\u" not in path.read_text("utf-8")
