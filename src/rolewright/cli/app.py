"""The table of commands, and what becomes of errors."""

import errno
import sys
import warnings
from collections.abc import Sequence

import typer

from rolewright.cli import (
    ask,
    augment,
    calibrate,
    chat,
    check,
    compare,
    confidence,
    convert,
    demo,
    drift,
    export_inspect,
    init,
    plan,
    render,
    train,
)
from rolewright.cli import eval as evaluation
from rolewright.cli.allocator import restart_with_allocator
from rolewright.cli.output import (
    EXIT_BUG,
    EXIT_INTERRUPTED,
    EXIT_USAGE,
    abandon_stdout,
    report_bug,
    report_error,
    say,
    write_any_text,
)
from rolewright.errors import UserError
from rolewright.training.processes import leave, process_count

_FROM_OUTSIDE = {
    getattr(errno, name)
    for name in ("EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "ENAMETOOLONG", "ENOTDIR")
}
"""What the file system refuses and nobody's code can help."""

app = typer.Typer(
    name="rolewright",
    help="Give a Qwen chat model a role of its own, prove that it took hold, and get a confidence "
    "with every answer.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command, name in (
    (init.init, "init"),
    (check.check, "check"),
    (augment.augment, "augment"),
    (render.render, "render"),
    (plan.plan, "plan"),
    (train.train, "train"),
    (evaluation.evaluate, "eval"),
    (compare.compare, "compare"),
    (export_inspect.export_inspect, "export-inspect"),
    (calibrate.calibrate, "calibrate"),
    (confidence.confidence, "confidence"),
    (ask.ask, "ask"),
    (chat.chat, "chat"),
    (drift.drift, "drift"),
    (convert.convert, "convert"),
    (demo.demo, "demo"),
):
    app.command(name)(command)


def _version(value: bool) -> None:  # the shape that Typer calls
    if value:
        import rolewright

        typer.echo(f"rolewright {rolewright.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(  # the shape that Typer reads
        False, "--version", callback=_version, is_eager=True, help="Print the version and exit."
    ),
) -> None:
    """Options before the command."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 fine, 1 found wanting, 2 usage or input, 130 Ctrl-C."""
    if arguments is None and sys.argv[1:2] in (["train"], ["demo"]):
        restart_with_allocator()
    write_any_text()
    code = run(list(sys.argv[1:] if arguments is None else arguments))
    if process_count() > 1:
        leave(code)
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run the command line.

    Args:
        arguments: without the program's name.

    Returns:
        The exit code.
    """
    # Libraries warn each other's developers; our users can do nothing about it.
    warnings.filterwarnings("ignore", category=FutureWarning)
    warnings.filterwarnings("ignore", category=RuntimeWarning, module="peft")
    as_json = "--json" in arguments
    try:
        code = app(arguments or ["--help"], prog_name="rolewright", standalone_mode=False)
        sys.stdout.flush()
    except UserError as error:
        report_error(error, as_json=as_json)
        return EXIT_USAGE
    except typer.TyperException as error:
        report_error(UserError.at("command line", error.format_message()), as_json=as_json)
        say("`rolewright COMMAND --help` shows how it is used")
        return EXIT_USAGE
    except (KeyboardInterrupt, typer.Abort):
        code = EXIT_INTERRUPTED
    except (BrokenPipeError, SystemExit):  # Typer makes the second of the first
        abandon_stdout()
        return EXIT_INTERRUPTED
    except Exception as error:
        if not _while_interrupted(error):
            return _report_unexpected(error, as_json=as_json)
        code = EXIT_INTERRUPTED
    if code == EXIT_INTERRUPTED:
        say("interrupted")
    return code if isinstance(code, int) else 0


def _report_unexpected(error: Exception, *, as_json: bool) -> int:
    if isinstance(error, OSError) and error.errno in _FROM_OUTSIDE:
        place = error.filename or "the file system"
        report_error(UserError.at(place, error.strerror or str(error)), as_json=as_json)
        return EXIT_USAGE
    report_bug(error, as_json=as_json)
    return EXIT_BUG


def _while_interrupted(error: BaseException | None) -> bool:
    """Whether an error came up while a Ctrl-C was under way, as when it breaks off a write."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__cause__ or error.__context__
    return False
