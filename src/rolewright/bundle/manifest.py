"""What ``bundle.json`` says: what the bundle was made of, and the hash of each of its files."""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

MANIFEST = "bundle.json"
ROLE = "role.yaml"
VERIFIERS = "verifiers"
"""Python files that the role file names, by the paths that it gives."""
PROMPTS = "prompts.txt"
"""Hashes of the prompts that were trained on, one a line."""
ADAPTER = "adapter"
WEIGHTS = "model"
TOKENIZER = "tokenizer"
HEAD = "confidence_head.safetensors"
"""The confidence head that was trained with the model, if one was."""
TRAINING = "training"
CONFIDENCE = "confidence"
PARTS = frozenset(
    {MANIFEST, ROLE, VERIFIERS, PROMPTS, ADAPTER, WEIGHTS, TOKENIZER, HEAD, TRAINING, CONFIDENCE}
)


class BaseModelRecord(BaseModel):
    """The model that was fine-tuned."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    """Hub id, folder or built-in name, as the user gave it."""
    fingerprint: str
    """As ``models.fingerprint`` computes it."""


class Manifest(BaseModel):
    """The whole of ``bundle.json``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["rolewright.bundle/1"] = "rolewright.bundle/1"
    role: str
    """The role's name."""
    created: str
    """UTC, ISO 8601."""
    method: Literal["lora", "full"]
    """``lora``: plain PEFT in ``adapter/``; ``full``: all weights in ``model/``."""
    base_model: BaseModelRecord
    role_hash: str
    """Of ``role.yaml``."""
    data_hash: str
    """Of the training conversations as they were encoded."""
    template_hash: str
    """Of the chat template in ``tokenizer/``."""
    versions: dict[str, str]
    """Of the libraries that trained it."""
    settings: dict[str, Any]
    """The resolved training configuration."""
    summary: dict[str, Any]
    """What training reported: conversations, tokens, steps, losses, seconds."""
    head_layers: tuple[int, ...] | None = None
    """Whose outputs the head in ``confidence_head.safetensors`` reads; None = there is no head."""
    calibration: str | None = None
    """Path inside the bundle of the calibration in force."""
    files: dict[str, str]
    """Path inside the bundle → hash; the logs of the training are no part of it."""


def foreign_names(folder: Path) -> list[str]:
    """What lies in a folder and is no part of a bundle, sorted; hidden files do not count."""
    names = (path.name for path in folder.iterdir())
    return sorted(name for name in names if name not in PARTS and not name.startswith("."))
