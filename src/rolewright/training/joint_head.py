"""A confidence head that is trained together with the model, by an auxiliary loss."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from rolewright.confidence.head import Head
from rolewright.generation.trace import decoder_layers
from rolewright.prefix.loss import causal_model, row_states
from rolewright.prefix.row import Row
from rolewright.training.config import ConfidenceHeadConfig
from rolewright.training.graded import GradedAnswers
from rolewright.training.steps import Layout, StepPlanner, StepSampler

_FILE = "confidence_head.pt"
_STANDARDISED_BY = 64
"""Answers; the mean and deviation of each component need no more."""
_HIDDEN_UNITS = 32


class JointHead:
    """A head on the hidden states of graded answers, with an optimiser of its own.

    Its cross-entropy, weighted, is added to the language model's loss: the head learns to read
    from the states whether an answer is right, and the model to show it. (Kapoor et al. 2024,
    arXiv 2406.08391, tune a LoRA on graded answers and hold the language model by a KL term; here
    the language model's own loss holds it.)

    Args:
        graded: what it learns from.
        layout: how answers are laid out.
        layers: whose outputs it reads, where the prompt and where the answer ends.
        hidden: width of the residual stream.
        config: how it is trained.
        seed: of the order of the answers, and of the head's start.
        device: of the model.

    Attributes:
        layers: as given.
    """

    def __init__(
        self,
        graded: GradedAnswers,
        layout: Layout,
        layers: Sequence[int],
        hidden: int,
        config: ConfidenceHeadConfig,
        *,
        seed: int,
        device: torch.device,
    ) -> None:
        self.layers = tuple(layers)
        self._graded, self._config, self._device = graded, config, device
        self._planner = StepPlanner(graded.examples, layout)
        self._sampler = StepSampler(len(graded.examples), config.batch_size, seed)
        self._head = _Network(2 * len(layers) * hidden, config.kind, seed).to(device)
        self._optimizer = torch.optim.AdamW(self._head.parameters(), lr=config.learning_rate)

    def standardise(self, model: Any, accelerator: Any) -> None:
        """Measure the components of the states before anything has been trained.

        Args:
            model: as it starts.
            accelerator: that trains it, for the precision.
        """
        model.eval()
        some = [index for step in self._sampler for index in step][:_STANDARDISED_BY]
        with torch.no_grad(), accelerator.autocast():
            parts = [self.features(model, inside) for inside in self._planner.shares(some)[0]]
        self._head.standardise(torch.cat(parts))

    def learn(self, model: Any, step: int, accelerator: Any, schedule: float) -> float:
        """Add the gradients of a step's weighted loss to the model's, and make the head's own step.

        Args:
            model: whose parameters are trained.
            step: optimiser steps made so far; it alone decides which answers are next.
            accelerator: that trains the model.
            schedule: share of the learning rate that is in force.

        Returns:
            The mean cross-entropy an answer, in nats, unweighted.
        """
        epoch, number = divmod(step, len(self._sampler))
        self._sampler.set_epoch(epoch)
        chosen = list(self._sampler)[number]
        total = 0.0
        for inside in self._planner.shares(chosen)[0]:
            with accelerator.autocast():
                features = self.features(model, inside)
            loss = self._summed_loss(features, inside) / len(chosen)
            accelerator.backward(self._config.weight * loss)
            total += float(loss.detach())
        for group in self._optimizer.param_groups:
            group["lr"] = self._config.learning_rate * schedule
        self._optimizer.step()
        self._optimizer.zero_grad()
        return total

    def features(self, model: Any, inside: Sequence[int]) -> torch.Tensor:
        """What the head reads of some answers, as ``scorer.read_features`` has it while decoding.

        Args:
            model: with or without an adapter.
            inside: indices of answers that go through the model at once.

        Returns:
            fp32, shape (answers, inputs).
        """
        causal = causal_model(model)
        batch = self._planner.build(inside).to(self._device)
        with _listening(causal, self.layers) as outputs:
            if isinstance(batch, Row):
                row_states(causal, batch)
                paths, rows = batch.paths, [0] * len(inside)
            else:
                mask = batch.attention_mask
                causal.base_model(batch.input_ids, attention_mask=mask, use_cache=False)
                paths = tuple(np.arange(mask.shape[1]) for _ in inside)
                rows = list(range(len(inside)))
        ends = []
        for index, path in zip(inside, paths, strict=True):
            example, prompt = self._graded.examples[index], self._graded.prompt_tokens[index]
            ends.append([int(path[prompt - 1]), int(path[len(example) - 1])])
        at = torch.tensor(ends, device=self._device)  # (answers, 2)
        row = torch.tensor(rows, device=self._device)[:, None]
        states = [outputs[layer][row, at] for layer in self.layers]  # each (answers, 2, hidden)
        return torch.stack(states, dim=2).flatten(1).float()

    def save(self, checkpoint: Path) -> None:
        """Write down all that going on needs."""
        state = {"head": self._head.state_dict(), "optimizer": self._optimizer.state_dict()}
        torch.save(state, checkpoint / _FILE)

    def load(self, checkpoint: Path) -> None:
        """Take up what ``save`` wrote."""
        state = torch.load(checkpoint / _FILE, map_location=self._device, weights_only=True)
        self._head.load_state_dict(state["head"])
        self._optimizer.load_state_dict(state["optimizer"])

    def trained(self) -> Head:
        """The head as it is now."""
        return self._head.plain()

    def _summed_loss(self, features: torch.Tensor, inside: Sequence[int]) -> torch.Tensor:
        correct = [float(self._graded.correct[index]) for index in inside]
        target = torch.tensor(correct, device=self._device)
        return binary_cross_entropy_with_logits(self._head(features), target, reduction="sum")


class _Network(torch.nn.Module):
    """Dense layers behind a standardisation that does not change while they are trained.

    Components are divided by √inputs as well, so that a step of AdamW moves the logit by about
    its learning rate times √inputs, and not times inputs.
    """

    mean: torch.Tensor
    factor: torch.Tensor

    def __init__(self, inputs: int, kind: str, seed: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(inputs))
        self.register_buffer("factor", torch.ones(inputs))
        with torch.random.fork_rng():  # the model's own dropout is drawn as without a head
            torch.manual_seed(seed)
            hidden = [torch.nn.Linear(inputs, _HIDDEN_UNITS)] if kind == "mlp" else []
            last = torch.nn.Linear(_HIDDEN_UNITS if hidden else inputs, 1)
        torch.nn.init.zeros_(last.weight)
        torch.nn.init.zeros_(last.bias)
        self.layers = torch.nn.ModuleList([*hidden, last])

    def standardise(self, features: torch.Tensor) -> None:
        self.mean.copy_(features.mean(dim=0))
        deviation = features.std(dim=0)
        deviation[deviation <= 1e-6 * deviation.max()] = torch.inf  # it says nothing
        self.factor.copy_(1 / deviation / len(deviation) ** 0.5)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """The log-odds of being right, shape (answers,), from (answers, inputs)."""
        states = (features - self.mean) * self.factor
        for layer in self.layers[:-1]:
            states = layer(states).relu()
        logits: torch.Tensor = self.layers[-1](states)[:, 0]
        return logits

    @torch.no_grad()
    def plain(self) -> Head:
        """The same with the standardisation as part of the first layer."""
        dense = [cast("torch.nn.Linear", layer) for layer in self.layers]
        weights = [layer.weight.double() for layer in dense]
        biases = [layer.bias.double() for layer in dense]
        weights[0] = weights[0] * self.factor
        biases[0] = biases[0] - weights[0] @ self.mean.double()
        return Head(
            tuple(weight.float().cpu().numpy() for weight in weights),
            tuple(bias.float().cpu().numpy() for bias in biases),
        )


@contextmanager
def _listening(causal: Any, layers: Sequence[int]) -> Iterator[dict[int, torch.Tensor]]:
    """The whole outputs of some layers, each of shape (batch, tokens, hidden)."""
    outputs: dict[int, torch.Tensor] = {}

    def keep(index: int) -> Any:
        def listen(_module: Any, _arguments: Any, output: Any) -> None:
            outputs[index] = output[0] if isinstance(output, tuple) else output

        return listen

    with ExitStack() as hooks:
        for index in layers:
            handle = decoder_layers(causal)[index].register_forward_hook(keep(index))
            hooks.callback(handle.remove)
        yield outputs
