"""Have the C library give training's memory back, which it can be told only before it starts."""

import os
import platform
import sys

TUNABLES = {
    # Before version 2.38, glibc cannot use the space again that aligned blocks leave around them
    # if it lands in these caches (sourceware.org bug 14581), and torch's blocks are aligned.
    "glibc.malloc.tcache_count": 0,
    "glibc.malloc.mxfast": 0,
    # Only blocks as large as logits go back to the system; for smaller ones that costs time.
    "glibc.malloc.mmap_threshold": 12_000_000,
    "glibc.malloc.trim_threshold": 1 << 30,
}


def allocator_environment() -> dict[str, str]:
    """What to start a training process with."""
    return {"GLIBC_TUNABLES": ":".join(f"{name}={value}" for name, value in TUNABLES.items())}


def restart_with_allocator() -> None:
    """Start this very command again under ``TUNABLES``, in this process.

    Returns where there is nothing to be done: another C library, or ``GLIBC_TUNABLES`` is set.
    """
    if "GLIBC_TUNABLES" in os.environ or platform.libc_ver()[0] != "glibc":
        return
    arguments = [sys.executable, *sys.orig_argv[1:]]
    os.execve(sys.executable, arguments, os.environ | allocator_environment())
