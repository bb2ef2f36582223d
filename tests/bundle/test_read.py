import json

import pytest

from rolewright.bundle.manifest import MANIFEST
from rolewright.bundle.read import is_bundle, read_bundle
from rolewright.bundle.write import write_manifest, write_text
from rolewright.errors import UserError


@pytest.fixture
def edit(bundle_folder):
    """Change keys of bundle.json by hand."""

    def change(**changes):
        file = bundle_folder / MANIFEST
        file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | changes), "utf-8")

    return change


def refusal(folder):
    with pytest.raises(UserError) as caught:
        read_bundle(folder)
    return caught.value


def test_whole_bundle(bundle_folder):
    bundle = read_bundle(str(bundle_folder))
    assert bundle.role.name == "Atlas"
    assert bundle.weights == "base"
    assert bundle.adapter_folder == bundle_folder / "adapter"
    assert bundle.tokenizer_folder == bundle_folder / "tokenizer"
    assert bundle.calibration() is None
    assert bundle.manifest.summary == {"loss": None}
    assert is_bundle(bundle_folder)


def test_full_fine_tuning_has_weights_of_its_own(bundle_folder, edit):
    edit(method="full")
    bundle = read_bundle(bundle_folder)
    assert bundle.adapter_folder is None
    assert bundle.weights == str(bundle_folder / "model")


def test_no_folder_file_or_other_folder(tmp_path):
    assert "there is no such folder" in str(refusal(tmp_path / "nope"))
    file = tmp_path / "file"
    file.touch()
    assert "this is a file, not a folder" in str(refusal(file))
    assert "this folder is not a bundle" in str(refusal(tmp_path))
    assert not is_bundle(tmp_path)
    assert not is_bundle(file)


def test_unfinished(bundle_folder):
    (bundle_folder / MANIFEST).unlink()
    error = str(refusal(bundle_folder))
    assert "unfinished" in error
    assert "--resume" in error
    assert is_bundle(bundle_folder)


def test_a_project_folder_is_no_unfinished_bundle(tmp_path):
    (tmp_path / "role.yaml").write_text("name: x\n", "utf-8")
    (tmp_path / "data").mkdir()
    assert "this folder is not a bundle" in str(refusal(tmp_path))


@pytest.mark.parametrize("part", ["role.yaml", "adapter/adapter_config.json"])
def test_changed_part(bundle_folder, part):
    with (bundle_folder / part).open("a") as stream:
        stream.write(" ")
    (fault,) = refusal(bundle_folder).faults
    assert fault.place.file == str(bundle_folder / part)
    assert "not the file that was written" in fault.found


def test_every_missing_part_is_named(bundle_folder):
    (bundle_folder / "adapter" / "adapter_config.json").unlink()
    (bundle_folder / "tokenizer" / "tokenizer.json").unlink()
    missing = [fault.place.file for fault in refusal(bundle_folder).faults]
    assert missing == [
        str(bundle_folder / "adapter" / "adapter_config.json"),
        str(bundle_folder / "tokenizer" / "tokenizer.json"),
    ]


def test_logs_may_change_and_files_may_come(bundle_folder):
    (bundle_folder / "training" / "plan.json").unlink()
    (bundle_folder / "notes.txt").touch()
    read_bundle(bundle_folder)


def test_other_format(bundle_folder, edit):
    edit(format="rolewright.bundle/2")
    (fault,) = refusal(bundle_folder).faults
    assert fault.place.key == "format"
    assert "rolewright.bundle/1" in fault.found
    assert "version of Rolewright" in fault.fix


def test_hand_edited_manifest(bundle_folder, edit):
    edit(colour="red", method="magic")
    error = refusal(bundle_folder)
    assert {fault.place.key for fault in error.faults} == {"colour", "method"}
    assert {fault.place.file for fault in error.faults} == {str(bundle_folder / MANIFEST)}


@pytest.mark.parametrize("content", ["", "{", "[]", "\xff"])
def test_broken_manifest(bundle_folder, content):
    (bundle_folder / MANIFEST).write_bytes(content.encode("latin-1"))
    (fault,) = refusal(bundle_folder).faults
    assert (fault.place.file, fault.place.key) == (str(bundle_folder / MANIFEST), None)
    assert fault.fix == "copy the bundle again"


def test_manifest_that_is_a_folder(bundle_folder):
    (bundle_folder / MANIFEST).unlink()
    (bundle_folder / MANIFEST).mkdir()
    assert "cannot be read" in str(refusal(bundle_folder))


@pytest.mark.parametrize("path", ["confidence/nope.json", "../outside.json"])
def test_calibration_has_to_be_one_of_the_files(bundle_folder, edit, path):
    edit(calibration=path)
    (fault,) = refusal(bundle_folder).faults
    assert fault.place.key == "calibration"


def test_part_that_cannot_be_read(bundle_folder, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("rolewright.bundle.read.hash_file", refuse)
    faults = refusal(bundle_folder).faults
    assert len(faults) == 3
    assert all("cannot be read: Permission denied" in fault.found for fault in faults)


@pytest.mark.parametrize("inside", ["tokenizer/added_tokens.json", "adapter/extra.safetensors"])
def test_a_file_that_loading_would_read_and_nobody_wrote(bundle_folder, inside):
    (bundle_folder / inside).parent.mkdir(exist_ok=True)
    (bundle_folder / inside).write_text("{}")
    error = str(refusal(bundle_folder))
    assert inside in error
    assert "no part of the bundle" in error


CODE = """\
from rolewright.verifiers import Verdict, verifier

print("the code runs")


@verifier("own")
def own(text, conversation):
    return Verdict(True, "fine")
"""


@pytest.fixture
def with_code(bundle_folder, manifest_of):
    """A bundle whose role has a verifier of its own."""
    role = "name: Atlas\nverifiers: [checks/own.py]\nrules: [{id: a, check: own}]\n"
    write_text(bundle_folder / "role.yaml", role)
    write_text(bundle_folder / "verifiers" / "checks" / "own.py", CODE)
    write_manifest(bundle_folder, manifest_of(bundle_folder))
    return bundle_folder


def test_code_runs_on_permission_only(with_code, capsys):
    (rule,) = read_bundle(with_code).role.rules
    assert capsys.readouterr().out == ""
    with pytest.raises(UserError, match="--trust-verifiers"):
        rule.check("Hi", None)
    moved = with_code.rename(with_code.with_name("moved"))
    (rule,) = read_bundle(moved, trust_verifiers=True).role.rules
    assert capsys.readouterr().out == "the code runs\n"
    assert rule.check("Hi", None).passed
    assert not list(moved.rglob("__pycache__"))


def test_changed_missing_and_foreign_code(with_code):
    code = with_code / "verifiers" / "checks" / "own.py"
    code.write_text(CODE + "# changed\n", "utf-8")
    assert "not the file that was written" in str(refusal(with_code))
    code.unlink()
    assert "this part of the bundle is missing" in str(refusal(with_code))
    code.write_text(CODE, "utf-8")
    code.with_name("other.py").write_text("", "utf-8")
    assert "this file is no part of the bundle" in str(refusal(with_code))
