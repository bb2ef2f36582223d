"""How several processes divide the work, as transformers' arguments.

DDP and FSDP2 are tested with CPU processes. On GPUs nothing is tested, nor is DeepSpeed anywhere.
"""

from typing import Any

from rolewright.models.load import best_device
from rolewright.training.config import TrainingConfig
from rolewright.training.processes import process_count


def strategy_arguments(config: TrainingConfig) -> dict[str, Any]:
    """Arguments of ``TrainingArguments``; none for a process on its own.

    Args:
        config: how to train.
    """
    if process_count() == 1:
        return {}
    backend = {} if best_device() == "cuda" else {"ddp_backend": "gloo"}
    strategy = config.distributed.strategy
    if strategy == "ddp":
        return {**backend, "ddp_find_unused_parameters": False}
    if strategy == "fsdp":
        # Checkpoints are written in shards, which resume on another number of processes.
        sharding = {"version": 2, "state_dict_type": "SHARDED_STATE_DICT"}
        return {**backend, "fsdp": True, "fsdp_config": sharding}
    return {"deepspeed": _deepspeed(2 if strategy == "zero2" else 3)}


def let_cpu_processes_shard(config: TrainingConfig) -> None:
    """Make accelerate take ``fsdp`` at its word on a CPU, where it would quietly use DDP.

    Called once the processes are connected, and before an ``Accelerator`` is made.
    """
    if process_count() > 1 and config.distributed.strategy == "fsdp" and best_device() == "cpu":
        from accelerate.state import DistributedType, PartialState

        # It asks for an accelerator's kind of run before it turns FSDP on, and for nothing else.
        PartialState._shared_state["distributed_type"] = DistributedType.MULTI_GPU


def _deepspeed(stage: int) -> dict[str, Any]:
    return {
        "zero_optimization": {
            "stage": stage,
            "stage3_gather_16bit_weights_on_model_save": stage == 3,
        },
        "bf16": {"enabled": "auto"},
        "train_micro_batch_size_per_gpu": 1,  # a step comes whole
        "gradient_accumulation_steps": 1,
        "gradient_clipping": "auto",
    }
