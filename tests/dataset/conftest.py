"""Two roles with data: one that tests write themselves, and a guide with clean data.

The guide of a small town has three scenarios that it answers in several ways, and one that it
declines. ``guide_en.yaml`` and ``guide_zh.yaml`` hold it and the parts of its rows.
"""

import json
import random
from pathlib import Path

import pytest
import yaml

from rolewright.conversations.read import read_all, read_conversations
from rolewright.dataset.check import check_data
from rolewright.dataset.checks import data_checks
from rolewright.role.load import load_role

SYSTEM = "You are Atlas, who knows geography."


@pytest.fixture
def atlas(tmp_path):
    """A role with one rule."""
    path = tmp_path / "role.yaml"
    rule = "{id: short, check: max_length, unit: words, max: 60}"
    path.write_text(f"name: Atlas\nsystem: {SYSTEM}\nrules: [{rule}]\n", "utf-8")
    return load_role(path)


@pytest.fixture
def check(atlas, tmp_path):
    """Check pairs of prompt and answer: (code, line, message) of each finding, and the checks."""

    def run(pairs, held_out=(), **options):
        file = tmp_path / "train.jsonl"
        rows = [pair if isinstance(pair, dict) else as_row(*pair) for pair in pairs]
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        asked = tmp_path / "eval.jsonl"
        asked.write_text("".join(json.dumps(as_row(prompt)) + "\n" for prompt in held_out), "utf-8")
        evaluation = list(read_conversations([asked], answered=False)) if held_out else []
        checks = data_checks(atlas, evaluation, **options)
        findings = list(check_data(atlas, read_conversations([file]), checks))
        return [(each.code, each.place.line, each.message) for each in findings], checks

    return run


def as_row(prompt, answer=None, **further):
    messages = [{"role": "user", "content": prompt}]
    if answer is not None:
        messages.append({"role": "assistant", "content": answer})
    return {"messages": messages, **further}


def read_parts(name):
    return yaml.safe_load((Path(__file__).parent / f"{name}.yaml").read_text("utf-8"))


GUIDES = {language: read_parts(f"guide_{language}") for language in ("en", "zh")}


@pytest.fixture(params=["en", "zh"])
def language(request):
    return request.param


def fill(form, slots, choose):
    text = form
    while "{" in text:
        name = text[text.index("{") + 1 : text.index("}")]
        text = text.replace("{" + name + "}", choose.choice(slots[name]), 1)
    return text[0].upper() + text[1:]


def make_rows(parts, count, seed=0, *, answers_repeat=False):
    """Clean rows, no two prompts alike and by default no two answers, as many of each scenario."""
    choose, slots = random.Random(seed), parts["slots"]
    joint = " " if "language: en" in parts["role"] else ""
    rows, seen = [], set()
    while len(rows) < count:
        scenario = list(parts["inputs"])[len(rows) % len(parts["inputs"])]
        question = fill(choose.choice(parts["inputs"][scenario]), slots, choose)
        answer = fill(choose.choice(parts["answers"][scenario]), slots, choose)
        if question in seen or (answer in seen and not answers_repeat):
            continue
        seen |= {question, answer}
        if not answer.endswith(("?", "？")) and "\n" not in answer and choose.random() < 0.7:
            tail = fill(choose.choice(parts["tails"]), slots, choose)
            answer += joint + tail
        turns = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        rows.append({"scenario": scenario, "messages": turns})
    return rows


@pytest.fixture
def clean_rows(language):
    """Make clean rows of the language: ``clean_rows(count, seed=0)``."""
    return lambda count, seed=0: make_rows(GUIDES[language], count, seed)


@pytest.fixture(params=["shop_en", "hotel_zh"])
def desk(request, load):
    """A role at a desk, and how to make clean rows of it: ``make(count, seed)``."""
    parts = read_parts(request.param)

    def make(count, seed):
        return make_rows(parts, count, seed, answers_repeat=True)

    return load(parts["role"]), make


@pytest.fixture
def load(tmp_path):
    """Load a role file from its text."""

    def load_text(text):
        path = tmp_path / "role.yaml"
        path.write_text(text, "utf-8")
        return load_role(path)

    return load_text


@pytest.fixture
def guide(language, load):
    """The role that the clean rows belong to."""
    return load(GUIDES[language]["role"])


@pytest.fixture
def check_rows(tmp_path):
    """Check rows under a role: the findings, and the checks for their figures."""

    def run(role, rows, held_out=()):
        path = tmp_path / "rows.jsonl"
        path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
        checks = data_checks(role, read_rows(tmp_path / "held-out.jsonl", held_out))
        return list(check_data(role, read_all([path]).conversations, checks)), checks

    return run


def read_rows(path, rows):
    if not rows:
        return []
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return read_all([path], answered=False).conversations


def answer_of(row):
    return row["messages"][-1]["content"]


@pytest.fixture
def plant():
    """Change the answers of a share of the rows, spread over all of them."""

    def change(rows, share, edit, *, scenarios=None, seed=1):
        chosen = [row for row in rows if scenarios is None or row["scenario"] in scenarios]
        for row in random.Random(seed).sample(chosen, round(share * len(chosen))):
            row["messages"][-1] = {"role": "assistant", "content": edit(answer_of(row))}
        return rows

    return change
