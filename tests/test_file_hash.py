import hashlib

import pytest

from rolewright import file_hash
from rolewright.file_hash import hash_file, hash_text


def test_hash_of_text_and_of_the_file_that_holds_it_agree(tmp_path):
    path = tmp_path / "a"
    path.write_text("您好\n", "utf-8", newline="")
    expected = hashlib.sha256("您好\n".encode()).hexdigest()
    assert hash_text("您好\n") == hash_file(path) == f"sha256:{expected}"


@pytest.fixture
def large_file(tmp_path, monkeypatch):
    monkeypatch.setattr(file_hash, "_WHOLE_BYTES", 1000)
    monkeypatch.setattr(file_hash, "_SAMPLES", 4)
    monkeypatch.setattr(file_hash, "_SAMPLE_BYTES", 100)
    path = tmp_path / "large"
    path.write_bytes(bytes(1001))
    return path


@pytest.mark.parametrize("position", [0, 50, 350, 650, 1000])
def test_sampled_blocks_reach_both_ends(large_file, position):
    before = hash_file(large_file)
    assert before.startswith("sampled-sha256:")
    changed = bytearray(1001)
    changed[position] = 1
    large_file.write_bytes(changed)
    assert hash_file(large_file) != before


def test_size_counts_too(large_file):
    before = hash_file(large_file)
    large_file.write_bytes(bytes(1002))
    assert hash_file(large_file) != before


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        hash_file(tmp_path / "nope")
