"""A Qwen-1 checkpoint as a ``Qwen2ForCausalLM`` that knows where an answer ends."""

from pathlib import Path
from typing import Any

import torch

from rolewright.models.qwen1.checkpoint import VOCABULARY
from rolewright.models.qwen1.config import read_config
from rolewright.models.qwen1.tokenizer import SPECIAL_TOKENS, read_ranks
from rolewright.models.qwen1.weights import load_weights


def load_qwen1_model(folder: Path, name: str, dtype: torch.dtype, device: str) -> Any:
    """Load a Qwen-1 checkpoint.

    Args:
        folder: of the checkpoint.
        name: folder or hub id, which an adapter names as its base model.
        dtype: of the weights in memory.
        device: where they go.

    Returns:
        A ``Qwen2ForCausalLM`` in evaluation mode.

    Raises:
        UserError: the checkpoint is incomplete, or none of a Qwen-1 language model.
    """
    config = read_config(folder)
    model = load_weights(folder, config, dtype, device)
    model.name_or_path = model.config._name_or_path = name
    model.generation_config = generation_config(folder)
    return model


def generation_config(folder: Path) -> Any:
    """What ends an answer: ``<|im_end|>`` or ``<|endoftext|>``. Sampling is left to the caller.

    Raises:
        UserError: the vocabulary is missing or broken.
    """
    from transformers import GenerationConfig

    end_of_text = len(read_ranks(folder / VOCABULARY))
    end = end_of_text + SPECIAL_TOKENS.index("<|im_end|>")
    return GenerationConfig(eos_token_id=[end, end_of_text], pad_token_id=end_of_text)
