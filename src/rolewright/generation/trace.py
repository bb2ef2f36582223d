"""What the decoding pass leaves for a confidence head and for Monte-Carlo dropout."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch

from rolewright.prefix.cache import NO_PREFIX, PrefixCache
from rolewright.prefix.loss import causal_model


@dataclass(frozen=True, slots=True)
class Tap:
    """What to keep of a decoding pass beside its probabilities.

    Attributes:
        layers: indices of the layers whose outputs are kept where the prompt ends and where the
            answer ends.
        stochastic_layer: the first of the layers that are to be run again with dropout: what enters
            it and the prompt's keys and values from there on are kept; None = nothing is.
    """

    layers: tuple[int, ...] = ()
    stochastic_layer: int | None = None


NO_TAP = Tap()


@dataclass(frozen=True, slots=True)
class PromptCache:
    """Keys and values of a prompt without its last token, in one row of a batch.

    Attributes:
        keys_values: by layer, each of shape (batch, kv_heads, width, head), with padding.
        row: of this prompt.
        real: where its tokens stand, shape (own,).
        shared: what of the prompt stands before them, once for all rows.
    """

    keys_values: dict[int, tuple[torch.Tensor, torch.Tensor]]
    row: int
    real: torch.Tensor
    shared: PrefixCache = NO_PREFIX

    @property
    def tokens(self) -> int:
        """How many tokens of the prompt they are of: all but the last one."""
        return len(self.shared.ids) + len(self.real)

    def of_layer(self, layer: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Keys and values without padding, each of shape (1, kv_heads, prompt - 1, head)."""
        keys, values = self.keys_values[layer]
        row = slice(self.row, self.row + 1)
        keys, values = keys[row][:, :, self.real], values[row][:, :, self.real]
        if self.shared.keys_values is None:
            return keys, values
        before = self.shared.keys_values.layers[layer]
        return torch.cat([before.keys, keys], dim=2), torch.cat([before.values, values], dim=2)


@dataclass(slots=True)
class Trace:
    """What was kept of one answer.

    A step is a choice of a token: the first reads the prompt's last token, each later one the
    token chosen before. The token that the last step chose was never read.

    Attributes:
        prompt_end: what each tapped layer gave at the first step, shape (layers, hidden).
        answer_end: at the last step, shape (layers, hidden).
        entering: what entered the first stochastic layer, shape (hidden,), a step each.
        prompt: None where no layer is to be run again.
    """

    prompt_end: torch.Tensor | None = None
    answer_end: torch.Tensor | None = None
    entering: list[torch.Tensor] = field(default_factory=list)
    prompt: PromptCache | None = None

    def add_step(self, states: torch.Tensor | None, entering: torch.Tensor | None) -> None:
        """Keep a step: tapped layers' outputs (layers, hidden), and what was entered (hidden,)."""
        if states is not None:
            self.prompt_end = states if self.prompt_end is None else self.prompt_end
            self.answer_end = states
        if entering is not None:
            self.entering.append(entering)


class Recorder:
    """Reads the last position of every forward pass that is run while it listens.

    Attributes:
        states: outputs of the tapped layers, shape (batch, layers, hidden); None without any.
        entering: what entered the first stochastic layer, shape (batch, hidden); None without one.
    """

    def __init__(self, tap: Tap) -> None:
        self.tap = tap
        self.entering: torch.Tensor | None = None
        self._outputs: dict[int, torch.Tensor] = {}

    @property
    def states(self) -> torch.Tensor | None:
        """Outputs of the tapped layers at the last position, shape (batch, layers, hidden)."""
        if not self.tap.layers:
            return None
        return torch.stack([self._outputs[layer] for layer in self.tap.layers], dim=1)

    @contextmanager
    def listening(self, model: Any) -> Iterator[None]:
        """Listen to a model for as long as the context lasts."""
        layers = decoder_layers(model)
        with ExitStack() as hooks:
            for index in self.tap.layers:
                handle = layers[index].register_forward_hook(self._keep_output(index))
                hooks.callback(handle.remove)
            if self.tap.stochastic_layer is not None:
                layer = layers[self.tap.stochastic_layer]
                handle = layer.register_forward_pre_hook(self._keep_entering, with_kwargs=True)
                hooks.callback(handle.remove)
            yield

    def _keep_output(self, index: int) -> Callable[[Any, Any, Any], None]:
        def keep(_module: Any, _arguments: Any, output: Any) -> None:
            states = output[0] if isinstance(output, tuple) else output
            self._outputs[index] = states[:, -1].clone()  # a view would keep the whole prompt's

        return keep

    def _keep_entering(self, _module: Any, arguments: Any, named: dict[str, Any]) -> None:
        states = arguments[0] if arguments else named["hidden_states"]
        self.entering = states[:, -1].clone()


def decoder_layers(model: Any) -> Sequence[Any]:
    """The layers of a causal language model, with or without an adapter."""
    layers: Sequence[Any] = causal_model(model).base_model.layers
    return layers
