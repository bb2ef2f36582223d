import json

import pytest

from rolewright.augmentation.answers import (
    BaseAnswer,
    Decoding,
    UnfinishedRun,
    answer_twins,
    describe_plan,
)
from rolewright.augmentation.twins import Twin
from rolewright.errors import UserError
from rolewright.generation.chat_model import ChatModel
from rolewright.tokens.chatml import ChatEncoder

DECODING = Decoding(max_new_tokens=5, batch_size=3)


@pytest.fixture
def model(tiny_tokenizer, tiny_model):
    return ChatModel("tiny", ChatEncoder(tiny_tokenizer), tiny_model)


@pytest.fixture
def twins(sources, row):
    read = sources([row(f"Capital of {n}?" * n, "A") for n in range(1, 8)])
    systems = ("Be brief.", None, "")
    kinds = ("foreign", "none", "empty")
    return [Twin(each, kinds[n % 3], systems[n % 3]) for n, each in enumerate(read)]


def test_the_base_model_answers_under_the_twins_system_message(model, twins, tmp_path):
    run = UnfinishedRun.open(tmp_path / "run", "plan")
    counted = []
    answer_twins(model, twins, DECODING, run, counted.append)
    assert counted == [3, 3, 1]
    for number, twin in enumerate(twins):
        (alone,) = model.answer([twin.conversation()], max_new_tokens=5)
        said = run.answers[number]
        assert said.text == alone.text.rstrip("\ufffd").rstrip()
        assert said.cut is not alone.generation.stopped


@pytest.mark.parametrize("temperature", [0.0, 1.5])
def test_an_interrupted_run_goes_on_to_the_same_answers(model, twins, tmp_path, temperature):
    decoding = Decoding(5, 3, temperature, seed=4)
    whole = UnfinishedRun.open(tmp_path / "whole", "plan")
    answer_twins(model, twins, decoding, whole, lambda _: None)

    def stop(_):
        raise KeyboardInterrupt

    file = tmp_path / "stopped"
    with pytest.raises(KeyboardInterrupt):
        answer_twins(model, twins, decoding, UnfinishedRun.open(file, "plan"), stop)
    with file.open("a", encoding="utf-8") as stream:
        stream.write('{"twin": 5, "text": "tor')  # as a kill leaves it
    resumed = UnfinishedRun.open(file, "plan")
    assert len(resumed.answers) == 3
    before = dict(resumed.answers)
    answer_twins(model, twins, decoding, resumed, lambda _: None)
    assert resumed.answers == whole.answers
    assert resumed.answers.items() >= before.items()
    assert UnfinishedRun.open(file, "plan").answers == whole.answers


@pytest.mark.parametrize("left", ["", '{"pl'])
def test_a_run_that_was_killed_at_once_begins_anew(tmp_path, left):
    file = tmp_path / "run"
    file.write_text(left)
    assert UnfinishedRun.open(file, "plan").answers == {}
    UnfinishedRun.open(file, "plan").add({0: BaseAnswer("x", False)})
    assert UnfinishedRun.open(file, "plan").answers == {0: BaseAnswer("x", False)}


def test_answers_that_are_there_are_not_asked_for_again(twins, tmp_path):
    run = UnfinishedRun.open(tmp_path / "run", "plan")
    run.add({number: BaseAnswer("x\u2028y", False) for number in range(len(twins))})
    again = UnfinishedRun.open(tmp_path / "run", "plan")
    answer_twins(None, twins, DECODING, again, lambda _: None)  # no model to ask
    assert again.answers[0] == BaseAnswer("x\u2028y", False)


@pytest.mark.parametrize("content", [None, "some other file\n", "no line", b"\xff\n"])
def test_another_run_is_refused_and_left_as_it_is(tmp_path, content):
    file = tmp_path / "run"
    if content is None:
        UnfinishedRun.open(file, "another plan")
    else:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = file.read_bytes()
    with pytest.raises(UserError, match="other data, model or settings"):
        UnfinishedRun.open(file, "plan")
    assert file.read_bytes() == before


def test_whatever_decides_the_answers_is_part_of_the_plan(twins):
    plan = describe_plan(twins, "sha256:1", DECODING)
    others = [
        describe_plan(twins[1:], "sha256:1", DECODING),
        describe_plan(twins, "sha256:2", DECODING),
        describe_plan(twins, "sha256:1", Decoding(6, 3)),
        describe_plan(twins, "sha256:1", Decoding(5, 3, 0.5)),
        describe_plan([Twin(twins[0].source, "foreign", "x"), *twins[1:]], "sha256:1", DECODING),
    ]
    assert plan not in others
    assert len(set(others)) == len(others)
    json.loads(plan)
