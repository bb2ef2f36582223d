import os
from pathlib import Path

import pytest

from rolewright.bundle.manifest import MANIFEST
from rolewright.bundle.read import read_bundle
from rolewright.bundle.write import (
    add_calibration,
    claim_folder,
    hash_parts,
    write_manifest,
    write_text,
)
from rolewright.errors import UserError


class Killed(BaseException):
    """No handler of ours catches it, as none catches a kill."""


@pytest.fixture
def kill_at(monkeypatch):
    """Let the n-th call of one of these die: an opening after it has emptied the file, the others
    before they do anything. Later calls work again."""

    def arm(count):
        calls = 0

        def dying(name, real):
            def call(*arguments, **options):
                nonlocal calls
                calls += 1
                if calls == count:
                    if name == "open":
                        real(*arguments, **options).close()
                    raise Killed
                return real(*arguments, **options)

            return call

        for name in ("replace", "unlink", "open"):
            monkeypatch.setattr(Path, name, dying(name, getattr(Path, name)))
        monkeypatch.setattr(os, "fsync", dying("fsync", os.fsync))

    return arm


def test_claim_makes_a_new_folder(tmp_path):
    claim_folder(tmp_path / "a b" / "包", resume=False)
    assert (tmp_path / "a b" / "包").is_dir()
    claim_folder(tmp_path / "a b" / "包", resume=False)
    claim_folder(tmp_path / "c", resume=True)


def test_claim_refuses_what_holds_something(tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(UserError, match=r"not empty \(notes\.txt\)"):
        claim_folder(tmp_path, resume=False)


@pytest.mark.parametrize("resume", [False, True])
def test_claim_refuses_a_finished_bundle(bundle_folder, resume):
    with pytest.raises(UserError, match="a finished bundle lies here"):
        claim_folder(bundle_folder, resume=resume)


def test_claim_lets_an_unfinished_run_go_on(bundle_folder):
    (bundle_folder / MANIFEST).unlink()
    (bundle_folder / ".role.yaml.123").touch()
    claim_folder(bundle_folder, resume=True)
    with pytest.raises(UserError, match="not empty"):
        claim_folder(bundle_folder, resume=False)


def test_resuming_does_not_write_into_a_project(tmp_path):
    (tmp_path / "role.yaml").touch()
    (tmp_path / "data").mkdir()
    with pytest.raises(UserError, match="no unfinished run: data"):
        claim_folder(tmp_path, resume=True)


@pytest.mark.parametrize("inside", ["", "deeper", "deeper/still"])
def test_claim_refuses_a_file_and_what_lies_under_it(tmp_path, inside):
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"this is a file|cannot be written: Not a directory"):
        claim_folder(tmp_path / "file" / inside, resume=False)


def test_claim_names_what_the_file_system_refuses(tmp_path, monkeypatch):
    with pytest.raises(UserError, match="cannot be written: File name too long"):
        claim_folder(tmp_path / ("x" * 300), resume=False)

    def refuse(path, *_, **__):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(UserError, match="cannot be written: Permission denied"):
        claim_folder(tmp_path / "new", resume=False)


def test_write_text_is_whole_or_not_at_all(tmp_path, kill_at):
    file = tmp_path / "a" / "b.txt"
    write_text(file, "before\n")
    for count in (1, 2, 3):
        kill_at(count)
        with pytest.raises(Killed):
            write_text(file, "after\n")
        assert file.read_text() == "before\n"
    write_text(file, "after\n")
    assert file.read_bytes() == b"after\n"
    assert os.listdir(file.parent) == ["b.txt"]


def test_write_text_leaves_nothing_behind_when_it_fails(tmp_path):
    with pytest.raises(UnicodeEncodeError):
        write_text(tmp_path / "b.txt", "\ud800")
    assert os.listdir(tmp_path) == []


def test_hash_parts_leaves_out_logs_manifest_and_hidden_files(bundle_folder):
    (bundle_folder / ".DS_Store").touch()
    (bundle_folder / "adapter" / ".adapter_config.json.77").touch()
    assert set(hash_parts(bundle_folder)) == {
        "role.yaml",
        "adapter/adapter_config.json",
        "tokenizer/tokenizer.json",
    }


def test_no_bundle_before_the_manifest_is_whole(bundle_folder, manifest_of, kill_at):
    (bundle_folder / MANIFEST).unlink()
    manifest = manifest_of(bundle_folder)
    for count in (1, 2, 3):
        kill_at(count)
        with pytest.raises(Killed):
            write_manifest(bundle_folder, manifest)
        with pytest.raises(UserError, match="unfinished"):
            read_bundle(bundle_folder)
    write_manifest(bundle_folder, manifest)
    read_bundle(bundle_folder)


def calibrations(folder):
    return sorted(os.listdir(folder / "confidence"))


def test_calibration_comes_into_force(bundle_folder):
    before = read_bundle(bundle_folder).manifest
    after = add_calibration(bundle_folder, before, '{"map": 1}')
    bundle = read_bundle(bundle_folder)
    assert bundle.manifest == after
    assert bundle.calibration() == '{"map": 1}'
    assert set(after.files) == {*before.files, after.calibration}


def test_new_calibration_removes_the_old_one(bundle_folder):
    first = add_calibration(bundle_folder, read_bundle(bundle_folder).manifest, "1")
    second = add_calibration(bundle_folder, first, "2")
    assert calibrations(bundle_folder) == [Path(second.calibration).name]
    assert first.calibration not in second.files
    assert read_bundle(bundle_folder).calibration() == "2"


def test_same_calibration_again_stays(bundle_folder):
    first = add_calibration(bundle_folder, read_bundle(bundle_folder).manifest, "1")
    assert add_calibration(bundle_folder, first, "1") == first
    assert read_bundle(bundle_folder).calibration() == "1"


def test_bundle_is_whole_whenever_a_calibration_is_killed(bundle_folder, kill_at):
    first = add_calibration(bundle_folder, read_bundle(bundle_folder).manifest, "1")
    seen = []
    for count in range(1, 20):
        kill_at(count)
        try:
            add_calibration(bundle_folder, first, "2")
        except Killed:
            bundle = read_bundle(bundle_folder)
            seen.append(bundle.calibration())
            write_manifest(bundle_folder, first)
            write_text(bundle_folder / first.calibration, "1")
        else:
            break
    assert seen[0] == "1"
    assert seen[-1] == "2"
    assert set(seen) == {"1", "2"}
    assert len(seen) >= 6
