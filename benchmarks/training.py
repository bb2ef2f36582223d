"""Train with Rolewright and with TRL's SFTTrainer, and compare speed and memory.

    python benchmarks/training.py                       # every system message; about 40 minutes
    python benchmarks/training.py --systems 20 --budget 5 --conversations 4   # a smoke run

Both train the same LoRA adapter on the same model, token ids, labels and precision, with 32
conversations an optimiser step. Each measurement is a process of its own, so that its peak memory
is its own. TRL is measured with several of its settings (conversations at once, packing,
checkpointing), and its fastest counts. Rolewright runs by its defaults, with the C library's
allocator set up as `rolewright train` does it; TRL's fastest runs once more under that set-up, and
the table has both. The gradients of one step are compared with plain passes, in fp32. Needs
`pip install -e '.[benchmarks]'`. Last comes one JSON line.
"""

import argparse
import contextlib
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from array import array
from pathlib import Path
from typing import Any

from rolewright.cli.allocator import allocator_environment
from rolewright.errors import Place
from rolewright.models.builtin import SMOLLM2
from rolewright.models.load import locate_model
from rolewright.tokens.example import Example
from rolewright.training.config import load_config

TARGETS = {20: (1.0, 1.0), 500: (3.0, 0.6), 1000: (5.0, 0.5), 3000: (12.0, 0.3)}
"""System tokens → at least so many times TRL's speed, at most such a share of its memory."""
RANK = 16


class EnoughError(Exception):
    """The time for a measurement is up."""


def make_examples(system: int, conversations: int) -> list[Example]:
    """Conversations of 150 tokens on average behind one system message; half of each is trained."""
    draw = random.Random(system)
    beginning = array("i", [draw.randrange(100, 40_000) for _ in range(system)])
    examples = []
    for number in range(conversations):
        own = array("i", [draw.randrange(100, 40_000) for _ in range(draw.randint(60, 240))])
        trained = ((system + len(own) // 2, system + len(own)),)
        place = Place("benchmark", number + 1)
        examples.append(Example(str(number), place, None, beginning, own, trained, False, 2))
    return examples


def dialogue_tokens(examples: list[Example]) -> int:
    """Tokens behind the system message."""
    return sum(len(example.turn_ids) for example in examples)


def peak_gib() -> float:
    """The peak memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def measure_rolewright(job: dict[str, Any]) -> dict[str, float]:
    """Time optimiser steps; the first one warms up."""
    from rolewright.training.train import _trainable
    from rolewright.training.trainer import TrainingData, run_training

    examples = make_examples(job["system"], job["conversations"])
    settings = [f"precision={job['precision']}", f"batch_size={job['conversations']}"]
    settings += [f"lora.rank={RANK}", "max_steps=100", "optimizer.learning_rate=1e-4"]
    config = load_config(None, settings)
    ends: list[float] = []

    def on_step(step: int, steps: int, loss: float) -> None:
        ends.append(time.perf_counter())
        if len(ends) >= 2 and ends[-1] - ends[0] >= job["budget"]:
            raise EnoughError

    model = _trainable(job["model"], config)
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        contextlib.suppress(EnoughError),
    ):
        run_training(
            model, TrainingData(examples), config, folder=Path(folder), pad_id=0, on_step=on_step,
            say=lambda _: None,
        )  # fmt: skip
    seconds = (ends[-1] - ends[0]) / (len(ends) - 1)
    return {"tokens_per_second": dialogue_tokens(examples) / seconds, "peak_gib": peak_gib()}


def measure_trl(job: dict[str, Any]) -> dict[str, float]:
    """Time micro-batches; the first one warms up. Optimiser steps are not counted against TRL."""
    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
    from trl import SFTConfig, SFTTrainer

    examples = make_examples(job["system"], job["conversations"])
    rows = [{"input_ids": list(e.input_ids), "labels": list(e.labels)} for e in examples]
    bf16, at_once, packing = job["precision"] == "bf16", job["at_once"], job["packing"]
    folder = locate_model(job["model"])
    model = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.bfloat16 if bf16 else torch.float32
    )
    ends: list[float] = []
    seen: list[int] = []

    class Clock(TrainerCallback):
        def on_substep_end(self, *_: Any, **__: Any) -> None:
            ends.append(time.perf_counter())
            if len(ends) >= 2 and ends[-1] - ends[0] >= job["budget"]:
                raise EnoughError

        on_step_end = on_substep_end

    class Counted(SFTTrainer):
        def training_step(self, model: Any, inputs: Any, *more: Any, **named: Any) -> Any:
            ids = inputs["input_ids"]
            own = (ids != self.processing_class.pad_token_id).sum().item()
            starts = inputs.get("position_ids")
            count = len(ids) if starts is None else int((starts == 0).sum())
            seen.append(own - count * job["system"])
            return super().training_step(model, inputs, *more, **named)

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as out:
        settings = SFTConfig(
            output_dir=out, per_device_train_batch_size=at_once, max_steps=100, bf16=bf16,
            gradient_accumulation_steps=max(1, job["conversations"] // at_once), use_cpu=True,
            report_to="none", save_strategy="no", logging_strategy="no", disable_tqdm=True,
            packing=packing, max_length=2 * job["system"] + 1024 if packing else None,
            gradient_checkpointing=job["checkpointing"], learning_rate=1e-4,
            dataset_kwargs=None if packing else {"skip_prepare_dataset": True},
        )  # fmt: skip
        adapter = LoraConfig(
            r=RANK, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM"
        )
        trainer = Counted(
            model=model, args=settings, train_dataset=Dataset.from_list(rows * 8),
            processing_class=AutoTokenizer.from_pretrained(folder), peft_config=adapter,
            callbacks=[Clock()],
        )  # fmt: skip
        with contextlib.suppress(EnoughError):
            trainer.train()
    tokens = sum(seen[1 : len(ends)])
    return {"tokens_per_second": tokens / (ends[-1] - ends[0]), "peak_gib": peak_gib()}


def measure_gradients(job: dict[str, Any]) -> dict[str, float]:
    """Compare the gradients of a row with those of plain passes, in fp32."""
    from rolewright.prefix.row import build_row
    from rolewright.prefix.support import verify
    from rolewright.training.train import _trainable

    examples = make_examples(job["system"], min(job["conversations"], 4))
    model = _trainable(job["model"], load_config(None, ["precision=fp32", "method=full"]))
    loss, gradients = verify(model, [build_row(examples)], examples)
    return {"loss_difference": loss, "gradient_difference": gradients}


WORKERS = {"rolewright": measure_rolewright, "trl": measure_trl, "gradients": measure_gradients}


def measure(
    worker: str, options: argparse.Namespace, environment: dict[str, str] | None = None, **job: Any
) -> dict[str, Any]:
    """Run a measurement in a process of its own."""
    job |= {"worker": worker, "model": options.model, "conversations": options.conversations}
    job |= {"precision": options.precision, "budget": options.budget}
    done = subprocess.run(
        [sys.executable, __file__, "--job", json.dumps(job)],
        capture_output=True, text=True, check=False, env=os.environ | (environment or {}),
    )  # fmt: skip
    if done.returncode != 0:
        print(f"{worker} {job}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return {"failed": done.returncode}
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    shown = ", ".join(f"{key} {value:.3g}" for key, value in result.items())
    named = {key: job[key] for key in ("at_once", "packing", "checkpointing") if key in job}
    if environment:
        named["allocator"] = "set up"
    print(f"system {job['system']}: {worker} {named or ''}: {shown}", file=sys.stderr, flush=True)
    return result | named


def compare(system: int, options: argparse.Namespace) -> dict[str, Any]:
    """Everything that is measured for one length of the system message."""
    allocator = allocator_environment()
    ours = measure("rolewright", options, allocator, system=system)
    sizes = [size for size in options.at_once if size * (system + 250) <= options.most_tokens]
    ways = [{"at_once": size, "packing": False, "checkpointing": False} for size in sizes]
    ways.append({"at_once": 1, "packing": False, "checkpointing": True})
    ways.append({"at_once": 1, "packing": True, "checkpointing": False})
    trl = [measure("trl", options, system=system, **way) for way in ways]
    best = max(range(len(ways)), key=lambda number: trl[number].get("tokens_per_second", 0.0))
    same = measure("trl", options, allocator, system=system, **ways[best])
    gradients = measure("gradients", options, system=min(system, 500))
    found = {"rolewright": ours, "trl": trl[best], "trl_same_allocator": same, "all_trl": trl}
    return {"system": system} | found | gradients


def print_table(results: list[dict[str, Any]]) -> None:
    """A line for each length against TRL, and one against TRL with the same allocator."""
    print("system | against        | tokens/s | TRL tokens/s | speed   | GiB   | TRL GiB | memory")
    for result in results:
        ours = result["rolewright"]
        for key, name in (("trl", "TRL"), ("trl_same_allocator", "same allocator")):
            trl = result[key]
            if "failed" in ours or "failed" in trl:
                print(f"{result['system']:6} | {name:14} | failed")
                continue
            trl["speed"] = ours["tokens_per_second"] / trl["tokens_per_second"]
            trl["memory"] = ours["peak_gib"] / trl["peak_gib"]
            print(
                f"{result['system']:6} | {name:14} | {ours['tokens_per_second']:8.1f} | "
                f"{trl['tokens_per_second']:12.1f} | {trl['speed']:6.2f}x | "
                f"{ours['peak_gib']:5.2f} | {trl['peak_gib']:7.2f} | {trl['memory']:5.2f}x"
            )
        if result["system"] in TARGETS:
            speed, memory = TARGETS[result["system"]]
            print(f"       | to reach       | {'':23} | {speed:6.2f}x | {'':17}| {memory:5.2f}x")


def main() -> None:
    """Measure, print a table and, last, one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", default=SMOLLM2, help="of 40,000 tokens at least")
    parser.add_argument("--systems", type=int, nargs="+", default=list(TARGETS))
    parser.add_argument("--conversations", type=int, default=32, help="an optimiser step")
    parser.add_argument("--at-once", type=int, nargs="+", default=[1, 4, 16], help="tried for TRL")
    parser.add_argument("--most-tokens", type=int, default=9000, help="that TRL takes at once")
    parser.add_argument("--precision", choices=["bf16", "fp32"], default="bf16")
    parser.add_argument("--budget", type=float, default=40, help="seconds a measurement, at least")
    parser.add_argument("--job", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.job is not None:
        job = json.loads(options.job)
        print(json.dumps(WORKERS[job["worker"]](job)))
        return
    locate_model(options.model, lambda text: print(text, file=sys.stderr))
    results = [compare(system, options) for system in options.systems]
    print_table(results)
    print(json.dumps({"schema": "rolewright.benchmark.training/1", "results": results}))


if __name__ == "__main__":
    main()
