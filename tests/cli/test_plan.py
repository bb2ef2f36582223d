import json
import subprocess
import sys

import pytest

SEVENTY = ("plan", "--model", "Qwen/Qwen2.5-72B-Instruct")


def test_a_published_model_is_planned_without_a_network(rolewright):
    code, out, err = rolewright(*SEVENTY, "--gpus", 8)
    assert (code, err) == (0, "")
    assert "72,706,203,648 parameters (table of published shapes)" in out
    assert all(f" {name} " in out for name in ("ddp", "fsdp", "zero2", "zero3"))
    assert "--gpu-memory says whether they fit" in out


def test_planning_needs_no_torch():
    code = (
        "import sys; from rolewright.cli.app import run\n"
        "print(run(sys.argv[1:]), {'torch', 'transformers'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code, *SEVENTY]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "0 set()", done.stderr


@pytest.mark.parametrize("memory", [10, 80, 100_000])
def test_the_verdict_is_the_exit_code(rolewright, as_json, memory):
    arguments = (*SEVENTY, "--gpus", 8, "--gpu-memory", memory, "--set", "micro_batch_size=1")
    code, out, _ = rolewright(*arguments)
    _, printed = as_json(*arguments)
    [chosen] = [m for m in printed["memory"] if (m["strategy"], m["packed"]) == ("ddp", False)]
    assert printed["spare_bytes"] == memory * 2**30 - chosen["total"]
    assert printed["fits"] == (printed["spare_bytes"] >= 0) == (code == 0)
    if code == 0:
        assert "fits, with" in out
        assert printed["suggestions"] == []
    elif memory == 10:
        assert "no combination" in out
    else:
        assert code == 1
        first = printed["suggestions"][0]
        assert f"to do: {', '.join(first['changes'])}" in out
        assert first["total"] <= memory * 2**30


def test_settings_and_lengths_decide(as_json, tiny_folder):
    arguments = ("plan", "--model", tiny_folder, "--set", "batch_size=4", "--set", "lora.rank=3")
    code, printed = as_json(*arguments, "--system-tokens", 1000, "--conversation-tokens", 50)
    assert code == 0
    run = printed["run"]
    assert (run["conversations"], run["rank"], run["rows"], run["row_tokens"]) == (4, 3, 4, 1050)
    separate, packed = (memory["activations"] for memory in printed["memory"])
    assert packed < separate / 2
    _, printed = as_json(*arguments, "--system-tokens", 48, "--packed")
    assert printed["run"]["row_tokens"] == 48 + 4 * 2000
    assert printed["run"]["trained_tokens"] == 2000


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--strategy", "tp"], "--strategy: found 'tp'"),
        (["--system-tokens", "2048"], "leave nothing of max_length_tokens = 2048"),
        (["--trained-tokens", "3000"], "3000 are more than 2048"),
        (["--set", "lora.target_modules=[c_attn]"], "names no linear layer"),
        (["--gpus", "0"], "Invalid value for '--gpus'"),
    ],
)
def test_what_makes_no_sense_is_refused(refused, more, said):
    assert said in refused(*SEVENTY, *more)


def test_a_model_that_is_not_planned_for(refused, tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "llama"}), "utf-8")
    assert "model_type 'llama' cannot be planned" in refused("plan", "--model", tmp_path)
