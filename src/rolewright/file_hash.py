"""Tell one file from another; for weights of many gigabytes by samples of them."""

import hashlib
from pathlib import Path

_WHOLE_BYTES = 1 << 30
_SAMPLES = 64
_SAMPLE_BYTES = 1 << 16


def hash_text(text: str) -> str:
    """SHA-256 of a text's UTF-8 bytes, as "sha256:…"."""
    return hash_bytes(text.encode())


def hash_bytes(data: bytes) -> str:
    """SHA-256, as "sha256:…"."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def hash_file(path: Path) -> str:
    """Hash a file.

    Up to 1 GiB all of it is read ("sha256:…"). Of a larger one its size and 64 evenly spaced
    blocks of 64 KiB are ("sampled-sha256:…"): any training changes nearly every block, and a 72B
    model takes a second instead of minutes.

    Raises:
        OSError: the file cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as stream:
        if size <= _WHOLE_BYTES:
            return f"sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}"
        digest = hashlib.sha256(str(size).encode())
        for sample in range(_SAMPLES):
            stream.seek((size - _SAMPLE_BYTES) * sample // (_SAMPLES - 1))
            digest.update(stream.read(_SAMPLE_BYTES))
    return f"sampled-sha256:{digest.hexdigest()}"
