"""What Qwen-1 does beyond its training length in evaluation: dynamic NTK and logn attention.

As in the last release of ``modeling_qwen.py`` (QwenLM, December 2023), each sequence on its own:

- The rotary base is multiplied by alpha^(d/(d−2)), where d is the head's width, L the length of the
  prompt, and alpha = max(2^ceil(log2(L/seq_length)+1) − 1, 1). Alpha is chosen when the cache is
  empty, and kept with it.
- A query at the i-th position, counted from 1, is scaled by log(i)/log(seq_length) where that is
  above 1.

Neither happens in training.
"""

import math
from typing import Any

import torch

MOST_TOKENS = 32_767
"""The rows of the original's table of logn factors: it fails beyond them."""
_ATTENTION = "sdpa_with_query_scale"


def ntk_alpha(tokens: int, seq_length: int) -> int:
    """The factor by which a prompt of so many tokens stretches the rotary base."""
    doublings: int = math.ceil(math.log(tokens / seq_length, 2) + 1)
    return int(max(2**doublings - 1, 1))


def context_limit(config: Any) -> int:
    """How many tokens a model may see, prompt and answer together.

    Args:
        config: a transformers model configuration, of Qwen-1 or any other.
    """
    limit: int = config.max_position_embeddings
    return max(limit, MOST_TOKENS) if _extends(config) else limit


def stands_alone(config: Any, prompt_tokens: int) -> bool:
    """Whether a prompt has a rotary base of its own, so that it shares neither prefix nor batch."""
    return _extends(config) and prompt_tokens > config.max_position_embeddings


def extend_context(model: Any) -> None:
    """Let a converted Qwen-1 model do in evaluation what the original does; no other changes.

    Args:
        model: a ``Qwen2ForCausalLM``, before an adapter is put on it.
    """
    if not _extends(model.config):
        return
    from transformers.integrations.sdpa_attention import sdpa_attention_forward
    from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS, sdpa_mask
    from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

    def attend(
        module: Any,
        query: Any,
        key: Any,
        value: Any,
        mask: Any,
        query_scale: Any = None,
        **rest: Any,
    ) -> Any:
        if query_scale is not None:
            query = query * query_scale.type_as(query)
        return sdpa_attention_forward(module, query, key, value, mask, **rest)

    ALL_ATTENTION_FUNCTIONS.register(_ATTENTION, attend)
    ALL_MASK_ATTENTION_FUNCTIONS.register(_ATTENTION, sdpa_mask)
    model.set_attn_implementation(_ATTENTION)
    hooks = _Hooks(model.config)
    model.model.register_forward_pre_hook(hooks.before_model, with_kwargs=True)
    model.model.rotary_emb.register_forward_hook(hooks.after_rotary)
    model.model.register_forward_hook(hooks.after_model)


def _extends(config: Any) -> bool:
    return bool(getattr(config, "qwen1_long_context", False))


class _Hooks:
    """Around one model; between its forward passes nothing is kept but in the caches."""

    def __init__(self, config: Any) -> None:
        self._seq_length: int = config.max_position_embeddings
        self._width: int = config.hidden_size // config.num_attention_heads
        self._base: float = config.rope_parameters["rope_theta"]
        factors = (max(math.log(i, self._seq_length), 1.0) for i in range(1, MOST_TOKENS + 1))
        self._logn = torch.tensor(list(factors))  # (positions,)
        self._alphas = [1]

    def before_model(
        self, model: Any, arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
        """Choose alpha for each sequence, and the factor of each query."""
        self._alphas = [1]
        inputs = named.get("input_ids")
        inputs = named["inputs_embeds"] if inputs is None else inputs
        cache = named.get("past_key_values")
        past = 0 if cache is None else cache.get_seq_length()
        tokens = past + inputs.shape[1]
        # A row holds many conversations, and its loss is the training loss.
        if model.training or "row_layout" in named or tokens <= self._seq_length:
            return None
        positions = named.get("position_ids")
        if positions is None:
            positions = torch.arange(past, tokens, device=inputs.device)[None]
        last = int(positions.max()) + 1
        if last > MOST_TOKENS:
            raise ValueError(f"{last} tokens; Qwen-1 has no logn factor beyond {MOST_TOKENS}")
        self._alphas = _kept(cache, len(inputs)) if past else self._chosen(named, positions, tokens)
        self._logn = self._logn.to(positions.device)
        scale = self._logn[positions][:, None, :, None]  # (batch or 1, 1, tokens, 1)
        return arguments, {**named, "query_scale": scale}

    def _chosen(self, named: dict[str, Any], positions: torch.Tensor, tokens: int) -> list[int]:
        mask = named.get("attention_mask")
        if isinstance(mask, torch.Tensor) and mask.dim() == 2:
            lengths = mask.sum(dim=-1).tolist()
        elif named.get("position_ids") is not None:
            lengths = (positions.amax(dim=-1) + 1).tolist()
        else:
            lengths = [tokens]
        alphas = [ntk_alpha(int(length), self._seq_length) for length in lengths]
        return alphas[:1] if len(set(alphas)) == 1 else alphas

    def after_rotary(self, _: Any, arguments: tuple[Any, ...], output: Any) -> Any:
        """Rotate by the stretched base: cosines and sines, each (batch, tokens, head width)."""
        if self._alphas == [1]:
            return None
        hidden, positions = arguments
        frequencies = [self._frequencies(alpha) for alpha in self._alphas]
        stretched = torch.stack(frequencies).to(positions.device)[:, None]  # (batch or 1, 1, w/2)
        angles = positions[..., None].float() * stretched
        angles = torch.cat([angles, angles], dim=-1)
        return angles.cos().to(hidden.dtype), angles.sin().to(hidden.dtype)

    def _frequencies(self, alpha: int) -> torch.Tensor:
        base = self._base * alpha ** (self._width / (self._width - 2))
        exponents = torch.arange(0, self._width, 2).float() / self._width
        return torch.pow(base, exponents).reciprocal()

    def after_model(self, _: Any, arguments: tuple[Any, ...], output: Any) -> None:
        """Keep alpha with the keys that were rotated by it."""
        if output.past_key_values is not None:
            output.past_key_values.ntk_alphas = self._alphas


def _kept(cache: Any, batch: int) -> list[int]:
    alphas: list[int] | None = getattr(cache, "ntk_alphas", None)
    if alphas is None or len(alphas) not in {1, batch}:
        raise ValueError("it is not known by which base these keys were rotated")
    return alphas
