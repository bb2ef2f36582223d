"""What a configuration needs of the machine, checked before anything is loaded."""

from importlib.util import find_spec

from rolewright.errors import UserError
from rolewright.models.load import best_device
from rolewright.models.quantization import require_quantization
from rolewright.training.config import TrainingConfig
from rolewright.training.processes import process_count


def require_hardware(config: TrainingConfig) -> None:
    """Make sure that this machine has what a configuration asks for.

    Raises:
        UserError: it asks for quantised weights, Liger kernels or DeepSpeed and cannot have them
            here, or for a confidence head in several processes.
    """
    if config.confidence_head.trained and process_count() > 1:
        raise UserError.at(
            "confidence_head.data",
            f"a head is trained with the model by one process, and there are {process_count()}",
            fix="train without it; `rolewright calibrate` fits a head after the training",
        )
    require_quantization(config.quantization)
    uses_liger(config)
    if config.distributed.strategy.startswith("zero") and find_spec("deepspeed") is None:
        raise UserError.at(
            f"distributed.strategy: {config.distributed.strategy}",
            "deepspeed is not installed",
            fix="`pip install deepspeed`, or use fsdp",
        )


def checkpoints_activations(config: TrainingConfig) -> bool:
    """Whether the backward pass computes activations again."""
    if config.gradient_checkpointing == "auto":
        return best_device() == "cpu"
    return config.gradient_checkpointing == "on"


def uses_liger(config: TrainingConfig) -> bool:
    """Whether Liger's fused Triton kernels replace parts of the model.

    Raises:
        UserError: they are asked for, and there is no GPU or they are not installed.
    """
    obstacle = None
    if best_device() != "cuda":
        obstacle = "there is no CUDA device"
    elif find_spec("liger_kernel") is None:
        obstacle = "liger-kernel is not installed"
    if config.liger == "on" and obstacle is not None:
        raise UserError.at(
            "liger: on",
            obstacle,
            expected="a CUDA device and liger-kernel",
            fix="on a machine with a GPU `pip install liger-kernel`; else liger=auto",
        )
    return config.liger != "off" and obstacle is None
