"""``rolewright plan``: what memory a training run takes, before anything is downloaded."""

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, cast, get_args

import typer

from rolewright.cli.options import AsJson, ConfigPath, ModelName, Overrides
from rolewright.cli.output import EXIT_FALLS_SHORT, print_json, print_table, say
from rolewright.errors import UserError

if TYPE_CHECKING:
    from rolewright.models.memory import Memory, Plan, Strategy
    from rolewright.models.shape import ModelShape
    from rolewright.models.suggestions import Suggestion
    from rolewright.training.config import TrainingConfig

_ROWS = {
    "weights": "weights",
    "gradients": "gradients",
    "optimizer": "optimiser states",
    "buffers": "copies, gathered weights, buckets",
    "activations": "activations",
    "logits": "logits and their loss *",
    "layer": "backward pass of a layer *",
    "reserve": "context and fragmentation",
    "total": "peak",
}


def plan(
    model: ModelName,
    gpus: Annotated[int, typer.Option("--gpus", min=1, help="How many share the work.")] = 1,
    gpu_memory: Annotated[
        float | None, typer.Option("--gpu-memory", min=0, help="Of one GPU, in GiB.")
    ] = None,
    strategy: Annotated[
        str | None,
        typer.Option(
            "--strategy",
            help="Judge by ddp, fsdp, zero2 or zero3; else by distributed.strategy.",
        ),
    ] = None,
    config_path: ConfigPath = None,
    overrides: Overrides = None,
    system_tokens: Annotated[
        int, typer.Option("--system-tokens", min=0, help="Of the system message.")
    ] = 0,
    conversation_tokens: Annotated[
        int | None,
        typer.Option(
            "--conversation-tokens",
            min=1,
            help="Of a conversation without it; else what max_length_tokens leaves.",
        ),
    ] = None,
    trained_tokens: Annotated[
        int | None,
        typer.Option("--trained-tokens", min=1, help="Of a conversation; else all but the system."),
    ] = None,
    packed: Annotated[
        bool,
        typer.Option("--packed", help="Judge conversations in one row behind one system message."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Estimate the memory of a training run on each GPU; exit 1 if it does not fit.

    Example: rolewright plan --model Qwen/Qwen2.5-72B-Instruct --gpus 8 --gpu-memory 80
    """
    from rolewright.models.memory import Strategy
    from rolewright.models.published import model_config
    from rolewright.models.shape import read_shape
    from rolewright.training.config import load_config

    config = load_config(config_path, overrides or [])
    strategy = strategy or config.distributed.strategy
    if strategy not in get_args(Strategy):
        expected = ", ".join(get_args(Strategy))
        raise UserError.at("--strategy", f"found {strategy!r}", expected=expected)
    run = replace(_plan(config, system_tokens, conversation_tokens, trained_tokens), packed=packed)
    keys, source = model_config(model, say)
    machines = _Machines(gpus, gpu_memory, cast("Strategy", strategy))
    judged = _judge(read_shape(keys, model), run, machines)
    if as_json:
        print_json(_as_json(model, source, run, machines, judged))
    else:
        print(f"{model}: {judged.shape.parameters:,} parameters ({source}),")
        print(f"{judged.trained:,} of them trained ({_method(run)})")
        print(f"on each GPU at once: {_batch(run)}")
        _print_memory(judged.estimates, run)
        _print_verdict(judged, machines)
    if judged.fits is False:
        raise typer.Exit(EXIT_FALLS_SHORT)


@dataclass(frozen=True, slots=True)
class _Machines:
    gpus: int
    gpu_memory_gib: float | None
    strategy: "Strategy"


@dataclass(frozen=True, slots=True)
class _Judged:
    """Estimates for strategies, not packed and packed; ``spare`` bytes by the chosen ones."""

    shape: "ModelShape"
    trained: int
    estimates: "dict[tuple[Strategy, bool], Memory]"
    total: int
    spare: int | None
    ways: "list[Suggestion]"

    @property
    def fits(self) -> bool | None:
        return None if self.spare is None else self.spare >= 0


def _judge(shape: "ModelShape", run: "Plan", machines: _Machines) -> _Judged:
    from rolewright.models.memory import GIB, Strategy, estimate_memory, trained_parameters
    from rolewright.models.suggestions import suggest

    several = machines.gpus > 1
    names: list[Strategy] = list(get_args(Strategy)) if several else [machines.strategy]
    estimates = {
        (name, packed): estimate_memory(shape, replace(run, packed=packed), name, machines.gpus)
        for packed in (False, True)
        for name in names
    }
    total = estimates[machines.strategy, run.packed].total
    trained = trained_parameters(shape, run)
    if machines.gpu_memory_gib is None:
        return _Judged(shape, trained, estimates, total, None, [])
    limit = int(machines.gpu_memory_gib * GIB)
    ways = suggest(shape, run, machines.strategy, machines.gpus, limit) if total > limit else []
    return _Judged(shape, trained, estimates, total, limit - total, ways)


def _as_json(
    model: str, source: str, run: "Plan", machines: _Machines, judged: _Judged
) -> dict[str, Any]:
    return {
        "schema": "rolewright.plan/1",
        "model": model,
        "shape_from": source,
        "parameters": judged.shape.parameters,
        "trained_parameters": judged.trained,
        **asdict(machines),
        "run": {**asdict(run), "rows": run.rows, "row_tokens": run.row_tokens},
        "memory": [
            {"strategy": name, "packed": side, **asdict(memory), "total": memory.total}
            for (name, side), memory in judged.estimates.items()
        ],
        "fits": judged.fits,
        "spare_bytes": judged.spare,
        "suggestions": [asdict(way) for way in judged.ways],
    }


def _plan(
    config: "TrainingConfig", system: int, conversation: int | None, trained: int | None
) -> "Plan":
    from rolewright.models.memory import Plan

    conversation = conversation or config.max_length_tokens - system
    if conversation < 1:
        raise UserError.at(
            "--system-tokens",
            f"{system} leave nothing of max_length_tokens = {config.max_length_tokens}",
            fix="raise max_length_tokens",
        )
    if trained is not None and trained > conversation:
        raise UserError.at("--trained-tokens", f"{trained} are more than {conversation} in all")
    return Plan(
        conversations=min(
            config.micro_batch_size or config.batch_size,
            max(1, ((config.packing.most_row_tokens) - system) // conversation),
        ),
        system_tokens=system,
        conversation_tokens=conversation,
        trained_tokens=trained or conversation,
        checkpointing=config.gradient_checkpointing == "on",
        bf16=config.precision != "fp32",
        full=config.method == "full",
        quantization=config.quantization,
        rank=config.lora.rank,
        variant=config.lora.variant,
        target_modules=config.lora.target_modules,
        train_embeddings=config.lora.train_embeddings,
    )


def _method(run: "Plan") -> str:
    if run.full:
        return "full"
    quantised = "" if run.quantization == "none" else f" on {run.quantization} weights"
    embeddings = ", embeddings" if run.train_embeddings else ""
    return f"{run.variant} of rank {run.rank}{quantised}{embeddings}"


def _batch(run: "Plan") -> str:
    again = "with" if run.checkpointing else "without"
    return (
        f"{run.rows} × {run.row_tokens:,} tokens, {run.conversations * run.trained_tokens:,} of "
        f"them trained, in {'bf16' if run.bf16 else 'fp32'}, {again} gradient checkpointing"
    )


def _print_memory(estimates: "dict[tuple[Strategy, bool], Memory]", run: "Plan") -> None:
    from rolewright.models.memory import GIB

    names = list(dict.fromkeys(name for name, _ in estimates))

    def row(key: str, label: str, packed: bool) -> list[str]:
        values = [getattr(estimates[name, packed], key) / GIB for name in names]
        return [label, *(f"{value:.1f}" for value in values)]

    rows = [row(key, label, run.packed) for key, label in _ROWS.items()]
    if run.conversations > 1:
        other = replace(run, packed=not run.packed)
        kind = "packed" if other.packed else "not packed"
        label = f"peak of {other.rows} × {other.row_tokens:,} tokens ({kind})"
        rows.append(row("total", label, other.packed))
    columns = [*names] if len(names) > 1 else ["one GPU"]
    print_table("Estimated memory", ["GiB on each GPU", *columns], rows)
    print("* the larger of the two counts. An estimate: docs/several-machines.md says how good.")


def _print_verdict(judged: _Judged, machines: _Machines) -> None:
    from rolewright.models.memory import GIB

    several = machines.gpus > 1
    where = f"{machines.strategy} on {machines.gpus} GPUs" if several else "one GPU"
    if judged.spare is None:
        print(f"{where}: {judged.total / GIB:.1f} GiB; --gpu-memory says whether they fit")
        return
    if judged.spare >= 0:
        print(f"{where}: fits, with {judged.spare / GIB:.1f} GiB to spare")
        return
    print(f"{where}: does not fit, {-judged.spare / GIB:.1f} GiB are missing")
    for way in judged.ways:
        print(f"    to do: {', '.join(way.changes)} ({way.total / GIB:.1f} GiB)")
    if not judged.ways:
        print("    no combination of settings that was tried fits; use a smaller model")
