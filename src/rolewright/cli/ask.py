"""``rolewright ask``: one answer with its confidence."""

import time
from typing import Annotated

import typer

from rolewright.cli.options import AsJson, BundlePath, MaxNewTokens, PrecisionName
from rolewright.cli.output import print_json


def ask(
    bundle_path: BundlePath,
    question: Annotated[str, typer.Argument(help="What to ask; control tokens are plain text.")],
    scenario: Annotated[
        str | None,
        typer.Option(help="What the question is about: whose certificate is asked for."),
    ] = None,
    max_new_tokens: MaxNewTokens = 256,
    precision: PrecisionName = "auto",
    as_json: AsJson = False,
) -> None:
    """Ask a bundle one question.

    Example: rolewright ask bundle "What is the capital of France?" --json
    """
    from rolewright.bundle.read import read_bundle
    from rolewright.cli.reading import parse_precision, parse_question

    question = parse_question(question)
    chosen = parse_precision(precision)
    bundle = read_bundle(bundle_path)  # before torch is imported: a wrong path is told at once

    from rolewright.cli.answering import check_scenario, describe_confidence, open_assistant
    from rolewright.conversations.conversation import Message

    check_scenario(bundle, scenario)
    assistant = open_assistant(bundle, chosen, max_new_tokens)
    start = time.monotonic()
    answer, scored = assistant.answer([Message("user", question)], scenario=scenario)
    seconds = time.monotonic() - start
    if not as_json:
        print(answer.text)
        print(describe_confidence(scored))
        return
    generation = answer.generation
    steps = zip(answer.tokens, generation.logprobs, generation.entropies, strict=False)
    print_json(
        {
            "schema": "rolewright.ask/1",
            "question": question,
            "answer": answer.text,
            "reasoning": answer.reasoning,
            **{key: scored[key] for key in ("confidence", "abstained", "certified", "scores")},
            "tokens": [
                {"token": token, "logprob": logprob, "entropy": entropy}
                for token, logprob, entropy in steps
            ],
            "stopped": scored["stopped"],
            "model": assistant.bundle.manifest.base_model.name,
            "role": assistant.bundle.role.name,
            "calibration": assistant.bundle.calibration_hash,
            "seconds": round(seconds, 3),
        }
    )
