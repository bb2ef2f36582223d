"""A Python file of the user's that holds verifiers: run it, and say where it fails."""

import functools
import sys
import traceback
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from rolewright.errors import UserError
from rolewright.file_hash import hash_text
from rolewright.verifiers.registry import Verifier, VerifierFunction, collect_verifiers
from rolewright.verifiers.verdict import Verdict


@dataclass(frozen=True, slots=True)
class VerifierFile:
    """A file of verifiers, read but not run.

    Attributes:
        name: its path as the role file has it, relative and with forward slashes.
        path: where it lies.
        source: its text, which a bundle keeps.
    """

    name: str
    path: Path
    source: str

    @property
    def hash(self) -> str:
        """Of the source."""
        return hash_text(self.source)


def run_verifier_file(file: VerifierFile) -> dict[str, Verifier]:
    """Run a file's code, and gather the verifiers that it defines.

    They are known to the caller only, so that two roles may name different verifiers alike.

    Raises:
        UserError: with the line where the code is no Python, raises, or defines a verifier whose
            name is taken or whose function has the wrong shape; or there is no verifier in it.
    """
    # This name keeps files with one name apart; dataclasses and pydantic look modules up by it.
    module = ModuleType(f"rolewright_user_{file.hash.removeprefix('sha256:')[:16]}")
    module.__file__ = str(file.path)
    sys.modules[module.__name__] = module
    try:
        code = compile(file.source, str(file.path), "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        said = getattr(error, "msg", None) or str(error) or "nested too deeply"
        raise UserError.at(file.path, f"not Python: {said}", line=line) from error
    try:
        with collect_verifiers() as collected:
            exec(code, module.__dict__)
    except (Exception, SystemExit) as error:
        raise _raised(file, error, "this file raises") from error
    if not collected:
        raise UserError.at(
            file.path,
            "there is no verifier in this file",
            expected='functions decorated with @verifier("name")',
        )
    return {
        name: replace(each, function=_guarded(name, each.function, file))
        for name, each in collected.items()
    }


def _guarded(name: str, function: VerifierFunction, file: VerifierFile) -> VerifierFunction:
    """The function with its mistakes said as the user's, by file and line."""

    @functools.wraps(function)
    def judge(text: str, *arguments: Any, **parameters: Any) -> Verdict:
        try:
            verdict = function(text, *arguments, **parameters)
        except (Exception, SystemExit) as error:
            raise _raised(file, error, f"the verifier {name!r} raises") from error
        if problem := _problem(verdict, text):
            line = function.__code__.co_firstlineno if hasattr(function, "__code__") else None
            raise UserError.at(file.path, f"the verifier {name!r} returns {problem}", line=line)
        return verdict

    return judge


def _problem(verdict: Any, text: str) -> str:
    if not isinstance(verdict, Verdict):
        return f"{type(verdict).__name__}, not a Verdict"
    if verdict.span is not None:
        start, end = verdict.span
        if not 0 <= start < end <= len(text):
            return f"the span {verdict.span}, which is no part of a text of {len(text)} characters"
    return ""


def _raised(file: VerifierFile, error: BaseException, what: str) -> UserError:
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(file.path)]
    summary = (str(error).splitlines() or [""])[0]
    found = f"{what} {type(error).__name__}: {summary}".rstrip(": ")
    return UserError.at(file.path, found, line=lines[-1] if lines else None)
