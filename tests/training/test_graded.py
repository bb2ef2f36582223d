import json

import pytest

from rolewright.conversations.prompt_hash import hash_prompt
from rolewright.conversations.questions import read_questions
from rolewright.errors import UserError
from rolewright.tokens.chatml import ChatEncoder
from rolewright.training.config import load_config
from rolewright.training.graded import read_graded


def row(question, response, **more):
    return {"messages": [{"role": "user", "content": question}], "response": response} | more


def read(path, tokenizer, role, *settings, said=None):
    config = load_config(None, [f"confidence_head.data={path}", *settings])
    told = (lambda _: None) if said is None else said.append
    return read_graded(config, ChatEncoder(tokenizer), role, told)


def test_prompt_and_answer_without_its_end(role, tiny_tokenizer, write_rows):
    rows = [row("Q? 问", "Yes 是", correct=True), row("Other?", "no", correct=False)]
    path = write_rows("graded.jsonl", rows)
    graded = read(path, tiny_tokenizer, role)
    texts = [tiny_tokenizer.decode(list(example.input_ids)) for example in graded.examples]
    prompt = "<|im_start|>system\nBe terse.<|im_end|>\n<|im_start|>user\nQ? 问<|im_end|>\n"
    assert texts[0] == prompt + "<|im_start|>assistant\nYes 是"
    head = tiny_tokenizer.decode(list(graded.examples[0].input_ids)[: graded.prompt_tokens[0]])
    assert head == prompt + "<|im_start|>assistant\n"
    assert graded.correct == (True, False)
    assert graded.examples[0].trained_tokens == 0
    asked = [question.conversation.prompt for question in read_questions([path])]
    assert graded.prompts == {hash_prompt(each) for each in asked}


def test_answers_are_graded_by_what_the_row_accepts(role, tiny_tokenizer, write_rows):
    rows = [row("Q", "It is Paris", answers=["paris"], match="contains"),
            row("R", "4", answers=["5"])]  # fmt: skip
    said = []
    graded = read(write_rows("graded.jsonl", rows), tiny_tokenizer, role, said=said)
    assert graded.correct == (True, False)
    assert said == ["2 graded answers train a confidence head, 50% of them right"]


def test_nothing_is_read_without_data_or_weight(role, tiny_tokenizer, tmp_path):
    assert read_graded(load_config(None, []), ChatEncoder(tiny_tokenizer), role, print) is None
    assert read(tmp_path / "nope", tiny_tokenizer, role, "confidence_head.weight=0") is None
    with pytest.raises(UserError, match="no such file"):
        read(tmp_path / "nope", tiny_tokenizer, role)


def test_questions_without_a_response(role, tiny_tokenizer, write_rows):
    rows = [row("Q", "A", correct=True)]
    rows += [{"messages": rows[0]["messages"], "answers": ["A"]}] * 2
    with pytest.raises(UserError) as error:
        read(write_rows("graded.jsonl", rows), tiny_tokenizer, role)
    assert "graded.jsonl:2: response: missing" in str(error.value)
    assert "graded.jsonl:3: response: missing" in str(error.value)


@pytest.mark.parametrize(("correct", "kind"), [(True, "right"), (False, "wrong")])
def test_answers_of_one_kind_teach_nothing(role, tiny_tokenizer, write_rows, correct, kind):
    rows = [row(f"Q{number}", "A", correct=correct) for number in range(3)]
    with pytest.raises(UserError, match=f"all 3 answers are {kind}"):
        read(write_rows("graded.jsonl", rows), tiny_tokenizer, role)


def test_answers_that_are_too_long_are_left_out_and_told(role, tiny_tokenizer, write_rows):
    rows = [row("Q", "A", correct=True), row("R", "B", correct=False),
            row("S", "C " * 90, correct=True)]  # fmt: skip
    path, said = write_rows("graded.jsonl", rows), []
    graded = read(path, tiny_tokenizer, role, "max_length_tokens=80", said=said)
    assert len(graded.examples) == 2
    assert len(graded.prompts) == 2
    assert "; 1 do not fit max_length_tokens and are left out" in said[0]
    with pytest.raises(UserError, match="no answer fits"):
        read(path, tiny_tokenizer, role, "max_length_tokens=2")


def test_the_hash_covers_ids_grades_and_where_the_prompt_ends(role, tiny_tokenizer, write_rows):
    rows = [row("Q", "A", correct=True), row("R", "B", correct=False)]

    def digest(changed):
        return read(write_rows("graded.jsonl", changed), tiny_tokenizer, role).hash

    first = digest(rows)
    assert digest(json.loads(json.dumps(rows))) == first
    changed = [[{**rows[0], key: value}, rows[1]] for key, value in
               (("response", "C"), ("messages", [{"role": "user", "content": "q"}]))]  # fmt: skip
    changed.append([rows[1], rows[0]])
    changed.append([{**rows[0], "correct": False}, {**rows[1], "correct": True}])
    assert len({first, *map(digest, changed)}) == 5


def test_a_think_block_that_the_prompt_has_settled(role, thinking_tokenizer, write_rows):
    rows = [row("Q", "<think>\nhm\n</think>\n\nA", correct=True), row("R", "B", correct=False)]
    with pytest.raises(UserError, match="leave its think block out"):
        read(write_rows("graded.jsonl", rows), thinking_tokenizer, role)
