import json
import shutil
from importlib import resources
from typing import get_args

import pytest
import yaml

from rolewright.bundle.read import Bundle, read_bundle
from rolewright.bundle.write import add_calibration
from rolewright.confidence.calibration import Calibration
from rolewright.confidence.calibrators import AnyMap, Method
from rolewright.confidence.fusion import FusedMap
from rolewright.confidence.graded import GradedAnswer
from rolewright.confidence.guarantee import Certificate
from rolewright.confidence.scores import ROUTES
from rolewright.evaluation.endpoint import Endpoint
from rolewright.evaluation.judge.agreement import Agreement, order_bias
from rolewright.evaluation.judge.judge import open_judge
from rolewright.evaluation.judge.wording import read_wording
from rolewright.evaluation.verdict import VerdictText

COMMANDS = {
    "rolewright.check/1": "check role.yaml train.jsonl bad.jsonl",
    "rolewright.render/1": "render role.yaml train.jsonl -n 1 --model MODEL",
    "rolewright.augment/1": "augment role.yaml train.jsonl --model MODEL --out new.jsonl "
    "--max-new-tokens 3",
    "rolewright.plan/1": "plan --model Qwen/Qwen2.5-7B-Instruct --gpus 2 --gpu-memory 24 "
    "--set micro_batch_size=2",
    "rolewright.train/1": "train role.yaml train.jsonl --model MODEL --out new --set max_steps=1",
    "rolewright.calibration/3": "calibrate bundle questions.jsonl --max-new-tokens 3",
    "rolewright.confidence/1": "confidence bundle fresh.jsonl --max-new-tokens 3",
    "rolewright.convert/1": "convert QWEN1 new",
    "rolewright.drift/1": "drift bundle log.jsonl",
    "rolewright.ask/1": "ask bundle Hello --max-new-tokens 3",
    "rolewright.eval/1": "eval bundle --data train.jsonl --max-new-tokens 12 --fail-under 0.5",
    "rolewright.compare/1": "compare run run",
    "rolewright.export_inspect/1": "export-inspect role.yaml --data train.jsonl --out new "
    "--suites leakage --quick",
    "rolewright.error/1": "check missing.yaml",
}


def shape(value):
    """The keys of a value, whatever the values are; of a list those of its elements together."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        merged = {}
        for inner in map(shape, value):
            merged |= inner or {}
        return merged
    return None


def promise_and_log(folder, log):
    """Give a bundle a promise that it does not keep, and log its answers at calibration anew."""
    bundle = read_bundle(folder)
    calibration = Calibration.model_validate_json(bundle.calibration())
    certificate = Certificate(
        max_error=0.01,
        delta=0.5,
        threshold=0.0,
        tested=1,
        answered=1,
        wrong=0,
        error_bound=0.5,
        least_needed=69,
    )
    changed = calibration.model_copy(update={"certificate": certificate})
    add_calibration(folder, bundle.manifest, changed.model_dump_json(by_alias=True))
    rows = [answer.model_dump(include={"question", "scores"}) for answer in calibration.graded]
    log.write_text("".join(json.dumps(row | {"correct": False}) + "\n" for row in rows), "utf-8")


def documented(blocks):
    return {b.section: json.loads(b.text) for b in blocks("json.md") if b.language == "json"}


def test_every_shape_has_one_section(blocks):
    assert documented(blocks).keys() == COMMANDS.keys()


def test_json_blocks_are_json(json_block):
    assert isinstance(json.loads(json_block.text), dict)


@pytest.mark.parametrize("schema", COMMANDS)
def test_an_example_has_the_keys_that_the_code_gives(
    schema, blocks, project, tiny_folder, write_qwen1, rolewright, tmp_path
):
    talk = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": " ".join(map(str, range(40)))},
    ]
    bad = json.dumps({"messages": talk, "scenario": "capital"})
    (tmp_path / "bad.jsonl").write_text("{}\n" + bad + "\n", "utf-8")
    for name in ("role.yaml", "train.jsonl", "questions.jsonl"):
        shutil.copy(project / name, tmp_path)
    if schema == "rolewright.check/1":
        with (tmp_path / "role.yaml").open("a", encoding="utf-8") as file:
            file.write("scenarios: [{id: capital}]\n")
    shutil.copytree(project / "bundle", tmp_path / "bundle")
    if schema == "rolewright.compare/1":
        evaluated = ["--data", "train.jsonl", "--max-new-tokens", 3, "--out", "run"]
        rolewright("eval", "bundle", *evaluated)
    models = {"MODEL": tiny_folder, "QWEN1": write_qwen1()[0]}
    if schema == "rolewright.confidence/1":
        fresh = (tmp_path / "questions.jsonl").read_text("utf-8").replace('"What', '"So, what')
        (tmp_path / "fresh.jsonl").write_text(fresh, "utf-8")
    if schema == "rolewright.drift/1":
        promise_and_log(tmp_path / "bundle", tmp_path / "log.jsonl")
    words = [models.get(word, word) for word in COMMANDS[schema].split()]
    code, out, _ = rolewright(*words, "--json")
    given = json.loads(out)
    example = documented(blocks)[schema]
    assert given["schema"] == example["schema"] == schema, given
    assert code in ({2} if schema == "rolewright.error/1" else {0, 1})
    if schema == "rolewright.calibration/3":  # any map may win
        example["routes"]["fused"].pop("map")
        given["routes"] = {"fused": given["routes"]["fused"]}
        assert given["routes"]["fused"].pop("map").keys() == FusedMap.model_fields.keys()
        assert example.pop("map").keys() == FusedMap.model_fields.keys()
        fields = [each.model_fields for each in (*get_args(AnyMap), FusedMap)]
        assert given.pop("map").keys() in [each.keys() for each in fields]
    if schema == "rolewright.ask/1":  # a head is asked where the map in force reads it
        for score in ROUTES["head"]:
            given["scores"].pop(score, None)
            example["scores"].pop(score, None)
    if schema == "rolewright.confidence/1":
        given["routes"] = {"fused": given["routes"]["fused"]}
    if schema == "rolewright.eval/1":
        assert set(given["arms"]) == {"base", "base+role", "tuned+role"}
        given["arms"] = {"base": given["arms"]["tuned+role"]}
    assert shape(given) == shape(example)
    assert list(given) == list(example)


def test_prose_names_the_remaining_keys(docs):
    text = (docs / "json.md").read_text("utf-8")
    kept = Calibration.model_fields.keys() - {"format"}
    assert "graded" in kept
    maps = {key for each in get_args(AnyMap) for key in each.model_fields}
    assert maps > {"slope", "edges", "temperature"}
    for key in (*GradedAnswer.model_fields, *maps, *get_args(Method), *kept):
        assert f"`{key}`" in text or f'"{key}"' in text
    evaluation = (docs / "evaluation.md").read_text("utf-8")
    for verdict in get_args(VerdictText):
        assert f"| `{verdict}` |" in evaluation


def test_prose_names_what_a_judge_adds(docs, judge_endpoint):
    judge = open_judge(Endpoint(judge_endpoint.url, "judge"), read_wording("en"))
    text = (docs / "json.md").read_text("utf-8")
    for key in (*judge.as_record(), *Agreement.__dataclass_fields__, *order_bias([])):
        assert f"`{key}`" in text


def test_a_line_of_the_evaluation_log_has_the_keys_shown(
    blocks, docs, project, rolewright, tmp_path
):
    arguments = ["--data", project / "train.jsonl", "--out", "out", "--max-new-tokens", "3"]
    code, _, err = rolewright("eval", project / "bundle", *arguments)
    assert code in {0, 1}, err
    folder = tmp_path / "out"
    line = json.loads((folder / "log.jsonl").read_text("utf-8").splitlines()[0])
    (example,) = [json.loads(b.text) for b in blocks("evaluation.md") if b.language == "json"]
    assert shape(line) == shape(example)
    written = {path.name for path in folder.iterdir()}
    assert written == {"run.json", "log.jsonl", "results.json", "report.html"}
    text = (docs / "evaluation.md").read_text("utf-8").split("## Files of --out")[1]
    assert all(f"| `{name}` |" in text for name in written)


def test_the_files_of_a_bundle_are_the_ones_listed(docs, project):
    text = (docs / "training.md").read_text("utf-8").split("## Files of a bundle")[1]
    bundle = read_bundle(project / "bundle")
    assert isinstance(bundle, Bundle)
    for path in bundle.folder.iterdir():
        name = f"{path.name}/" if path.is_dir() else path.name
        assert f"\n| `{name}` |" in text
    for path in (bundle.folder / "training").iterdir():
        assert path.name in text


def test_kinds_of_objections_are_named(docs):
    text = (docs / "json.md").read_text("utf-8")
    words = resources.files("rolewright.evaluation.objections").joinpath("en.yaml")
    kinds = yaml.safe_load(words.read_text("utf-8")).keys() - {"comma", "share"}
    assert len(kinds) > 10
    assert [kind for kind in kinds if f"`{kind}`" not in text] == []
