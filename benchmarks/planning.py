"""How long it takes to find what conversations share, and to plan the rows of an epoch.

    python benchmarks/planning.py [--conversations 1000000]

The conversations have 150 tokens on average behind one of three system messages of 500. Prints a
line, and last one JSON line.
"""

import argparse
import json
import time
from array import array

import numpy as np

from rolewright.errors import Place
from rolewright.prefix.plan import Limits, find_sharing, plan_rows, savings
from rolewright.tokens.example import Example
from rolewright.training.steps import StepSampler


def make_examples(count: int) -> list[Example]:
    """Random conversations; those under one system message share its ids in memory too."""
    draw = np.random.default_rng(0)
    systems = [array("i", draw.integers(100, 150_000, 500).tolist()) for _ in range(3)]
    pool = array("i", draw.integers(100, 150_000, 10_000_000).tolist())
    starts = draw.integers(0, len(pool) - 300, count).tolist()
    lengths = draw.integers(60, 241, count).tolist()
    place = Place("benchmark")
    return [
        Example("", place, None, systems[start % 3], pool[start : start + length], (), False, 2)
        for start, length in zip(starts, lengths, strict=True)
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--conversations", type=int, default=1_000_000)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--row-tokens", type=int, default=8192)
    options = parser.parse_args()
    examples = make_examples(options.conversations)
    start = time.perf_counter()
    sharing = find_sharing(examples)
    found = time.perf_counter()
    steps = StepSampler(len(examples), options.batch_size, seed=0)
    limits = Limits(options.row_tokens)
    rows = [row for step in steps for row in plan_rows(sharing, step, limits)]
    planned = time.perf_counter()
    saved = savings(sharing, rows)
    result = {
        "conversations": options.conversations,
        "rows": len(rows),
        "seconds_to_find_what_is_shared": round(found - start, 2),
        "seconds_to_plan": round(planned - found, 2),
        "times_fewer_tokens": round(saved.factor, 3),
    }
    print(
        f"{options.conversations:,} conversations in {len(rows):,} rows: {planned - start:.1f} s, "
        f"{saved.factor:.1f} times fewer tokens"
    )
    print(json.dumps({"schema": "rolewright.benchmark.planning/1"} | result))


if __name__ == "__main__":
    main()
