"""Two and three CPU processes over gloo, against one."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from safetensors.numpy import load_file

from rolewright.cli.app import run as run_here

pytestmark = pytest.mark.slow
SETTINGS = ["precision=fp32", "max_steps=8", "batch_size=6", "validation_share=0.2"]
SETTINGS += ["checkpoint.every_steps=2"]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("processes")
    system = "You are Atlas. Answer with a number only, please, and never explain yourself."
    (folder / "role.yaml").write_text(f"name: Atlas\nsystem: {system}\n")
    rows = [
        {"instruction": f"{i} + {i} " + "x " * (i % 7), "output": f"{2 * i}" + " y" * (i % 5)}
        for i in range(30)
    ]
    (folder / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def train(project, model, out, *settings):
    """The arguments of `rolewright`."""
    arguments = ["train", project / "role.yaml", project / "train.jsonl", "--json"]
    arguments += ["--model", model, "--out", project / out]
    settings = [part for setting in (*SETTINGS, *settings) for part in ("--set", setting)]
    return [str(part) for part in [*arguments, *settings]]


def command(project, model, out, processes, *settings):
    launcher = ["torch.distributed.run", "--standalone", "--nproc-per-node", str(processes), "-m"]
    arguments = train(project, model, out, *settings)
    return [sys.executable, "-m", *launcher, "rolewright", *arguments]


def run(project, model, out, processes, *settings, more=()):
    done = subprocess.run(
        [*command(project, model, out, processes, *settings), *more],
        capture_output=True,
        text=True,
        timeout=240,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()  # the main process alone prints
    return json.loads(line)


def losses(project, out):
    lines = (project / out / "training" / "metrics.jsonl").read_text().splitlines()
    entries = [json.loads(line) for line in lines]
    return [
        (entry["step"], entry.get("loss", entry.get("eval_loss")))
        for entry in entries
        if "loss" in entry or "eval_loss" in entry
    ]


def assert_same(project, first, second):
    one, other = losses(project, first), losses(project, second)
    assert [step for step, _ in one] == [step for step, _ in other]
    assert [loss for _, loss in other] == pytest.approx([loss for _, loss in one], abs=1e-5)
    (weights,) = (project / first).glob("*/*model.safetensors")
    before = load_file(weights)
    after = load_file(project / second / weights.relative_to(project / first))
    assert before.keys() == after.keys()
    for name, tensor in before.items():
        assert after[name] == pytest.approx(tensor, abs=1e-5), name


@pytest.fixture(scope="module")
def lora(project, tiny_folder):
    """The name of a run of one process."""
    assert run_here(train(project, tiny_folder, "lora", "method=lora")) == 0
    return "lora"


@pytest.fixture(scope="module")
def full(project, tiny_folder):
    """The name of a run of one process."""
    assert run_here(train(project, tiny_folder, "full", "method=full")) == 0
    return "full"


@pytest.mark.parametrize("method", ["lora", "full"])
@pytest.mark.parametrize("strategy", ["ddp", "fsdp"])
def test_two_processes_train_what_one_does(project, tiny_folder, method, strategy, request):
    alone = request.getfixturevalue(method)
    settings = (f"method={method}", f"distributed.strategy={strategy}", "packing.row_tokens=160")
    out = f"{method}-{strategy}"
    run(project, tiny_folder, out, 2, *settings)
    assert_same(project, alone, out)


@pytest.mark.parametrize("strategy", ["ddp", "fsdp"])
def test_a_killed_run_goes_on_with_another_number_of_processes(
    project, tiny_folder, full, strategy, capsys
):
    settings = ("method=full", f"distributed.strategy={strategy}")
    killed = f"killed-{strategy}"
    process = subprocess.Popen(
        command(project, tiny_folder, killed, 2, *settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    checkpoint = project / killed / "training" / "checkpoints" / "checkpoint-4"
    try:
        deadline = time.monotonic() + 120
        while not (checkpoint / "whole").exists() and time.monotonic() < deadline:
            assert process.poll() is None
            time.sleep(0.01)
        kill_all(process.pid)
    finally:
        process.kill()
        process.wait()
    assert not (project / killed / "bundle.json").exists()
    assert any(checkpoint.rglob("*.distcp")) == (strategy == "fsdp")  # in shards, if at all
    if strategy == "fsdp":
        assert run_here([*train(project, tiny_folder, killed, *settings), "--resume"]) == 2
        assert "several processes wrote it" in capsys.readouterr().out
    run(project, tiny_folder, killed, 3, *settings, more=["--resume"])
    assert_same(project, full, killed)


def kill_all(launcher):
    """SIGKILL a launcher's processes first, so that it cannot warn them."""
    children = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(launcher)], capture_output=True, text=True, check=True
    )
    for child in children.stdout.split():
        os.kill(int(child), signal.SIGKILL)
    os.kill(launcher, signal.SIGKILL)


@pytest.mark.parametrize(("count", "code"), [("1", -signal.SIGABRT), ("2", 0)])
def test_one_of_several_leaves_before_the_interpreter_is_taken_down(count, code):
    script = "import atexit, os; atexit.register(os.abort); from rolewright.cli.app import main;"
    done = subprocess.run(
        [sys.executable, "-c", script + "main(['--version'])"],
        capture_output=True,
        text=True,
        env=os.environ | {"WORLD_SIZE": count},
        check=False,
    )
    assert (done.returncode, done.stdout.split()[:1]) == (code, ["rolewright"])
