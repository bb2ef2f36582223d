"""What one layer keeps for its backward pass, operation by operation, in bytes.

The terms follow transformers' Qwen layers under PEFT with SDPA, and are compared with the tensors
that autograd really saves (tests/models/test_activations.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rolewright.models.shape import Linear, ModelShape


@dataclass(frozen=True, slots=True)
class Computation:
    """How layers are computed.

    Attributes:
        rows: sequences that go through the model at once.
        row_tokens: length of each.
        bf16: whether under autocast to bf16; else in fp32.
        full: whether all weights are trained; else an adapter.
        rank: of the adapter.
        dora: whether the adapter is DoRA's.
        fp32_stream: whether embeddings are in fp32, and with them the residual stream.
        masked: whether attention has an explicit mask, as padding and packing bring about.
    """

    rows: int
    row_tokens: int
    bf16: bool
    full: bool
    rank: int = 16
    dora: bool = False
    fp32_stream: bool = False
    masked: bool = False

    @property
    def tokens(self) -> int:
        """That go through the model at once."""
        return self.rows * self.row_tokens

    @property
    def width(self) -> int:
        """Bytes of a number inside a layer."""
        return 2 if self.bf16 else 4

    @property
    def stream_width(self) -> int:
        """Bytes of a number in the residual stream."""
        return 2 if self.bf16 and not self.full and not self.fp32_stream else 4


def layer_bytes(shape: ModelShape, layer: int, adapted: Sequence[Linear], how: Computation) -> int:
    """All that one layer keeps from the forward to the backward pass.

    Args:
        shape: the model's.
        layer: its index.
        adapted: its linear layers with an adapter.
        how: it is computed.
    """
    sparse = layer in shape.sparse_layers
    per_token = _norms(shape, how) + _attention(shape, how)
    per_token += _linear_inputs(shape, adapted, how, sparse)
    per_token += _experts(shape, how) if sparse else 3 * shape.intermediate * how.width
    per_token += sum(_adapter(linear, how) for linear in adapted if not linear.experts)
    total = how.tokens * per_token + _whole_matrices(adapted, how)
    if how.masked:
        total += how.rows * how.row_tokens**2 * how.width  # SDPA makes a bias of the mask
    return total


def kept_bytes(
    shape: ModelShape, adapted: Sequence[Sequence[Linear]], how: Computation, *, checkpointing: bool
) -> int:
    """All that the forward pass leaves for the backward one, up to the last norm.

    Args:
        shape: the model's.
        adapted: of each layer the linear layers with an adapter.
        how: layers are computed.
        checkpointing: whether each layer keeps only its input, and is computed again.
    """
    total = how.tokens * (shape.hidden * (8 if how.full else 4) + 4)  # the last norm
    total += how.tokens * 8 + how.row_tokens * 2 * shape.head_width * how.stream_width
    if checkpointing:
        mask = how.rows * how.row_tokens**2 if how.masked else 0
        return total + mask + shape.layers * how.tokens * shape.hidden * how.stream_width
    return total + sum(layer_bytes(shape, n, each, how) for n, each in enumerate(adapted))


def _norms(shape: ModelShape, how: Computation) -> int:
    """Both norms of the layer, and those of queries and keys: computed in fp32."""
    total = 2 * (4 * shape.hidden + 4)
    if how.full:  # the norm's own weight is trained: its input is kept too
        total += 2 * 4 * shape.hidden
    if shape.qk_norm:
        width, heads = shape.query_width + shape.kv_width, shape.heads + shape.kv_heads
        total += 4 * width + 4 * heads
        if how.full:
            total += how.width * width
    return total


def _attention(shape: ModelShape, how: Computation) -> int:
    """Queries, keys, values, the output and one fp32 number a head."""
    # With a mask keys and values are repeated for every query head.
    keys = shape.query_width if how.masked else shape.kv_width
    return 2 * (shape.query_width + keys) * how.width + 4 * shape.heads


def _linear_inputs(
    shape: ModelShape, adapted: Sequence[Linear], how: Computation, sparse: bool
) -> int:
    """The inputs of linear layers, as far as a weight behind them is trained."""
    names = {linear.name.rpartition(".")[2] for linear in adapted if not linear.experts}
    first, second = {"q_proj", "k_proj", "v_proj"}, {"gate_proj", "up_proj", "gate"}
    if how.full:
        names = first | ({"gate"} if sparse else {"gate_proj", "up_proj", "down_proj"})
    inside = shape.intermediate * ("down_proj" in names)
    if how.bf16:  # autocast makes a bf16 copy for each; the attention's output is bf16 already
        copies = len(names & (first | second)) * shape.hidden
        output = shape.query_width * ("o_proj" in names and not how.full)
        return 2 * (copies + output + inside)
    shared = bool(names & first) + bool(names & second)
    return 4 * (shared * shape.hidden + inside)


def _adapter(linear: Linear, how: Computation) -> int:
    """What an adapter adds: its narrow middle; with DoRA also the outputs that it scales."""
    return how.width * (how.rank + (2 * linear.outputs if how.dora else 0))


def _whole_matrices(adapted: Sequence[Linear], how: Computation) -> int:
    """Experts with their adapters: PEFT adds them up before they are used."""
    return how.width * sum(each.weights for each in adapted if each.experts)


def _experts(shape: ModelShape, how: Computation) -> int:
    """Of each expert that a token is sent to: its input, output and four steps between."""
    width = 4 if how.full else how.width
    each = 2 * shape.hidden + 5 * shape.expert_intermediate
    return shape.experts_per_token * (each * width + 40) + 4 * shape.experts
