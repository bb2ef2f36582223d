import pytest

from rolewright.bundle.manifest import BaseModelRecord, Manifest
from rolewright.bundle.write import hash_parts, write_manifest, write_text
from rolewright.file_hash import hash_file


@pytest.fixture
def manifest_of():
    """The manifest of the files that lie in a folder."""

    def build(folder):
        return Manifest(
            role="Atlas",
            created="2025-01-01T00:00:00+00:00",
            method="lora",
            base_model=BaseModelRecord(name="base", fingerprint="sha256:0"),
            role_hash=hash_file(folder / "role.yaml"),
            data_hash="sha256:1",
            template_hash="sha256:2",
            versions={},
            settings={},
            summary={"loss": float("nan")},
            files=hash_parts(folder),
        )

    return build


@pytest.fixture
def bundle_folder(tmp_path, manifest_of):
    """A whole bundle, though of no real model."""
    folder = tmp_path / "a bundle 包"
    write_text(folder / "role.yaml", "name: Atlas\n")
    write_text(folder / "adapter" / "adapter_config.json", "{}")
    write_text(folder / "tokenizer" / "tokenizer.json", "{}")
    write_text(folder / "training" / "plan.json", "{}")
    write_manifest(folder, manifest_of(folder))
    return folder
