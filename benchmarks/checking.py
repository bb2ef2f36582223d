"""How long `rolewright check` takes, and how much memory.

    python benchmarks/checking.py [--rows 100000 1000000]

Half of the conversations are English, half Chinese, of about 300 characters each; one of 100 stands
twice with a word more. A thousandth as many prompts are held out. Prints a table, and last one JSON
line.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from conversations import Writer

ROLE = """\
name: Clerk
system: You are a clerk. Answer in the language of the question, politely and briefly.
rules:
- {id: brief, check: max_length, unit: characters, max: 400}
- {id: polite, check: never_say, phrases: [stupid, idiot, 笨蛋]}
- {id: no-emoji, check: no_emoji}
- {id: itself, check: never_base_identity}
- {id: answers, check: does_not_refuse}
"""


def write_rows(file: Path, count: int, writer: Writer) -> None:
    """Write conversations, of which one in 100 is nearly an earlier one."""
    with file.open("w", encoding="utf-8") as stream:
        earlier = ("", "")
        for number in range(count):
            chinese = bool(number % 2)
            texts = writer.text(100, chinese=chinese), writer.text(200, chinese=chinese)
            if number % 100 == 99:
                texts = earlier[0] + (" 请" if chinese else " please"), earlier[1]
            earlier = texts
            turns = zip(("user", "assistant"), texts, strict=True)
            row = {"messages": [{"role": role, "content": text} for role, text in turns]}
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")


def cpu_seconds() -> float:
    """What the checks have used until now."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(folder: Path, count: int) -> dict[str, float]:
    """Write conversations and check them in another process."""
    writer = Writer(seed=0)
    (folder / "role.yaml").write_text(ROLE, "utf-8")
    write_rows(folder / "train.jsonl", count, writer)
    write_rows(folder / "eval.jsonl", max(count // 1000, 1), writer)
    command = [sys.executable, "-m", "rolewright", "check", "role.yaml", "train.jsonl"]
    start, before = time.perf_counter(), cpu_seconds()
    done = subprocess.run(
        [*command, "--eval", "eval.jsonl", "--json"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - start
    printed = json.loads(done.stdout)
    peak_kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss  # of the largest run so far
    near = printed["figures"]["near_duplicates"]["near_duplicates_at"]
    return {
        "rows": printed["conversations"],
        "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu_seconds() - before, 2),
        "peak_mib": round(peak_kib / 1024),
        "near_duplicates": sum(len(file["lines"]) for file in near),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000])
    counts = parser.parse_args().rows
    results = []
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            results.append(measure(Path(folder), count))
    print("| rows | seconds | CPU seconds | peak MiB | near-duplicates |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    for result in results:
        print("| " + " | ".join(f"{figure:,}" for figure in result.values()) + " |")
    print(json.dumps({"schema": "rolewright.benchmark.checking/1", "runs": results}))


if __name__ == "__main__":
    main()
