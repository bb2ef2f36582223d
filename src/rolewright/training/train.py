"""From a role and conversations to a bundle."""

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import rolewright
from rolewright.bundle.manifest import (
    ADAPTER,
    HEAD,
    PROMPTS,
    ROLE,
    TOKENIZER,
    TRAINING,
    VERIFIERS,
    WEIGHTS,
    BaseModelRecord,
    Manifest,
)
from rolewright.bundle.read import Bundle, read_bundle
from rolewright.bundle.write import (
    claim_folder,
    hash_parts,
    write_bytes,
    write_manifest,
    write_text,
)
from rolewright.conversations.conversation import Conversation
from rolewright.conversations.prompt_hash import hash_prompts
from rolewright.errors import UserError
from rolewright.file_hash import hash_text
from rolewright.models.fingerprint import fingerprint_model
from rolewright.models.load import (
    Precision,
    load_model,
    load_tokenizer,
    locate_model,
    portable_name,
)
from rolewright.role.schema import RoleFile
from rolewright.tokens.chatml import ChatEncoder
from rolewright.tokens.example import Example
from rolewright.training.adapter import add_adapter
from rolewright.training.announcements import tell_examples, tell_graded, tell_reasoning
from rolewright.training.config import TrainingConfig
from rolewright.training.examples import (
    ExampleSet,
    count_conversations,
    encode_examples,
    split_validation,
)
from rolewright.training.graded import GradedAnswers, read_graded
from rolewright.training.hardware import checkpoints_activations, require_hardware
from rolewright.training.processes import claim_device, is_main, meet
from rolewright.training.resume import hold_plan
from rolewright.training.trainer import (
    StepCallback,
    Trained,
    TrainingData,
    computes_in_bf16,
    run_training,
)

TAKEN = "go on with an unfinished run by --resume, or choose another path for --out"


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who is told what training does.

    Attributes:
        say: a sentence a person understands.
        on_step: (step, all steps, loss) after every optimiser step.
    """

    say: Callable[[str], None]
    on_step: StepCallback | None = None


def train(
    role: RoleFile,
    conversations: Sequence[Conversation],
    model_name: str,
    out: Path,
    config: TrainingConfig,
    watcher: Watcher,
    *,
    resume: bool = False,
) -> Bundle:
    """Fine-tune a model on conversations under a role, and write the bundle.

    Args:
        role: its system message goes to conversations that have none of their own.
        conversations: at least one.
        model_name: hub id, folder or built-in name.
        out: the bundle's folder, new or empty.
        config: how to train.
        watcher: told what happens.
        resume: go on with an unfinished run in ``out``; same data, model and settings.

    Raises:
        UserError: this machine lacks what ``config`` asks for, ``out`` is taken, nothing can be
            trained, the model cannot be loaded, or the unfinished run was another.
    """
    require_hardware(config)
    claim_device()
    if is_main():
        claim_folder(out, resume=resume, fix=TAKEN)
    start = time.monotonic()
    tokenizer = load_tokenizer(model_name, watcher.say)
    encoder = ChatEncoder(tokenizer, model_name, thinking=config.thinking)
    examples = encode_examples(
        conversations,
        encoder,
        role_system=role.system,
        loss=config.loss,
        max_length_tokens=config.max_length_tokens,
        say=watcher.say,
    )
    graded = read_graded(config, encoder, role, watcher.say)
    tell_examples(examples, config, watcher.say)
    if encoder.format.thinks:
        tell_reasoning(conversations, config, watcher.say)
    folder = out / TRAINING
    data = {"data": examples.hash} | ({} if graded is None else {"graded": graded.hash})
    fingerprint = _hold_plan(folder, role, data, model_name, config, watcher)
    training, validation = split_validation(examples.examples, config.validation_share, config.seed)
    if graded is not None:
        tell_graded(graded, conversations, len(training), config, watcher.say)
    trained = run_training(
        _trainable(model_name, config),
        TrainingData(training, validation, graded),
        config,
        folder=folder,
        pad_id=tokenizer.pad_token_id or 0,
        on_step=watcher.on_step,
        say=watcher.say,
    )
    if is_main():
        _write_prompts(out, conversations, graded)
        _write_parts(out, encoder, trained, config)
        summary = _summary(examples, training, trained, time.monotonic() - start)
        record = BaseModelRecord(name=portable_name(model_name), fingerprint=fingerprint)
        layers = trained.head_layers
        _write_manifest(out, role, record, encoder, examples.hash, config, summary, layers)
        shutil.rmtree(folder / "checkpoints", ignore_errors=True)
    meet()
    return read_bundle(out)


def _write_manifest(
    out: Path,
    role: RoleFile,
    base_model: BaseModelRecord,
    encoder: ChatEncoder,
    data_hash: str,
    config: TrainingConfig,
    summary: dict[str, Any],
    head_layers: tuple[int, ...] | None,
) -> None:
    manifest = Manifest(
        role=role.name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        method=config.method,
        base_model=base_model,
        role_hash=hash_text(role.source),
        data_hash=data_hash,
        template_hash=hash_text(encoder.format.template),
        versions={"rolewright": rolewright.__version__}
        | {name: version(name) for name in ("torch", "transformers", "peft", "accelerate")},
        settings=config.model_dump(mode="json"),
        summary=summary,
        head_layers=head_layers,
        files=hash_parts(out),
    )
    write_manifest(out, manifest)


def _hold_plan(
    folder: Path,
    role: RoleFile,
    data: dict[str, str],
    model_name: str,
    config: TrainingConfig,
    watcher: Watcher,
) -> str:
    fingerprint = fingerprint_model(locate_model(model_name, watcher.say))
    plan = {"role": hash_text(role.source), **data, "model": fingerprint}
    if is_main():
        hold_plan(folder, {**plan, "settings": config.model_dump(mode="json")})
        # It also tells an unfinished bundle from some other folder.
        write_text(folder.parent / ROLE, role.source)
        for file in role.verifier_files:
            write_text(folder.parent / VERIFIERS / file.name, file.source)
    return fingerprint


def _trainable(model_name: str, config: TrainingConfig) -> Any:
    """Load the model with the parameters to train switched on."""
    from transformers import set_seed

    set_seed(config.seed)
    # Under LoRA the frozen weights may be bf16; weights that are trained stay fp32 under autocast.
    frozen_in_bf16 = config.method == "lora" and computes_in_bf16(config)
    precision: Precision = "bf16" if frozen_in_bf16 else "fp32"
    model = load_model(
        model_name,
        precision=precision,
        quantization=config.quantization,
        # What is to be sharded need not fit one device.
        device="cpu" if config.distributed.strategy in {"fsdp", "zero3"} else None,
    )
    model.config.use_cache = False
    if config.method == "full":
        return model
    try:
        model = add_adapter(model, config.lora)
    except ValueError as error:
        raise UserError.at("lora.target_modules", str(error)) from error
    if checkpoints_activations(config):
        model.enable_input_require_grads()
    return model


def _write_prompts(
    out: Path, conversations: Sequence[Conversation], graded: GradedAnswers | None
) -> None:
    prompts = {digest for each in conversations for digest in hash_prompts(each)}
    prompts |= set() if graded is None else graded.prompts
    write_text(out / PROMPTS, "".join(f"{digest}\n" for digest in sorted(prompts)))


def _write_parts(out: Path, encoder: ChatEncoder, trained: Trained, config: TrainingConfig) -> None:
    model, weights = trained.model, trained.weights
    if trained.head is not None:
        write_bytes(out / HEAD, trained.head.to_bytes())
    if config.method == "lora":
        model.save_pretrained(out / ADAPTER, state_dict=weights)
        (out / ADAPTER / "README.md").unlink(missing_ok=True)  # PEFT's empty model card
    else:
        model.config.use_cache = True
        model.save_pretrained(out / WEIGHTS, state_dict=weights)
    tokenizer = encoder.tokenizer
    tokenizer.chat_template = encoder.format.template
    folders = [TOKENIZER] if config.method == "lora" else [TOKENIZER, WEIGHTS]
    for folder in folders:
        tokenizer.save_pretrained(out / folder)


def _summary(
    examples: ExampleSet, training: Sequence[Example], trained: Trained, seconds: float
) -> dict[str, Any]:
    return {
        "conversations": examples.conversations,
        "conversations_trained": count_conversations(training),
        "conversations_shortened": len(examples.shortened),
        "conversations_left_out": len(examples.left_out),
        "examples": len(examples.examples),
        "tokens": examples.tokens,
        "trained_tokens": examples.trained_tokens,
        "steps": trained.steps,
        "loss": trained.loss,
        "validation_loss": trained.validation_loss,
        "seconds": round(seconds, 1),
    }
