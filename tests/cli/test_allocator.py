import os
import sys

import pytest

from rolewright.cli import allocator, app


class ReplacedError(Exception):
    """The process would be another one now."""


@pytest.fixture
def restart(monkeypatch):
    """What this process is replaced by, or None."""

    def replace(*program):
        raise ReplacedError(*program)

    def attempt(call):
        try:
            call()
        except ReplacedError as error:
            return error.args
        except SystemExit:
            return None
        return None

    monkeypatch.delenv("GLIBC_TUNABLES", raising=False)
    monkeypatch.setattr(os, "execve", replace)
    monkeypatch.setattr(allocator.platform, "libc_ver", lambda: ("glibc", "2.36"))
    return attempt


def test_the_same_command_is_started_again(restart, monkeypatch):
    monkeypatch.setattr(sys, "orig_argv", ["python", "-W", "ignore", "-m", "rolewright", "train"])
    monkeypatch.setenv("OTHER", "kept")
    program, arguments, environment = restart(allocator.restart_with_allocator)
    assert program == sys.executable
    assert arguments == [sys.executable, "-W", "ignore", "-m", "rolewright", "train"]
    assert environment["OTHER"] == "kept"
    assert "glibc.malloc.tcache_count=0:" in environment["GLIBC_TUNABLES"]


def test_it_is_started_again_once(restart, monkeypatch):
    for name, value in allocator.allocator_environment().items():
        monkeypatch.setenv(name, value)
    assert restart(allocator.restart_with_allocator) is None


def test_a_user_s_tunables_stand(restart, monkeypatch):
    monkeypatch.setenv("GLIBC_TUNABLES", "")
    assert restart(allocator.restart_with_allocator) is None


def test_other_libraries_are_left_alone(restart, monkeypatch):
    monkeypatch.setattr(allocator.platform, "libc_ver", lambda: ("", ""))
    assert restart(allocator.restart_with_allocator) is None


@pytest.mark.parametrize(
    ("arguments", "restarted"),
    [
        (["train", "--help"], True),
        (["demo", "--help"], True),
        (["check", "--help"], False),
        ([], False),
    ],
)
def test_commands_that_train_are(restart, monkeypatch, arguments, restarted):
    monkeypatch.setattr(sys, "argv", ["rolewright", *arguments])
    assert (restart(app.main) is not None) is restarted


def test_arguments_that_a_caller_gives_never_replace_its_process(restart):
    assert restart(lambda: app.main(["train", "--help"])) is None
