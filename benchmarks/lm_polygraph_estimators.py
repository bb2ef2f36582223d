"""lm-polygraph's estimators on the answers that ``beside_lm_polygraph.py ours`` wrote.

    python benchmarks/lm_polygraph_estimators.py ours.json theirs.json

Runs in an environment of its own (lm_polygraph_requirements.txt), and imports nothing of this
project. lm-polygraph's own stat calculators, as its registry builds them, and its own estimators
are called, not its manager, which collects garbage after each batch; they get the questions of the
first file under the same system message. Times are of one question at a time; the uncertainties
that are judged come from batches, but for RAUQ, whose statistics mix up the rows of a batch.
"""

import argparse
import importlib.metadata
import json
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from lm_polygraph import WhiteboxModel
from lm_polygraph.defaults.register_default_stat_calculators import (
    register_default_stat_calculators,
)
from lm_polygraph.estimators import (
    RAUQ,
    BoostedProbSequence,
    DegMat,
    Eccentricity,
    EigValLaplacian,
    FisherRao,
    LexicalSimilarity,
    MaximumSequenceProbability,
    MeanTokenEntropy,
    MonteCarloNormalizedSequenceEntropy,
    MonteCarloSequenceEntropy,
    Perplexity,
    PTrue,
    PTrueSampling,
    RenyiNeg,
    SelfCertainty,
)
from lm_polygraph.utils.builder_enviroment_stat_calculator import BuilderEnvironmentStatCalculator
from lm_polygraph.utils.factory_stat_calculator import FactoryStatCalculator
from lm_polygraph.utils.manager import order_calculators
from transformers import AutoModelForCausalLM, AutoTokenizer

BATCH = 16
PACKAGES = ("lm_polygraph", "torch", "transformers", "numpy")
NOT_RUN = {
    "SemanticEntropy and all else by entailment": "no NLI model here",
    "CoCoA, SAR": "no cross-encoder here",
    "Monte-Carlo dropout": "raises NotImplementedError in 0.7.0",
    "Mahalanobis distances, RDE": "need statistics of a training set",
    "PointwiseMutualInformation": "its pass without a prompt reads the chat template's tokens",
    "EigenScore": "reads padding where questions are sampled in batches",
    "AttentionScore, CSL, Focus, verbalised": "not tried",
}


class Chat(WhiteboxModel):
    """Asks each question under a system message, and lets greedy answers end when they like.

    Left to itself, lm-polygraph forbids a greedy answer to end before its third token, which
    changes answers of one token.
    """

    def __init__(self, model: Any, tokenizer: Any, system: str) -> None:
        super().__init__(model, tokenizer, instruct=True)
        self.system = system

    def tokenize(self, texts: Sequence[str]) -> Any:
        """Chats of questions."""
        system = {"role": "system", "content": self.system}
        return super().tokenize([[system, {"role": "user", "content": text}] for text in texts])

    def generate(self, **args: Any) -> Any:
        """As lm-polygraph does, but for the length of greedy answers."""
        if not args.get("do_sample"):
            args.pop("min_new_tokens", None)
        return super().generate(**args)


class Family:
    """Estimators with the stat calculators that they need."""

    def __init__(self, chat: Chat, estimators: Sequence[Any], *, attentions: bool = False) -> None:
        self.chat, self.estimators, self.attentions = chat, estimators, attentions
        known = register_default_stat_calculators(
            "Whitebox", output_attentions=attentions, output_hidden_states=False
        )
        self._by_stat = {stat: each for each in known for stat in each.stats}
        factory = FactoryStatCalculator(BuilderEnvironmentStatCalculator(chat))
        needed = self._needed([stat for each in estimators for stat in each.stats_dependencies])
        self._calculators = {each.name: factory([each])[0] for each in needed}

    def _needed(self, stats: Sequence[str]) -> list[Any]:
        dependencies = {stat: each.dependencies for stat, each in self._by_stat.items()}
        wanted = ["greedy_log_likelihoods", *stats]
        ordered, _ = order_calculators(wanted, self._by_stat, dependencies)
        return [self._by_stat[stat] for stat in ordered]

    def run(self, questions: list[str], tokens: int) -> tuple[dict[str, Any], dict[str, float]]:
        """Statistics and uncertainties by name, and the seconds that each estimator took in all."""
        self.chat.model.set_attn_implementation("eager" if self.attentions else "sdpa")
        stats: dict[str, Any] = {"input_texts": questions, "model": self.chat}
        spent = {}
        for name, calculator in self._calculators.items():
            start = time.perf_counter()
            found = calculator(stats, questions, self.chat, tokens)
            spent[name] = time.perf_counter() - start
            stats |= {key: value for key, value in found.items() if key not in stats}
        seconds = {}
        for each in self.estimators:
            start = time.perf_counter()
            stats[str(each)] = each(stats).tolist()
            own = time.perf_counter() - start
            seconds[str(each)] = own + sum(
                spent[needed.name] for needed in self._needed(each.stats_dependencies)
            )
        return stats, seconds


def families(chat: Chat) -> tuple[Family, Family]:
    """Those that can be computed in batches, and those that read attentions, which cannot."""
    single = [MaximumSequenceProbability(), Perplexity(), MeanTokenEntropy(), SelfCertainty(),
              RenyiNeg(), FisherRao(), BoostedProbSequence(), PTrue()]  # fmt: skip
    sampling = [LexicalSimilarity("rougeL"), MonteCarloSequenceEntropy(),
                MonteCarloNormalizedSequenceEntropy(), DegMat("Jaccard_score"),
                EigValLaplacian("Jaccard_score"), Eccentricity("Jaccard_score"),
                PTrueSampling()]  # fmt: skip
    return (
        Family(chat, [*single, *sampling]),
        Family(chat, [RAUQ(instruct=True)], attentions=True),
    )


def measure_times(chat: Chat, questions: Sequence[str], tokens: int) -> dict[str, list[float]]:
    """Seconds for each question, asked alone, by estimator; "greedy" is generation alone."""
    seconds: dict[str, list[float]] = {}
    every = families(chat)
    for turn, question in enumerate([questions[0], *questions]):
        before = _greedy(chat, question, tokens)
        took = {}
        for family in every:
            took |= family.run([question], tokens)[1]
        took["greedy"] = (before + _greedy(chat, question, tokens)) / 2
        for name, value in took.items():
            if turn:  # the first one warms up
                seconds.setdefault(name, []).append(value)
    return seconds


def _greedy(chat: Chat, question: str, tokens: int) -> float:
    chat.model.set_attn_implementation("sdpa")
    start = time.perf_counter()
    with torch.no_grad():
        chat.model.generate(**chat.tokenize([question]), do_sample=False, max_new_tokens=tokens)
    return time.perf_counter() - start


def main() -> None:
    """Measure, and write the second file."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("ours", type=Path)
    parser.add_argument("theirs", type=Path)
    options = parser.parse_args()
    ours = json.loads(options.ours.read_text("utf-8"))
    tokenizer = AutoTokenizer.from_pretrained(ours["folder"], padding_side="left")
    model = AutoModelForCausalLM.from_pretrained(ours["folder"], dtype=torch.float32).eval()
    chat, tokens = Chat(model, tokenizer, ours["system"]), ours["max_new_tokens"]
    torch.manual_seed(0)
    questions = [each["question"] for each in ours["judged"]]
    seconds = measure_times(chat, questions[: ours["timed"]], tokens)
    print("timed", file=sys.stderr, flush=True)
    ids: list[list[int]] = []
    uncertainty: dict[str, list[float]] = {}
    for family, size in zip(families(chat), (BATCH, 1), strict=True):
        for start in range(0, len(questions), size):
            stats, _ = family.run(questions[start : start + size], tokens)
            for each in family.estimators:
                uncertainty.setdefault(str(each), []).extend(stats[str(each)])
            if not family.attentions:
                ids += stats["greedy_tokens"]
        print("one family judged", file=sys.stderr, flush=True)
    written = {
        "ids": ids,
        "uncertainty": uncertainty,
        "seconds": seconds,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
        "not_run": NOT_RUN,
    }
    options.theirs.write_text(json.dumps(written), "utf-8")


if __name__ == "__main__":
    main()
