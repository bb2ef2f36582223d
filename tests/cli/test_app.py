import errno
import json
import os
import subprocess
import sys

import pytest

from rolewright.cli.app import run

COMMANDS = (
    *(
        "init",
        "check",
        "render",
        "plan",
        "train",
        "eval",
        "calibrate",
        "ask",
        "chat",
        "drift",
        "demo",
    ),
)


def python(code, *arguments):
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_help_lists_every_command(rolewright):
    code, out, err = rolewright("--help")
    assert (code, err) == (0, "")
    assert all(f"  {command} " in out for command in COMMANDS)


def test_no_arguments_show_the_help(rolewright):
    assert rolewright() == rolewright("--help")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_has_an_example(rolewright, command):
    code, out, err = rolewright(command, "--help")
    assert (code, err) == (0, "")
    assert f"Example: rolewright {command} " in " ".join(out.split())


def test_help_needs_no_heavy_library():
    code = (
        "import sys; from rolewright.cli.app import run\n"
        "codes = [run([c, '--help']) for c in sys.argv[1:]]\n"
        "heavy = {'torch', 'transformers', 'peft', 'numpy', 'sklearn', 'scipy', 'yaml'}\n"
        "print('loaded', sorted(heavy & set(sys.modules)), set(codes))"
    )
    done = python(code, *COMMANDS)
    assert done.stdout.splitlines()[-1] == "loaded [] {0}", done.stderr


@pytest.mark.parametrize("command", ["check", "init"])
def test_wrong_paths_are_told_before_torch_is_imported(command, tmp_path):
    code = (
        "import sys; from rolewright.cli.app import run\n"
        "print(run(sys.argv[1:]), 'torch' in sys.modules)"
    )
    (tmp_path / "file").touch()
    done = python(code, command, str(tmp_path / "file" / "nope"))
    assert done.stdout.split() == ["2", "False"]


def test_version(rolewright):
    from rolewright import __version__

    assert rolewright("--version") == (0, f"rolewright {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nosuch"], "No such command 'nosuch'"),
        (["check"], "Missing argument 'ROLE'"),
        (["train", "role.yaml", "data.jsonl", "--out", "x"], "Missing option '--model'"),
        (["check", "role.yaml", "--jsn"], "No such option: --jsn"),
        (["render", "r", "d", "--model", "m", "-n", "many"], "Invalid value for '-n'"),
        (["render", "r", "d", "--model", "m", "-n", "0"], "Invalid value for '-n'"),
        (["calibrate", "b", "q", "--abstain-below", "2"], "Invalid value for '--abstain-below'"),
        (["ask", "bundle", "one", "two"], "Got unexpected extra argument"),
    ],
)
def test_wrong_usage(refused, as_json, arguments, said):
    err = refused(*arguments)
    assert said in err
    assert "--help" in err
    code, printed = as_json(*arguments)
    assert code == 2
    assert printed["schema"] == "rolewright.error/1"
    assert said in printed["errors"][0]["found"]


@pytest.fixture
def failing(monkeypatch, project):
    """Run ``check`` with an error rising inside it."""

    def arguments_with(error):
        def fail(*_, **__):
            raise error

        monkeypatch.setattr("rolewright.role.load.load_role", fail)
        return ("check", project / "role.yaml")

    return arguments_with


def test_a_bug_is_told_from_a_mistake(rolewright, failing):
    code, out, err = rolewright(*failing(ZeroDivisionError("oh")))
    assert (code, out) == (101, "")
    assert "ZeroDivisionError: oh" in err
    assert "Please report it" in err


def test_a_bug_as_json(as_json, failing):
    code, printed = as_json(*failing(ZeroDivisionError("oh")))
    assert code == 101
    assert printed["schema"] == "rolewright.error/1"
    assert "ZeroDivisionError: oh" in printed["errors"][0]["found"]


def test_ctrl_c(rolewright, failing):
    assert rolewright(*failing(KeyboardInterrupt())) == (130, "", "interrupted\n")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(errno.EACCES, "Permission denied", "/a b"), "/a b: Permission denied"),
        (OSError(errno.EROFS, "Read-only file system", "x"), "x: Read-only file system"),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
    ],
)
def test_what_the_file_system_refuses_is_no_bug(refused, failing, error, said):
    assert said in refused(*failing(error))


def test_a_missing_file_of_ours_is_a_bug(rolewright, failing):
    code, _, _ = rolewright(*failing(FileNotFoundError(errno.ENOENT, "No such file", "x")))
    assert code == 101


def test_errors_as_json_carry_every_fault(as_json, tmp_path):
    role = tmp_path / "role.yaml"
    role.write_text("nmae: x\nlanguage: no\n", "utf-8")
    code, printed = as_json("check", role)
    assert code == 2
    assert set(printed) == {"schema", "errors"}
    assert [error["place"]["key"] for error in printed["errors"]] == ["name", "language", "nmae"]
    assert [error["place"]["line"] for error in printed["errors"]] == [1, 2, 1]
    assert all(set(error) == {"place", "found", "expected", "fix"} for error in printed["errors"])


@pytest.mark.skipif(os.name == "nt", reason="pipes break otherwise there")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("flags", [["check"], ["check", "--json"]])
def test_closed_pipe_is_quiet(project, flags, unbuffered):
    command = [sys.executable, "-m", "rolewright", *flags, str(project / "role.yaml")]
    environment = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False, env=environment
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (130, "")


def test_any_encoding_of_stdout_will_do(project):
    role = project / "role.yaml"
    role.write_text("name: 小图 😀\n", "utf-8")
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "rolewright", "check", str(role), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert "\\u5c0f\\u56fe" in done.stdout


def test_json_has_no_nan(capsys):
    from rolewright.cli.output import print_json

    print_json({"a": [float("nan"), {"b": float("inf")}, (1.5, "中")]})
    assert json.loads(capsys.readouterr().out) == {"a": [None, {"b": None}, [1.5, "中"]]}


def test_run_reads_a_command_line_twice():
    assert [run(["--version"]), run(["--version"])] == [0, 0]


def test_an_error_that_an_interrupt_brought_about_is_an_interrupt(rolewright, failing):
    error = RuntimeError("unexpected pos in a file half written")
    error.__context__ = KeyboardInterrupt()
    assert rolewright(*failing(error)) == (130, "", "interrupted\n")
