"""Answer prompts under one long system message, and compare with transformers' `generate`.

    python benchmarks/evaluating.py                       # 200 prompts; about half an hour
    python benchmarks/evaluating.py --system-tokens 40 --prompts 4 --trial 2 --at-once 2 \
        --max-new-tokens 4                                # a smoke run

This project's local target, as `rolewright eval` uses it, computes the system message once and lets
all prompts share its keys and values. transformers reads it with every prompt, in padded batches:
several sizes are tried on some of the prompts, and the fastest one runs over all. Both have the
same model in fp32 and the same token ids, and answer greedily. Each measurement is a process of its
own without the model's loading; the two take turns. The answers are compared token by token; where
they part, the table says by how much the logits of the two tokens differ there. Target: at least
five times as fast. Last comes one JSON line.
"""

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from rolewright.conversations.conversation import Conversation, Message
from rolewright.demo.data import country_facts
from rolewright.errors import Place
from rolewright.evaluation.targets.local import LocalTarget
from rolewright.generation.chat_model import Answer, ChatModel
from rolewright.generation.load import load_chat_model
from rolewright.generation.sampling import GREEDY
from rolewright.models.builtin import SMOLLM2
from rolewright.models.load import locate_model

LEAST_SPEED = 5.0
BEGINNING = (
    "You are Atlas, the geography assistant of a travel agency. You answer in one or two short "
    "sentences, you never guess, and you say so where something is not among the facts below."
)
WORDINGS = (
    "My daughter has to give a talk about {} at school tomorrow. Which city is its capital?",
    "We have two weeks off in autumn and think of travelling to {}. Which currency do people pay "
    "with there, and should we change some money before we leave home?",
    "Good evening! A colleague of mine claims that {} lies on another continent than I always "
    "thought. Could you please settle this for us in one sentence?",
    "I am writing a crossword about {} and {}. What are their capitals called?",
    "Bitte kurz: what is the capital of {}, and on which continent does it lie?",
    "Forget about geography for a moment and tell me a joke about the people of {}, will you? If "
    "you cannot do that, then name at least the money that they use.",
)


def make_system(tokens: int, tokenizer: Any) -> str:
    """A role's system message of at least so many tokens: what it is to do, and what it knows."""
    text = BEGINNING
    for name, facts in sorted(country_facts().items()):
        if len(tokenizer(text).input_ids) >= tokens:
            break
        text += (
            f" The capital of {name}, in {facts['continent']}, is {facts['capital']}; "
            f"the {facts['currency']} is its currency."
        )
    return text


def make_prompts(number: int, system: str) -> list[Conversation]:
    """What a user of the role might ask, under its system message."""
    draw = random.Random(0)
    names = sorted(country_facts())
    conversations = []
    for index in range(number):
        text = draw.choice(WORDINGS).format(*draw.sample(names, 2))
        place = Place("benchmark", index + 1)
        conversations.append(Conversation((Message("user", text),), system, str(index), place))
    return conversations


class Recorded:
    """A model that keeps the ids of what it answers, which a reply does not have."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model
        self.ids: list[list[int]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def answer(self, conversations: Sequence[Conversation], **named: Any) -> list[Answer]:
        answers = self._model.answer(conversations, **named)
        self.ids = [answer.generation.chosen_ids for answer in answers]
        return answers


def measured(start: float, ids: list[list[int]]) -> dict[str, Any]:
    """What a worker gives back: the clock stops here."""
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {"seconds": seconds, "peak_gib": peak, "ids": ids}


def measure_rolewright(
    model: ChatModel, prompts: list[Conversation], job: dict[str, Any]
) -> dict[str, Any]:
    """Answer by the local target."""
    recorded = Recorded(model)
    target = LocalTarget(recorded, job["at_once"])  # type: ignore[arg-type]
    start = time.perf_counter()
    target.answer(
        prompts, max_new_tokens=job["max_new_tokens"], sampling=GREEDY, on_replies=lambda _: None
    )
    return measured(start, recorded.ids)


def measure_transformers(
    model: ChatModel, prompts: list[Conversation], job: dict[str, Any]
) -> dict[str, Any]:
    """Answer by `generate`, in batches padded on the left."""
    import torch

    size, limit, stop = job["at_once"], job["max_new_tokens"], sorted(model.stop_ids)
    found = []
    start = time.perf_counter()
    encoded = [model.encoder.encode_prompt(each.system, each.prompt) for each in prompts]
    for first in range(0, len(encoded), size):
        batch = encoded[first : first + size]
        width = max(map(len, batch))
        ids = torch.tensor([[0] * (width - len(each)) + each for each in batch])
        mask = torch.tensor([[0] * (width - len(each)) + [1] * len(each) for each in batch])
        output = model.model.generate(
            ids, attention_mask=mask, max_new_tokens=limit, do_sample=False, eos_token_id=stop,
            pad_token_id=0,
        )  # fmt: skip
        found += [up_to_stop(row, stop) for row in output[:, width:].tolist()]
    return measured(start, found)


def up_to_stop(ids: list[int], stop: Sequence[int]) -> list[int]:
    """An answer without the padding behind its end."""
    ends = [index for index, token in enumerate(ids) if token in stop]
    return ids[: ends[0] + 1] if ends else ids


def measure_margins(
    model: ChatModel, prompts: list[Conversation], job: dict[str, Any]
) -> dict[str, Any]:
    """Where two answers part, how much their tokens' logits differ when the prompt stands alone."""
    import torch

    margins = []
    for index, common, ours, theirs in job["partings"]:
        prompt = prompts[index]
        ids = model.encoder.encode_prompt(prompt.system, prompt.prompt) + common
        with torch.inference_mode():
            logits = model.model(torch.tensor([ids]), logits_to_keep=1).logits[0, -1]
        margins.append(abs(float(logits[ours] - logits[theirs])))
    return {"margins": margins}


WORKERS = {
    "rolewright": measure_rolewright,
    "transformers": measure_transformers,
    "margins": measure_margins,
}


def work(job: dict[str, Any]) -> dict[str, Any]:
    """Load the model and do a job; the first prompt, answered before, warms up."""
    model = load_chat_model(job["model"], precision="fp32", say=lambda _: None)
    prompts = make_prompts(
        job["prompts"], make_system(job["system_tokens"], model.encoder.tokenizer)
    )
    worker = WORKERS[job["worker"]]
    if worker is not measure_margins:
        worker(model, prompts[:1], job | {"max_new_tokens": 1})
    lengths = [len(model.encoder.encode_prompt(None, each.prompt)) for each in prompts]
    system = len(model.encoder.encode_prompt(prompts[0].system, prompts[0].prompt)) - lengths[0]
    return worker(model, prompts, job) | {
        "system_tokens": system,
        "prompt_tokens": [min(lengths), statistics.median(lengths), max(lengths)],
    }


def measure(worker: str, options: argparse.Namespace, **job: Any) -> dict[str, Any]:
    """Do a job in a process of its own."""
    job = {
        "worker": worker,
        "model": options.model,
        "prompts": options.prompts,
        "system_tokens": options.system_tokens,
        "max_new_tokens": options.max_new_tokens,
    } | job
    done = subprocess.run(
        [sys.executable, __file__, "--job", "-"],
        input=json.dumps(job), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"{worker}: {done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if "seconds" in result:
        print(
            f"{worker}, {job['prompts']} prompts, {job['at_once']} at once: "
            f"{result['seconds']:.1f} s, {result['peak_gib']:.2f} GiB",
            file=sys.stderr,
        )
    return result


def compare_answers(
    ours: list[list[int]], theirs: list[list[int]], options: argparse.Namespace
) -> dict[str, Any]:
    """The share of equal answers; of the others, the margins of logits where they part."""
    partings = []
    for index, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        if one != other:  # both end with a stop token or at the limit, so that none begins another
            at = next(i for i, pair in enumerate(zip(one, other, strict=False)) if len({*pair}) > 1)
            partings.append([index, one[:at], one[at], other[at]])
    found = measure("margins", options, partings=partings) if partings else {"margins": []}
    return {"equal": 1 - len(partings) / len(ours), "margins": found["margins"]}


def main() -> None:
    """Measure, print a table and, last, one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", default=SMOLLM2)
    parser.add_argument("--system-tokens", type=int, default=1000, help="at least")
    parser.add_argument("--prompts", type=int, default=200)
    parser.add_argument("--max-new-tokens", type=int, default=32)
    parser.add_argument("--batch-size", type=int, default=32, help="of the local target")
    parser.add_argument(
        "--at-once", type=int, nargs="+", default=[1, 4, 16, 32], help="tried for transformers"
    )
    parser.add_argument(
        "--trial", type=int, default=32, help="prompts that batch sizes are tried on"
    )
    parser.add_argument("--rounds", type=int, default=1, help="over all prompts, by turns")
    parser.add_argument("--job", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.job is not None:
        print(json.dumps(work(json.load(sys.stdin))))
        return
    locate_model(options.model, lambda text: print(text, file=sys.stderr))
    trials = {
        size: measure("transformers", options, prompts=options.trial, at_once=size)["seconds"]
        for size in options.at_once
    }
    fastest = min(trials, key=lambda size: trials[size])
    rounds = []
    for _ in range(options.rounds):
        ours = measure("rolewright", options, at_once=options.batch_size)
        theirs = measure("transformers", options, at_once=fastest)
        rounds.append(
            compare_answers(ours.pop("ids"), theirs.pop("ids"), options)
            | {"rolewright": ours, "transformers": theirs}
            | {"speed": theirs["seconds"] / ours["seconds"]}
        )
    print("round | seconds | transformers | speed  | GiB   | transformers | equal | margins")
    for number, each in enumerate(rounds, start=1):
        ours, theirs = each["rolewright"], each["transformers"]
        margins = ", ".join(f"{margin:.1e}" for margin in each["margins"]) or "none"
        print(
            f"{number:5} | {ours['seconds']:7.1f} | {theirs['seconds']:12.1f} | "
            f"{each['speed']:5.2f}x | {ours['peak_gib']:5.2f} | {theirs['peak_gib']:12.2f} | "
            f"{each['equal']:5.1%} | {margins}"
        )
    speed = statistics.median(each["speed"] for each in rounds)
    print(f"transformers at its fastest, {fastest} prompts at once; target {LEAST_SPEED:.0f}x")
    print(
        json.dumps(
            {
                "schema": "rolewright.benchmark.evaluating/1",
                "prompts": options.prompts,
                "max_new_tokens": options.max_new_tokens,
                "trials": [{"at_once": size, "seconds": s} for size, s in trials.items()],
                "at_once": fastest,
                "rounds": rounds,
                "speed": speed,
                "reached": speed >= LEAST_SPEED and all(each["equal"] == 1 for each in rounds),
            }
        )
    )


if __name__ == "__main__":
    main()
