import huggingface_hub
import pytest
import torch

from rolewright.errors import UserError
from rolewright.models.fingerprint import fingerprint_model
from rolewright.models.load import load_model, load_tokenizer
from rolewright.models.qwen1.checkpoint import find_qwen1, weight_files

NAME = "Qwen/Qwen-7B-Chat"


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A hub without network: it puts files of a folder into a snapshot by their patterns."""
    from fnmatch import fnmatch

    snapshot = tmp_path / "snapshot"
    snapshot.mkdir()
    served = []

    def serve(folder):
        def fetch(patterns):
            for file in folder.iterdir():
                if any(fnmatch(file.name, pattern) for pattern in patterns):
                    (snapshot / file.name).write_bytes(file.read_bytes())
            return str(snapshot)

        def snapshot_download(name, allow_patterns):
            assert name == NAME
            served.append(allow_patterns)
            return fetch(allow_patterns)

        fetch(["config.json"])
        monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
        monkeypatch.setattr(
            huggingface_hub, "try_to_load_from_cache", lambda *_: str(snapshot / "config.json")
        )
        return snapshot

    return serve


@pytest.mark.parametrize(("kind", "ending"), [("safetensors", ".safetensors"), ("bin", ".bin")])
def test_a_hub_id_gives_what_its_folder_gives(hub, write_qwen1, kind, ending):
    folder, _, weights = write_qwen1(kind, 2)
    if kind == "safetensors":
        torch.save(weights, folder / "pytorch_model.bin")
    snapshot = hub(folder)
    tokenizer = load_tokenizer(NAME)
    assert tokenizer.encode("the singer") == load_tokenizer(str(folder)).encode("the singer")
    assert not list(snapshot.glob("*.safetensors")) + list(snapshot.glob("*.bin"))
    model, expected = load_model(NAME), load_model(str(folder))
    assert model.name_or_path == NAME
    ids = torch.arange(9)[None]
    with torch.no_grad():
        assert torch.equal(model(ids).logits, expected(ids).logits)
    fetched = {file.suffix for file in snapshot.iterdir()}
    assert fetched == {".json", ".tiktoken", ending}
    assert fingerprint_model(NAME) == fingerprint_model(str(folder))


def test_a_hub_that_does_not_answer_is_the_users_error(hub, write_qwen1, monkeypatch):
    hub(write_qwen1()[0])

    def closed(*_, **__):
        raise OSError("no route")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", closed)
    with pytest.raises(UserError, match="cannot be fetched: no route"):
        load_model(NAME)


def test_other_models_are_left_alone(tiny_folder, tmp_path):
    assert find_qwen1(str(tiny_folder), weights=True) is None
    assert find_qwen1(str(tmp_path), weights=True) is None


def test_the_vocabulary_and_every_shard_count_in_the_fingerprint(write_qwen1):
    folder, _, weights = write_qwen1("bin", 2)
    before = fingerprint_model(str(folder))
    assert fingerprint_model(str(folder)) == before
    torch.save(weights, folder / "unused.bin")
    (folder / "README.md").write_text("notes")
    assert fingerprint_model(str(folder)) == before
    for file in [folder / "qwen.tiktoken", folder / "config.json", *weight_files(folder)]:
        content = file.read_bytes()
        file.write_bytes(content + b"\n")
        assert fingerprint_model(str(folder)) != before, file
        file.write_bytes(content)


def test_remote_code_is_never_run(write_qwen1):
    """The checkpoint carries a ``modeling_qwen.py`` that would end the program."""
    folder, _, _ = write_qwen1()
    assert (folder / "modeling_qwen.py").exists()
    load_tokenizer(str(folder))
    load_model(str(folder))
