"""The shape of a Qwen model, read from its config.json: its matrices and how many parameters."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rolewright.errors import UserError

_OLD_KEYS = {  # of the first release of Qwen 1
    "n_embd": "hidden_size",
    "n_layer": "num_hidden_layers",
    "n_head": "num_attention_heads",
    "ffn_hidden_size": "intermediate_size",
}
_KINDS = ("qwen", "qwen2", "qwen3", "qwen3_moe")


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear layer, or the equal matrices of all experts.

    Attributes:
        name: full name, as ``model.layers.0.self_attn.q_proj``.
        inputs: width.
        outputs: width; of fused matrices their sum.
        experts: how many there are; 0 = no experts' matrix.
        fused: how many matrices of the model are one here; PEFT multiplies the rank by it.
    """

    name: str
    inputs: int
    outputs: int
    experts: int = 0
    fused: int = 1

    @property
    def weights(self) -> int:
        """Elements of all matrices."""
        return self.inputs * self.outputs * max(self.experts, 1)

    def adapter(self, rank: int, variant: str) -> int:
        """Parameters of a LoRA adapter (or, with ``dora``, also a length each output)."""
        low_rank = rank * self.fused * (self.inputs + self.outputs) * max(self.experts, 1)
        return low_rank + (self.outputs if variant == "dora" else 0)


@dataclass(frozen=True, slots=True)
class ModelShape:
    """A decoder of the Qwen family.

    Attributes:
        vocabulary: rows of the embedding.
        hidden: width of the residual stream.
        intermediate: width inside the feed-forward network.
        layers: how many.
        heads: of queries.
        kv_heads: of keys and values.
        head_width: of one head.
        tied: whether the output head is the embedding.
        qkv_bias: whether queries, keys and values have biases.
        output_bias: whether the attention's output has one.
        qk_norm: whether queries and keys are normalised, as in Qwen3.
        experts: of a sparse layer; 0 = all layers are dense.
        experts_per_token: that one token is sent to.
        expert_intermediate: width inside an expert.
        sparse_layers: indices of the layers with experts.
    """

    vocabulary: int
    hidden: int
    intermediate: int
    layers: int
    heads: int
    kv_heads: int
    head_width: int
    tied: bool
    qkv_bias: bool
    output_bias: bool = False
    qk_norm: bool = False
    experts: int = 0
    experts_per_token: int = 0
    expert_intermediate: int = 0
    sparse_layers: frozenset[int] = frozenset()

    @property
    def query_width(self) -> int:
        """Of all query heads."""
        return self.heads * self.head_width

    @property
    def kv_width(self) -> int:
        """Of all key heads, which is that of all value heads."""
        return self.kv_heads * self.head_width

    @property
    def embedding(self) -> int:
        """Parameters of the embedding, or of the output head."""
        return self.vocabulary * self.hidden

    @property
    def outside_layers(self) -> int:
        """Parameters of embedding, output head and last norm."""
        return self.embedding * (1 if self.tied else 2) + self.hidden

    @property
    def parameters(self) -> int:
        """All of them, a tied matrix once."""
        return self.outside_layers + sum(map(self.layer_parameters, range(self.layers)))

    def linears(self, layer: int) -> Iterator[Linear]:
        """The linear layers that an adapter may be put on."""
        name = f"model.layers.{layer}"
        yield Linear(f"{name}.self_attn.q_proj", self.hidden, self.query_width)
        yield Linear(f"{name}.self_attn.k_proj", self.hidden, self.kv_width)
        yield Linear(f"{name}.self_attn.v_proj", self.hidden, self.kv_width)
        yield Linear(f"{name}.self_attn.o_proj", self.query_width, self.hidden)
        if layer not in self.sparse_layers:
            yield Linear(f"{name}.mlp.gate_proj", self.hidden, self.intermediate)
            yield Linear(f"{name}.mlp.up_proj", self.hidden, self.intermediate)
            yield Linear(f"{name}.mlp.down_proj", self.intermediate, self.hidden)
            return
        inside, experts = self.expert_intermediate, self.experts
        yield Linear(f"{name}.mlp.gate", self.hidden, experts)
        yield Linear(f"{name}.mlp.experts.gate_up_proj", self.hidden, 2 * inside, experts, 2)
        yield Linear(f"{name}.mlp.experts.down_proj", inside, self.hidden, experts)

    def layer_parameters(self, layer: int) -> int:
        """All parameters of one layer."""
        matrices = sum(linear.weights for linear in self.linears(layer))
        biases = (self.query_width + 2 * self.kv_width) * self.qkv_bias
        biases += self.hidden * self.output_bias
        norms = 2 * self.hidden + 2 * self.head_width * self.qk_norm
        return matrices + biases + norms


def read_shape(config: Mapping[str, Any], name: str) -> ModelShape:
    """Read the shape of a model.

    Args:
        config: what its ``config.json`` says; also that of Qwen 1, with the keys of either release.
        name: of the model, for errors.

    Raises:
        UserError: it is no Qwen model of text, or a key is missing.
    """
    kind = config.get("model_type")
    if kind not in _KINDS or "visual" in config:
        found = "a model of pictures" if "visual" in config else f"model_type {kind!r}"
        raise UserError.at(name, f"{found} cannot be planned", expected=f"{', '.join(_KINDS)}")
    keys = {_OLD_KEYS.get(key, key): value for key, value in config.items()}
    try:
        return _shape(keys, str(kind))
    except KeyError as error:
        raise UserError.at(name, f"its config.json has no {error}") from error


def _shape(keys: Mapping[str, Any], kind: str) -> ModelShape:
    heads = keys["num_attention_heads"]
    bias = bool(keys.get("attention_bias", False))
    experts = keys["num_experts"] if kind == "qwen3_moe" else 0
    step, dense = keys.get("decoder_sparse_step", 1), keys.get("mlp_only_layers") or ()
    layers = range(keys["num_hidden_layers"])
    return ModelShape(
        vocabulary=keys["vocab_size"],
        hidden=keys["hidden_size"],
        # Qwen 1 counts the two halves of its gated network together.
        intermediate=keys["intermediate_size"] // (2 if kind == "qwen" else 1),
        layers=len(layers),
        heads=heads,
        kv_heads=keys.get("num_key_value_heads") or heads,
        head_width=keys.get("head_dim") or keys["hidden_size"] // heads,
        tied=bool(keys.get("tie_word_embeddings", False)),
        qkv_bias=bias or kind in {"qwen", "qwen2"},
        output_bias=bias and kind not in {"qwen", "qwen2"},
        qk_norm=kind in {"qwen3", "qwen3_moe"},
        experts=experts,
        experts_per_token=keys["num_experts_per_tok"] if experts else 0,
        expert_intermediate=keys["moe_intermediate_size"] if experts else 0,
        sparse_layers=frozenset(
            layer for layer in layers if experts and layer not in dense and (layer + 1) % step == 0
        ),
    )
