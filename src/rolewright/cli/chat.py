"""``rolewright chat``: a conversation in the terminal."""

import sys

from rolewright.cli.options import BundlePath, MaxNewTokens, PrecisionName
from rolewright.cli.output import say


def chat(
    bundle_path: BundlePath,
    max_new_tokens: MaxNewTokens = 256,
    precision: PrecisionName = "auto",
) -> None:
    """Talk with a bundle; answers stream, each with its confidence.

    /new starts afresh, /exit or Ctrl-D ends.

    Example: rolewright chat bundle
    """
    from rolewright.bundle.read import read_bundle
    from rolewright.cli.reading import parse_precision

    chosen = parse_precision(precision)
    bundle = read_bundle(bundle_path)

    from rolewright.cli.answering import describe_confidence, open_assistant
    from rolewright.cli.streaming import TextStream
    from rolewright.conversations.conversation import Message
    from rolewright.errors import UserError

    assistant = open_assistant(bundle, chosen, max_new_tokens)
    say(f"{assistant.bundle.role.name}. /new starts afresh, /exit ends.")
    messages: list[Message] = []
    while (line := _read_line()) is not None and line != "/exit":
        if line == "/new":
            messages = []
            say("a new conversation")
        elif line.startswith("/"):
            say("/new starts afresh, /exit ends")
        if not line or line.startswith("/"):
            continue
        stream = TextStream(assistant.model.encoder.tokenizer)
        try:
            answer, scored = assistant.answer(
                [*messages, Message("user", line)],
                on_token=stream.add,
            )
        except UserError as error:  # the conversation has outgrown the model's context
            say(str(error))
            continue
        stream.close()
        say(f"  {describe_confidence(scored)}")
        messages += [Message("user", line), Message("assistant", answer.text)]


def _read_line() -> str | None:
    """The next line that the user typed, stripped; None at the end of input."""
    if sys.stdin.isatty():
        import readline  # noqa: F401  # gives input() line editing and history
    try:
        return input("› " if sys.stdin.isatty() else "").strip()
    except EOFError:
        return None
