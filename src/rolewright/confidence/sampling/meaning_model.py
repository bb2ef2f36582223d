"""Open the model that tells which answers mean the same."""

from pathlib import Path
from typing import Any, get_args

from rolewright.confidence.sampling.meaning import (
    EQUAL_TEXTS,
    EmbeddingModel,
    EntailmentModel,
    MeaningModel,
    Pooling,
)
from rolewright.confidence.sampling.settings import MIN_COSINE, MeaningSettings
from rolewright.errors import UserError
from rolewright.models.builtin import Say
from rolewright.models.fingerprint import checkpoint_folder, fingerprint_model
from rolewright.models.load import load_encoder, load_tokenizer, locate_model, portable_name
from rolewright.models.qwen1.config import read_json

_ENTAILMENT = "entail"
"""How the label begins, in any case: "entailment", "ENTAILMENT", but not "not_entailment"."""
_EXPECTED = (
    "a cross-encoder for natural language inference (a sequence classifier with a label "
    "`entailment` in id2label), or a model of sentence embeddings"
)
_HARMLESS = ("_Pooling", "_Normalize")
"""Modules of sentence-transformers that leave the direction of what is pooled as it is."""
_USUAL_POSITIONS = 514


def describe_meaning_model(
    name: str, min_cosine: float | None, say: Say = print
) -> MeaningSettings:
    """Find out what a model is, without loading its weights.

    Args:
        name: hub id or folder.
        min_cosine: from which cosine on two embeddings mean the same; None = ``MIN_COSINE``.
        say: told what is happening.

    Raises:
        UserError: it is there neither, or it is neither a cross-encoder nor an embedding model, or
            a cosine is named and it gives none.
    """
    located = locate_model(name, say)
    folder = checkpoint_folder(located)
    entails = _entailment_label(folder, name) is not None
    if entails and min_cosine is not None:
        raise UserError.at(
            "--min-cosine", f"{name} is a cross-encoder: it has no cosine", fix="leave it out"
        )
    if not entails:
        _pooling(folder, name)
        min_cosine = MIN_COSINE if min_cosine is None else min_cosine
    return MeaningSettings(
        name=portable_name(name),
        kind="entailment" if entails else "embedding",
        fingerprint=fingerprint_model(located),
        min_cosine=min_cosine,
    )


def load_meaning_model(settings: MeaningSettings | None, say: Say = print) -> MeaningModel:
    """Load the model that a calibration names; None = only equal texts mean the same.

    Raises:
        UserError: it cannot be found, or is not the one that was described.
    """
    if settings is None:
        return EQUAL_TEXTS
    fix = "restore it, or run `rolewright calibrate` again"
    try:
        located = locate_model(settings.name, say)
        found = fingerprint_model(located)
    except UserError as error:
        raise UserError.at(
            settings.name,
            "the model that tells which answers mean the same cannot be found: "
            f"{error.faults[0].found}",
            fix=fix,
        ) from error
    if found != settings.fingerprint:
        raise UserError.at(
            settings.name,
            "this is not the model that told at calibration which answers mean the same",
            expected=f"fingerprint {settings.fingerprint}, found {found}",
            fix=fix,
        )
    folder = checkpoint_folder(located)
    tokenizer = load_tokenizer(settings.name, say)
    label = _entailment_label(folder, settings.name)
    model = load_encoder(settings.name, classifies=label is not None, say=say)
    max_tokens = _max_tokens(tokenizer, model.config)
    if label is None:
        pooling = _pooling(folder, settings.name)
        cosine = MIN_COSINE if settings.min_cosine is None else settings.min_cosine
        return EmbeddingModel(tokenizer, model, pooling, cosine, max_tokens)
    tokenizer.truncation_side = "left"
    return EntailmentModel(tokenizer, model, label, max_tokens)


def _entailment_label(folder: Path, name: str) -> int | None:
    """The class that means entailment; None where the model classifies nothing.

    Raises:
        UserError: it classifies, and no class means entailment.
    """
    config = read_json(folder / "config.json")
    if not _architecture(config).endswith("ForSequenceClassification"):
        return None
    labels = {int(key): str(label) for key, label in (config.get("id2label") or {}).items()}
    for key, label in labels.items():
        if label.lower().startswith(_ENTAILMENT):
            return key
    named = ", ".join(labels.values()) or "no labels"
    raise UserError.at(name, f"a sequence classifier with {named}", expected=_EXPECTED)


def _pooling(folder: Path, name: str) -> Pooling:
    """How an embedding model pools, as sentence-transformers writes it down; else by the mean.

    Raises:
        UserError: it is no embedding model, or one that does more than is computed here.
    """
    described = folder / "1_Pooling" / "config.json"
    if not described.exists():
        architecture = _architecture(read_json(folder / "config.json"))
        if architecture.endswith(("Model", "ForMaskedLM")):
            return "mean"
        raise UserError.at(name, f"found {architecture or 'no architecture'}", expected=_EXPECTED)
    pooling = read_json(described)
    modes = [key.removeprefix("pooling_mode_").removesuffix("_tokens").removesuffix("_token")
             for key, on in pooling.items()
             if key.startswith("pooling_mode_") and on is True]  # fmt: skip
    known: tuple[Pooling, ...] = get_args(Pooling)
    for each in known:
        if modes == [each]:
            _refuse_further_modules(folder, name)
            return each
    raise UserError.at(
        name,
        f"an embedding model that pools by {' and '.join(modes) or 'nothing that is known'}",
        expected="one that pools by " + ", ".join(known),
    )


def _refuse_further_modules(folder: Path, name: str) -> None:
    """Make sure that nothing but a normalisation follows the pooling.

    Raises:
        UserError: it does.
    """
    modules = sorted(path.name for path in folder.glob("[0-9]_*"))
    if other := [each for each in modules if not each.endswith(_HARMLESS)]:
        raise UserError.at(
            name,
            f"an embedding model with further modules: {', '.join(other)}",
            expected="pooling only, with or without normalisation",
        )


def _architecture(config: dict[str, Any]) -> str:
    return str((config.get("architectures") or [""])[0])


def _max_tokens(tokenizer: Any, config: Any) -> int:
    """How many tokens fit: RoBERTa and its kin count their positions from 2 on."""
    positions = getattr(config, "max_position_embeddings", None) or _USUAL_POSITIONS
    return int(min(tokenizer.model_max_length, positions - 2))
