"""What a certificate holds for."""

from typing import Any

from rolewright.bundle.manifest import ADAPTER, WEIGHTS, Manifest
from rolewright.file_hash import hash_text


def conditions_of(manifest: Manifest, model: Any, max_new_tokens: int) -> dict[str, str]:
    """What answers and confidences of a bundle depend on, by name.

    Args:
        manifest: of the bundle.
        model: as it is loaded.
        max_new_tokens: limit on an answer's length.
    """
    trained = [
        f"{path} {digest}\n"
        for path, digest in sorted(manifest.files.items())
        if path.split("/")[0] in (ADAPTER, WEIGHTS)
    ]
    bits = [bits for bits in (4, 8) if getattr(model, f"is_loaded_in_{bits}bit", False)]
    return {
        "base model": manifest.base_model.fingerprint,
        "trained weights": hash_text("".join(trained)),
        "role": manifest.role_hash,
        "chat template": manifest.template_hash,
        "precision": str(model.dtype).removeprefix("torch."),
        "quantisation": f"{bits[0]} bits" if bits else "none",
        "answer limit": f"{max_new_tokens} tokens",
    }
