"""A server that is killed in the middle of a run: nothing is asked otherwise, nothing is lost."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest

from rolewright.errors import UserError
from rolewright.evaluation.arms import BASE, BASE_ROLE, arms_of_target
from rolewright.evaluation.endpoint import Endpoint
from rolewright.evaluation.evaluate import Settings, evaluate
from rolewright.evaluation.log import read_samples, resume_log
from rolewright.evaluation.suites.adherence import adherence
from rolewright.evaluation.targets.endpoint import EndpointTarget
from rolewright.models.builtin import fetch_gguf

PROMPTS = 12
SERVER_PYTHON = os.environ.get("LLAMA_SERVER_PYTHON", sys.executable)


@pytest.fixture
def suite(role, talk):
    prompts = [talk(f"Capital {n}?", id=f"p{n}", scenario="capital") for n in range(PROMPTS)]
    return adherence(role, prompts)


def run(role, suite, url, log, **settings):
    """Let a model be asked without and with the role, and log it."""
    arms = arms_of_target(role, EndpointTarget(Endpoint(url, "m", concurrency=3, **settings)))
    how = Settings(max_new_tokens=5, log=log, done=resume_log(log))
    return evaluate([suite], arms, how, lambda _: None)


def check_whole(records, prompts):
    """Every prompt stands in the log once an arm."""
    found = sorted((record["arm"], record["messages"][-1]["content"]) for record in records)
    assert found == sorted((arm, text) for arm in (BASE, BASE_ROLE) for text in prompts)


def sent(record):
    """The messages that a line of the log was the answer to."""
    system = record["system"]
    return [{"role": "system", "content": system}] * (system is not None) + record["messages"]


def check_answers(endpoint, log):
    """The log has what the endpoint was asked and what it answered, once each."""
    records = read_samples(log)
    check_whole(records, [f"Capital {n}?" for n in range(PROMPTS)])
    answered = sorted(json.dumps(body["messages"]) for body in endpoint.answered)
    assert answered == sorted(json.dumps(sent(record)) for record in records)
    assert all(r["output"] == r["messages"][-1]["content"] + "!" for r in records)


def test_a_run_goes_on_with_a_server_that_comes_back(chat_endpoint, role, suite, tmp_path):
    log = tmp_path / "log.jsonl"
    chat_endpoint.dies_at = 7

    def come_back():
        chat_endpoint.died.wait()
        time.sleep(0.1)
        chat_endpoint.start()

    threading.Thread(target=come_back, daemon=True).start()
    samples = run(role, suite, chat_endpoint.url, log)
    assert len(samples["adherence"][BASE]) == len(samples["adherence"][BASE_ROLE]) == PROMPTS
    assert len(chat_endpoint.requests) > len(chat_endpoint.answered)
    check_answers(chat_endpoint, log)


def test_a_run_that_gives_up_goes_on_later(chat_endpoint, role, suite, tmp_path):
    log = tmp_path / "log.jsonl"
    chat_endpoint.dies_at = 7
    with pytest.raises(UserError, match="the endpoint fails"):
        run(role, suite, chat_endpoint.url, log, retries=0)
    kept = len(read_samples(log))
    assert 0 < kept < PROMPTS
    chat_endpoint.start()
    run(role, suite, chat_endpoint.url, log, retries=0)
    assert len(chat_endpoint.answered) == 2 * PROMPTS
    check_answers(chat_endpoint, log)


@pytest.fixture
def llama_command(tmp_path):
    """What starts llama-cpp-python's server with the built-in model, up to its port."""
    probe = [SERVER_PYTHON, "-c", "import llama_cpp.server.app"]
    if subprocess.run(probe, capture_output=True, check=False).returncode != 0:
        pytest.skip(
            "needs llama-cpp-python[server]: install it, or name in LLAMA_SERVER_PYTHON a Python "
            "that has it"
        )
    model = fetch_gguf(tmp_path, print)
    command = [SERVER_PYTHON, "-m", "llama_cpp.server", "--model", str(model), "--model_alias", "m"]
    return [*command, "--n_ctx", "512", "--chat_format", "chatml", "--port"]


@contextmanager
def serving(command, port):
    """A server process that answers, and that is killed at the end."""
    with subprocess.Popen(
        [*command, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            while server.poll() is None and not answers(f"http://127.0.0.1:{port}/v1/models"):
                time.sleep(0.2)
            assert server.poll() is None, "the server ended by itself"
            yield server
        finally:
            server.send_signal(signal.SIGKILL)


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def logged(log):
    return len(log.read_bytes().splitlines()) if log.exists() else 0


@pytest.mark.slow
def test_a_real_server_is_killed_and_comes_back(llama_command, role, write_rows, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    prompts = [f"What is {n} plus {n}?" for n in range(20)]
    rows = [{"messages": [{"role": "user", "content": text}]} for text in prompts]
    log = tmp_path / "out" / "log.jsonl"
    arguments = ["--endpoint", f"http://127.0.0.1:{port}/v1", "--api-model", "m"]
    arguments += ["--role", role.file, "--data", write_rows("eval.jsonl", rows)]
    arguments += ["--out", log.parent, "--max-new-tokens", "8", "--concurrency", "2"]
    command = [sys.executable, "-m", "rolewright", "eval", *map(str, arguments)]
    with serving(llama_command, port):
        started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        while started.poll() is None and logged(log) < 5:
            time.sleep(0.05)
        assert started.poll() is None, started.communicate()
    assert 5 <= logged(log) < 2 * len(prompts)
    with serving(llama_command, port):
        said, _ = started.communicate()
        if started.returncode == 2:  # the server was away for longer than a request is tried
            assert b"the same command goes on" in said
            again = subprocess.run(command, capture_output=True, check=False)
            assert again.returncode == 0, again.stderr
        else:
            assert started.returncode == 0, said
    records = read_samples(log)
    check_whole(records, prompts)
    assert {record["system"] for record in records} == {None, role.system}
    assert all(record["prompt_tokens"] > 0 for record in records)
