import pytest

from rolewright.errors import UserError
from rolewright.evaluation.compare.run_folder import read_run


def test_a_run_is_read_and_left_as_it_is(write_run, sample):
    folder = write_run("run", [sample(1, {"short": True}), sample(2, {"short": False})])
    with (folder / "log.jsonl").open("a") as log:
        log.write('{"suite": "adhe')  # what a killed process leaves, or one writes right now
    (folder / "results.json").unlink()
    before = (folder / "log.jsonl").read_bytes()
    run = read_run(folder)
    assert (run.target, run.finished, len(run.samples)) == ("model", False, 2)
    assert run.arms_of("adherence") == ["tuned+role"]
    assert run.arms_of("stability") == []
    assert (folder / "log.jsonl").read_bytes() == before


def test_what_is_no_run(write_run, sample, tmp_path):
    with pytest.raises(UserError, match="no evaluation lies here"):
        read_run(tmp_path)
    folder = write_run("run", [sample(1, {"short": True})])
    (folder / "run.json").write_text('{"target": "m"}', "utf-8")
    with pytest.raises(UserError, match="by which rules"):
        read_run(folder)
    (folder / "run.json").write_text("{", "utf-8")
    with pytest.raises(UserError, match="not JSON"):
        read_run(folder)
    with pytest.raises(UserError, match="there is no answer in it"):
        read_run(write_run("empty", []))
    damaged = write_run("damaged", [sample(1, {"short": True})])
    (damaged / "log.jsonl").write_text("{}\n", "utf-8")
    with pytest.raises(UserError, match=r"log\.jsonl:1: this is no line"):
        read_run(damaged)
