"""The processes that ``torchrun`` or ``accelerate launch`` started: who this one is.

Both launchers tell a process its number in the environment, before torch is there to ask.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn


def process_number() -> int:
    """The number of this process among all of a run, from 0; 0 writes what is written once."""
    return int(os.environ.get("RANK", "0"))


def process_count() -> int:
    """How many processes the run has, on all machines."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def is_main() -> bool:
    """Whether this process writes what is written once."""
    return process_number() == 0


def claim_device() -> None:
    """Let each process of a machine compute on a GPU of its own, where there are any."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))


def meet() -> None:
    """Wait until all processes have come here; nothing to wait for before they are connected."""
    import torch.distributed as dist

    if dist.is_available() and dist.is_initialized():
        dist.barrier()


@contextmanager
def connected() -> Iterator[None]:
    """Leave the others in good order when the context ends."""
    import torch.distributed as dist

    try:
        yield
    finally:
        if dist.is_available() and dist.is_initialized():
            dist.destroy_process_group()


def leave(code: int) -> NoReturn:
    """End this process without taking the interpreter down, once its output is written.

    The threads of gloo live on after their group and may still let go of tensors, which an
    interpreter that is being taken down answers with an abort (PyTorch issue 190489); the launcher
    would then stop the others, which are writing the bundle.

    Args:
        code: the exit code.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
