import json
from functools import partial

import pytest

import rolewright.generation.load as load_module
from rolewright.augmentation.answers import Decoding
from rolewright.augmentation.augment import Request, augment, read_sources, unfinished_file
from rolewright.augmentation.shares import KINDS
from rolewright.conversations.read import read_all
from rolewright.dataset.check import check_data
from rolewright.dataset.checks import data_checks
from rolewright.errors import UserError
from rolewright.generation.chat_model import ChatModel
from rolewright.role.resolve import resolve_system

ALL = dict.fromkeys(KINDS, 1.0)


@pytest.fixture
def rows(row):
    return [
        row("Capital of France?", "Paris", scenario="capital", weight=2, note={"kept": [1.5]}),
        row("法国的首都是哪里？", "巴黎", "日本？", "东京", scenario="capital"),
        row("Arr?", "Arr!", system="Be a pirate.", scenario="capital"),
    ]


@pytest.fixture
def run(role, tiny_folder, tmp_path):
    """Augment a file of rows: what is told of it, and the rows that are written."""

    def write(file, lines="", shares=ALL, out="out.jsonl", say=lambda _: None, **decoding):
        request = Request(shares, None, 1, str(tiny_folder), Decoding(6, **decoding))
        atlas = role(f"scenarios: [{{id: capital}}]\n{lines}")
        sources, _ = read_sources([file], atlas, skip_bad=False)
        path = tmp_path / out
        told = augment(atlas, sources, request, path, say, lambda *_: None)
        return told, [json.loads(line) for line in path.read_text("utf-8").splitlines()]

    return write


def test_the_data_comes_first_and_unchanged(run, rows, write_rows):
    file = write_rows("train.jsonl", rows)
    before = file.read_bytes()
    told, written = run(file)
    assert written[:3] == rows
    assert file.read_bytes() == before
    assert (told.rows, told.of_role) == (3, 2)
    assert sum(told.twins.values()) + told.left_out == len(written) - 3 + told.left_out == 8


def test_a_json_array_becomes_lines(run, rows, tmp_path):
    file = tmp_path / "train.json"
    file.write_text(json.dumps(rows), "utf-8")
    assert run(file)[1][:3] == rows


def test_twins_without_the_role_carry_the_base_models_answer(run, rows, write_rows, tiny_folder):
    _, written = run(write_rows("train.jsonl", rows))
    model = load_module.load_chat_model(str(tiny_folder), say=lambda _: None)
    path = write_rows("written.jsonl", written)
    conversations = read_all([path]).conversations[3:]
    for twin, conversation in zip(written[3:], conversations, strict=True):
        assert twin["origin"]["from"] in {"train.jsonl:1", "train.jsonl:2"}
        assert twin["id"] == f"{twin['origin']['from']}/{twin['origin']['system']}"
        assert twin["scenario"] == "capital"
        assert twin.get("weight", 1) == (2 if twin["origin"]["from"].endswith(":1") else 1)
        effective = resolve_system(conversation, "ROLE").system
        if twin["origin"]["system"] == "paraphrase":
            assert "answered_by" not in twin["origin"]
            assert twin["messages"] == rows[int(twin["origin"]["from"][-1]) - 1]["messages"]
            assert "You are Atlas." in effective
            continue
        assert twin["origin"]["answered_by"] == str(tiny_folder)
        assert len(twin["messages"]) == 2
        assert (effective is None) is (twin["origin"]["system"] == "none")
        assert (effective == "") is (twin["origin"]["system"] == "empty")
        assert "Atlas" not in (effective or "")
        (answer,) = model.answer([resolve_system(conversation, "ROLE")], max_new_tokens=6)
        assert twin["messages"][1]["content"] == answer.text.rstrip("\ufffd").rstrip()
        assert twin["messages"][1].get("cut", False) is not answer.generation.stopped


def test_what_is_written_passes_the_check(run, role, rows, write_rows):
    written = run(write_rows("train.jsonl", rows))[1]
    rules = "rules:\n- {id: short, check: max_length, unit: words, max: 2}\n"
    atlas = role("scenarios: [{id: capital}]\n" + rules)
    before = read_all([write_rows("before.jsonl", written[:3])]).conversations
    after = read_all([write_rows("after.jsonl", written)]).conversations

    def found(conversations):
        findings = check_data(atlas, conversations, data_checks(atlas))
        loud = [f for f in findings if f.severity != "info"]
        # A random model writes characters that nobody types.
        return sorted((f.code, f.place.line) for f in loud if f.code != "RW109")

    assert found(before) == [("RW102", 3), ("RW302", None)]
    assert found(after) == found(before)


def test_flags_of_turns_stay(run, row, write_rows):
    value = row("Q1", "A1", "Q2", "A2")
    value["messages"][1]["train"] = False
    twin = run(write_rows("train.jsonl", [value]), shares=ALL | {"none": 0})[1][-1]
    assert twin["origin"]["system"] == "paraphrase"
    assert [turn.get("train") for turn in twin["messages"]] == [None, False, None, None]


def test_the_same_run_writes_the_same(run, rows, write_rows):
    file = write_rows("train.jsonl", rows)
    assert run(file, out="a.jsonl")[1] == run(file, out="b.jsonl")[1]


def test_paraphrases_alone_need_no_model(run, rows, write_rows, monkeypatch):
    monkeypatch.setattr(load_module, "load_chat_model", None)
    shares = dict.fromkeys(KINDS, 0.0) | {"paraphrase": 1.0}
    told, _ = run(write_rows("train.jsonl", rows), shares=shares)
    assert told.twins["paraphrase"] == 2


def test_a_file_is_never_overwritten_and_an_unfinished_run_goes_on(
    run, rows, write_rows, tmp_path, monkeypatch
):
    file, out = write_rows("train.jsonl", rows), tmp_path / "out.jsonl"
    expected = run(file, out="whole.jsonl", batch_size=2)[1]
    answer = ChatModel.answer
    calls = []

    def interrupted(self, *arguments, **named):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return answer(self, *arguments, **named)

    monkeypatch.setattr(ChatModel, "answer", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(file, batch_size=2)
    assert not out.exists()
    assert unfinished_file(out).exists()
    with pytest.raises(UserError, match="unfinished run with other data"):
        run(file, batch_size=3)
    said = []
    assert run(file, batch_size=2, say=said.append)[1] == expected
    assert any("2 of 6 answers taken from" in line for line in said)
    assert not unfinished_file(out).exists()
    with pytest.raises(UserError, match="nothing is ever overwritten"):
        run(file)


def test_a_folder_that_does_not_exist_is_told_before_anything_is_asked(run, rows, write_rows):
    with pytest.raises(UserError, match="no such folder"):
        run(write_rows("train.jsonl", rows), out="nowhere/out.jsonl")


@pytest.mark.parametrize("text", ["", "Stop at <|im_end|>"])
def test_an_answer_that_cannot_be_trained_on_is_left_out(run, rows, write_rows, text, monkeypatch):
    import rolewright.augmentation.answers as answers_module

    said = answers_module.BaseAnswer(text, cut=False)
    monkeypatch.setattr(answers_module, "_as_said", lambda _: said)
    file = write_rows("train.jsonl", rows)
    told, written = run(file)
    assert told.left_out == 6
    assert {row["origin"]["system"] for row in written[3:]} == {"paraphrase"}
    literal = partial(run, file, "literal_control_tokens: true\n", out="literal.jsonl")
    assert literal()[0].left_out == (0 if text else 6)


@pytest.mark.parametrize("system", ["", "null", "Another."])
def test_a_role_without_system_message_or_rows_has_no_place(
    role, row, write_rows, tmp_path, system
):
    atlas = role(system=system)
    rows = [row("Q", "A", system="Be a pirate.")]
    sources, _ = read_sources([write_rows("train.jsonl", rows)], atlas, skip_bad=False)
    request = Request(ALL, None, 1, "model", Decoding(6))
    with pytest.raises(UserError, match=r"role\.yaml: (it has no system|no row)"):
        augment(atlas, sources, request, tmp_path / "out", print, print)
