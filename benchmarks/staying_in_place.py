"""Train the demo's role with and without twins, and see where it holds and where it stays away.

    python benchmarks/staying_in_place.py                    # about fifteen minutes on two cores
    python benchmarks/staying_in_place.py --rows 20 --prompts 2 --set max_steps=1 --set epochs=1
                                                             # a smoke run

The demo's data is trained twice by the demo's settings: as it is, and with what `rolewright
augment` adds by its defaults. Both models and the base model then answer the demo's held-out
prompts under the role's system message, the same in other words, none, an empty one and those of
other roles; the rewording and the other roles stand in no training data. Targets: under the role
the augmented model keeps all rules on at most 3 points fewer prompts than the plain one; under none
it keeps all rules, and passes rule checks, at most 5 points more often than the base model. Last
comes one JSON line.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path
from typing import Any

from rolewright.augmentation.shares import DEFAULT_SHARES
from rolewright.bundle.read import read_bundle
from rolewright.cli.app import run
from rolewright.cli.demo import lay_out_project
from rolewright.conversations.conversation import Conversation
from rolewright.conversations.read import read_all
from rolewright.generation.chat_model import ChatModel
from rolewright.generation.load import load_bundle_model
from rolewright.role.load import load_role
from rolewright.role.schema import RoleFile

REWORDED = (
    "Your name is Atlas and you know geography. Reply with nothing but the name that was asked "
    "for, without a sentence and without a full stop. To anything that is not about geography, "
    "reply with these words: I only answer geography questions. To the question who you are: "
    "I am Atlas."
)
OTHERS = (
    "You are a cheerful weather presenter.",
    "Explain things the way a museum guide would.",
    "You are an assistant of a small bakery. Be kind and helpful.",
)
MOST_LOST, MOST_GAINED = 0.03, 0.05


@dataclass(frozen=True)
class Kept:
    """How far answers follow the role: share of prompts with all rules kept, of checks passed."""

    all_rules: float
    checks: float
    same_as_base: float


def main() -> None:
    """Train, answer, compare; print a table and one JSON line."""
    parser = argparse.ArgumentParser(description="Where a role holds, and where it stays away.")
    parser.add_argument("--model", default="builtin:smollm2-135m")
    parser.add_argument("--shares", default=DEFAULT_SHARES)
    parser.add_argument("--max-new-tokens", type=int, help="of the base model's answers in twins")
    parser.add_argument("--rows", type=int, help="use so many training rows only")
    parser.add_argument("--prompts", type=int, help="use so many held-out prompts only")
    parser.add_argument("--set", action="append", default=[], help="a training setting")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        results = compare(Path(name), arguments)
    show(results)
    print(json.dumps(results))


def compare(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Train both ways, and answer the held-out prompts."""
    lay_out_project(folder)
    role, data, augmented = folder / "role.yaml", folder / "data/train.jsonl", folder / "both.jsonl"
    if arguments.rows:
        lines = data.read_text("utf-8").splitlines(keepends=True)
        data.write_text("".join(lines[: arguments.rows]), "utf-8")
    limit = ["--max-new-tokens", arguments.max_new_tokens] if arguments.max_new_tokens else []
    named = ["--model", arguments.model]
    seconds = {
        "augment": command(
            "augment", role, data, *named, "--out", augmented, "--shares", arguments.shares, *limit
        )
    }
    settings = [part for text in arguments.set for part in ("--set", text)]
    for kind, rows in (("plain", data), ("augmented", augmented)):
        out = ["--out", folder / kind]
        seconds[f"train {kind}"] = command("train", role, rows, *named, *out, *settings)
    loaded = load_role(role)
    prompts = read_all([folder / "data/eval.jsonl"], answered=False).conversations
    prompts = prompts[: arguments.prompts]
    answers: dict[str, dict[str, list[str]]] = {}
    for kind in ("plain", "augmented"):
        model = load_bundle_model(read_bundle(folder / kind))
        if not answers:
            with model.without_adapter() as base:
                answers["base"] = answer_all(base, loaded, prompts)
        answers[kind] = answer_all(model, loaded, prompts)
    kept = {
        model: {
            system: judge(loaded, prompts, texts, answers["base"][system])
            for system, texts in of_model.items()
        }
        for model, of_model in answers.items()
    }
    return {
        "schema": "rolewright.benchmark.staying_in_place/1",
        "shares": arguments.shares,
        "prompts": len(prompts),
        "seconds": seconds,
        "kept": {m: {s: vars(each) for s, each in of.items()} for m, of in kept.items()},
        "targets": targets(kept),
    }


def command(*arguments: object) -> float:
    """Run a command as the command line would; the seconds that it takes."""
    start = time.monotonic()
    if code := run([str(argument) for argument in arguments]):
        raise SystemExit(code)
    return round(time.monotonic() - start, 1)


def answer_all(
    model: ChatModel, role: RoleFile, prompts: Sequence[Conversation]
) -> dict[str, list[str]]:
    """The answers to all prompts, by what they stand under."""
    others = cycle(OTHERS)
    under = {
        "role": [replace(prompt, system=role.system) for prompt in prompts],
        "reworded": [replace(prompt, system=REWORDED) for prompt in prompts],
        "none": [replace(prompt, system=None) for prompt in prompts],
        "empty": [replace(prompt, system="") for prompt in prompts],
        "other": [replace(prompt, system=next(others)) for prompt in prompts],
    }
    return {
        name: [answer.text for answer in model.answer(conversations, max_new_tokens=48)]
        for name, conversations in under.items()
    }


def judge(
    role: RoleFile,
    prompts: Sequence[Conversation],
    texts: Sequence[str],
    of_base: Sequence[str],
) -> Kept:
    """How far answers follow the role."""
    passed = [
        [rule.check(text, prompt).passed for rule in role.rules_for(prompt.scenario)]
        for prompt, text in zip(prompts, texts, strict=True)
    ]
    same = [text == base for text, base in zip(texts, of_base, strict=True)]
    checks = [each for of_prompt in passed for each in of_prompt]
    return Kept(mean(list(map(all, passed))), mean(checks), mean(same))


def mean(outcomes: Sequence[bool]) -> float:
    """The share of successes."""
    return round(sum(outcomes) / len(outcomes), 4)


def targets(kept: dict[str, dict[str, Kept]]) -> dict[str, bool]:
    """Which of the targets are met, by each of the two models."""
    least = kept["plain"]["role"].all_rules - MOST_LOST
    met = {"keeps the role": kept["augmented"]["role"].all_rules >= least}
    for model in ("plain", "augmented"):
        base, tuned = kept["base"]["none"], kept[model]["none"]
        met[f"{model} stays away"] = (
            tuned.all_rules <= base.all_rules + MOST_GAINED
            and tuned.checks <= base.checks + MOST_GAINED
        )
    return met


def show(results: dict[str, Any]) -> None:
    """Print the table."""
    print("all rules kept (rule checks passed; same answer as the base model)\n")
    systems = list(results["kept"]["base"])
    print("| model | " + " | ".join(systems) + " |")
    print("| --- |" + " --- |" * len(systems))
    for model, of_model in results["kept"].items():
        cells = [
            f"{each['all_rules']:.0%} ({each['checks']:.0%}; {each['same_as_base']:.0%})"
            for each in of_model.values()
        ]
        print(f"| {model} | " + " | ".join(cells) + " |")
    print()
    for target, met in results["targets"].items():
        print(f"{target}: {'yes' if met else 'no'}")


if __name__ == "__main__":
    main()
