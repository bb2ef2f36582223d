import os
from dataclasses import replace

import pytest

from rolewright.errors import Place
from rolewright.tokens.chatml import ChatEncoder
from rolewright.training import example_cache, examples
from rolewright.training.examples import encode_examples


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(example_cache, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(examples, "CACHED_FROM", 1)
    return tmp_path / "cache"


@pytest.fixture
def said():
    return []


@pytest.fixture
def encode(folder, tiny_tokenizer, said):
    """Encode as ``rolewright train`` does; tells whether the cache was used."""

    def run(conversations, *, tokenizer=tiny_tokenizer, role="ROLE", loss="assistant", limit=60):
        said.clear()
        encoded = encode_examples(
            conversations,
            ChatEncoder(tokenizer),
            role_system=role,
            loss=loss,
            max_length_tokens=limit,
            say=said.append,
        )
        return encoded, any("taken from the cache" in line for line in said)

    return run


@pytest.fixture
def rows(talk):
    return [
        replace(talk("Q", "A", system=""), weight=0.5),
        talk("Q", "法国", "Q2", "巴黎" * 30),
        talk("long " * 60, "A"),
        talk("Q", "A", "Q2", "A2", system="own"),
    ]


@pytest.mark.parametrize("loss", ["assistant", "qwen"])
def test_what_is_recalled_equals_what_was_encoded(encode, rows, loss):
    fresh, used = encode(rows, loss=loss)
    assert not used
    recalled, used = encode(rows, loss=loss)
    assert used
    assert recalled == fresh
    assert recalled.hash == fresh.hash
    assert len(recalled.left_out) == len(recalled.shortened) == 1
    assert [list(e.labels) for e in recalled.examples] == [list(e.labels) for e in fresh.examples]


def test_examples_share_the_ids_of_their_system_block(encode, talk):
    for _ in range(2):
        encoded, _ = encode([talk("Q", str(number)) for number in range(5)])
        assert len({id(example.prefix_ids) for example in encoded.examples}) == 1


def test_whatever_decides_the_ids_is_part_of_the_key(encode, rows, tiny_tokenizer):
    import copy

    encode(rows)
    turn = rows[0].messages[1]
    untrained = replace(
        rows[3], messages=(*rows[3].messages[:1], replace(turn, train=False), *rows[3].messages[2:])
    )
    other = copy.deepcopy(tiny_tokenizer)
    other.add_tokens(["Rolewright"])
    assert not encode(rows, role="another")[1]
    assert not encode(rows, loss="qwen")[1]
    assert not encode(rows, limit=61)[1]
    assert not encode(rows, tokenizer=other)[1]
    assert not encode([*rows[:3], untrained])[1]
    assert not encode([replace(rows[0], system=None), *rows[1:]])[1]
    assert not encode(rows[:-1])[1]
    assert encode(rows)[1]


def test_places_and_ids_are_those_of_the_conversations(encode, rows):
    encode(rows)
    moved = [replace(row, id="new", place=Place("moved.jsonl", 7)) for row in rows]
    encoded, used = encode(moved)
    assert used
    assert {(e.id, str(e.place), e.system) for e in encoded.examples} == {
        ("new", "moved.jsonl:7", system) for system in ("", "ROLE", "own")
    }


@pytest.mark.parametrize("damage", ["cut", "flipped", "foreign"])
def test_a_damaged_file_is_ignored_with_a_message_and_written_anew(
    encode, rows, folder, said, damage
):
    fresh, _ = encode(rows)
    [file] = folder.iterdir()
    data = bytearray(file.read_bytes())
    data[data.index(b"turn_ids.npy") + 200] ^= 1
    file.write_bytes({"cut": data[:300], "flipped": data, "foreign": b"text"}[damage])
    encoded, used = encode(rows)
    assert not used
    assert encoded == fresh
    assert "damaged" in said[0]
    assert encode(rows) == (fresh, True)


def test_a_folder_that_cannot_be_written_is_told(encode, rows, folder, said):
    folder.write_text("a file in its place")
    encode(rows)
    assert "not cached" in said[0]


def test_the_files_not_used_for_longest_go_first(encode, rows, folder, monkeypatch):
    for number in range(3):
        encode(rows, role=str(number))
    for age, file in enumerate(sorted(folder.iterdir(), key=os.path.getmtime)):
        os.utime(file, (age, age))
    encode(rows, role="0")  # used again
    size = max(file.stat().st_size for file in folder.iterdir())
    monkeypatch.setattr(example_cache, "MAX_BYTES", 2.5 * size)
    encode(rows, role="3")
    assert [encode(rows, role=str(number))[1] for number in (3, 0)] == [True, True]
    assert len(list(folder.iterdir())) == 2


def test_few_conversations_are_not_cached(encode, rows, folder, monkeypatch):
    monkeypatch.setattr(examples, "CACHED_FROM", len(rows) + 1)
    encode(rows)
    assert not folder.exists()


def test_all_examples_of_a_conversation_are_recalled(encode, talk, thinking_tokenizer):
    rows = [talk(*["Q", "A"] * turns, id=str(turns)) for turns in (1, 3, 2)]
    fresh, _ = encode(rows, tokenizer=thinking_tokenizer)
    assert [example.id for example in fresh.examples] == ["1", "3", "3", "3", "2", "2"]
    assert encode(rows, tokenizer=thinking_tokenizer) == (fresh, True)
