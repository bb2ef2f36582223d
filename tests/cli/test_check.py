import pytest

from rolewright.cli.app import run


def test_role_alone(as_json, project):
    code, printed = as_json("check", project / "role.yaml")
    assert code == 0
    assert {finding["severity"] for finding in printed.pop("findings")} == {"info"}
    figures = printed.pop("figures")
    assert figures["compliance"]["rules"][0] == {
        "rule": "short",
        "kept": 0,
        "of": 0,
        "broken_at": [],
    }
    assert printed == {
        "schema": "rolewright.check/1",
        "role": "Atlas",
        "conversations": 0,
        "errors": 0,
        "warnings": 0,
        "silenced": 0,
        "unreadable_at": [],
        "cleaned": None,
        "judge": None,
    }


def test_silenced_findings_are_left_out_and_counted(as_json, rolewright, project):
    role = project / "role.yaml"
    _, loud = as_json("check", role)
    codes = [finding["code"] for finding in loud["findings"]]
    assert len(set(codes)) == len(codes) == 2
    role.write_text(role.read_text("utf-8") + f"silence: [{codes[0]}, RW501]\n", "utf-8")
    _, quiet = as_json("check", role)
    assert [finding["code"] for finding in quiet["findings"]] == codes[1:]
    assert quiet["silenced"] == 1
    assert rolewright("check", role)[1].splitlines()[-1].endswith("0 warnings, 1 silenced")


def test_a_silenced_error_is_no_error(rolewright, project):
    role = project / "role.yaml"
    text = role.read_text("utf-8") + "- {id: long, check: min_length, unit: words, min: 31}\n"
    role.write_text(text, "utf-8")
    assert rolewright("check", role)[0] == 1
    role.write_text(text + "silence: [RW003]\n", "utf-8")
    code, out, _ = rolewright("check", role)
    assert code == 0
    assert "RW003" not in out


def test_tokens_are_counted_with_the_model_named(rolewright, project, tiny_folder):
    code, out, _ = rolewright("check", project / "role.yaml", "--model", tiny_folder)
    assert code == 0
    assert "RW013" in out
    assert "estimated" not in out


def test_warnings_alone_are_fine(rolewright, project):
    code, out, err = rolewright("check", project / "role.yaml", project / "train.jsonl")
    assert (code, err) == (0, "")
    (line,) = [line for line in out.splitlines() if line.startswith("warning ")]
    assert line.startswith("warning RW302 ")
    assert out.splitlines()[out.splitlines().index(line) + 1].startswith("    to do: ")
    assert out.splitlines()[-1] == "Atlas: 8 conversations, 0 errors, 1 warnings"


def test_errors_fall_short(as_json, project):
    data = project / "train.jsonl"
    data.write_text(data.read_text("utf-8") + '{"messages": []}\nnot json\n', "utf-8")
    code, printed = as_json("check", project / "role.yaml", data)
    assert code == 1
    assert (printed["conversations"], printed["errors"], printed["warnings"]) == (8, 2, 1)
    first = next(each for each in printed["findings"] if each["severity"] == "error")
    assert set(first) == {"severity", "code", "place", "message", "fix"}
    assert (first["code"], first["severity"]) == ("RW101", "error")
    assert first["place"] == {"file": str(data), "line": 9, "key": "messages"}


def test_leak_is_found(as_json, project):
    held_out = project / "eval.jsonl"
    third = (project / "train.jsonl").read_text("utf-8").splitlines()[2]
    held_out.write_text(third, "utf-8")
    arguments = ("check", project / "role.yaml", project / "train.jsonl", "--eval", held_out)
    code, printed = as_json(*arguments)
    assert code == 1
    assert "RW501" in [finding["code"] for finding in printed["findings"]]


@pytest.mark.parametrize("data", [(), ("train.jsonl",)])
def test_bad_evaluation_data_are_refused(refused, project, data):
    held_out = project / "eval.jsonl"
    held_out.write_text("not json\n", "utf-8")
    files = [project / name for name in data]
    assert "eval.jsonl:1" in refused("check", project / "role.yaml", *files, "--eval", held_out)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "no rows"),
        ("\n\n", "no rows"),
        ("\xff\xfea", "UTF-16"),
    ],
)
def test_data_that_cannot_be_read_at_all(refused, project, content, said):
    data = project / "数据 1.jsonl"
    data.write_bytes(content.encode("latin-1"))
    err = refused("check", project / "role.yaml", data)
    assert said in err
    assert "数据 1.jsonl" in err


@pytest.mark.parametrize(
    ("content", "said"), [("{", "broken JSON"), ('[{"messages": []}', "the array is not closed")]
)
def test_data_of_which_every_row_is_bad(project, capsys, content, said):
    data = project / "bad.jsonl"
    data.write_text(content)
    assert run(["check", str(project / "role.yaml"), str(data)]) == 1
    printed = capsys.readouterr().out
    assert "error RW101" in printed
    assert said in printed


def test_wrong_paths(refused, project):
    assert "no such file" in refused("check", project / "role.yaml", project / "nope.jsonl")
    assert "a directory" in refused("check", project / "role.yaml", project)
    assert "Is a directory" in refused("check", project)
    assert "no such file" in refused("check", project / "nope.yaml")


def test_swapped_arguments(refused, project):
    assert "train.jsonl" in refused("check", project / "train.jsonl", project / "role.yaml")


def test_a_report_is_written(rolewright, as_json, project):
    report = project / "检查.html"
    arguments = ["check", project / "role.yaml", project / "train.jsonl"]
    code, out, err = rolewright(*arguments, "--html", report, "--lang", "zh")
    assert code == 0
    assert err == f"report: {report}\n"
    assert "\nwarning RW302 " in out
    page = report.read_text("utf-8")
    assert "RW302" in page
    assert "What is the capital of Kenya?" in page
    assert "input_map" not in as_json(*arguments)[1]["figures"]


@pytest.mark.parametrize(
    ("further", "said"),
    [
        (["--html", "report.txt"], "ends in .html"),
        (["--html", "role.yaml.html", "--lang", "fr"], "en or zh"),
    ],
)
def test_a_report_that_cannot_be_written_is_refused(refused, project, further, said):
    err = refused("check", project / "role.yaml", project / "train.jsonl", *further)
    assert said in err


def test_a_report_never_replaces_a_file(refused, project):
    report = project / "report.html"
    report.write_text("mine")
    err = refused("check", project / "role.yaml", "--html", report)
    assert "choose another path for --html" in err
    assert report.read_text() == "mine"


def test_a_role_alone_has_a_report_too(rolewright, project):
    code, _, _ = rolewright("check", project / "role.yaml", "--html", project / "r.html")
    assert code == 0
    assert "Atlas" in (project / "r.html").read_text("utf-8")


def test_a_judge_finds_contradictory_rules(rolewright, as_json, judge_endpoint, project):
    role = project / "role.yaml"
    rule = "- {id: warm, check: judged, criterion: The answer is warm.}\n"
    role.write_text(role.read_text("utf-8") + rule, "utf-8")
    judge_endpoint.decide = lambda asked: "is warm" in asked and "no_emoji" in asked
    command = ("check", role, project / "train.jsonl", "--judge", judge_endpoint.url)
    code, printed = as_json(*command, "--judge-model", "judge")
    assert code == 0
    (finding,) = [each for each in printed["findings"] if each["code"] == "RW014"]
    assert "'no-emoji' and the rule 'warm'" in finding["message"]
    judge = printed["judge"]
    assert (judge["reported_model"], judge["pairs"], judge["undecided"]) == ("judge-1", 6, 0)
    role.write_text(role.read_text("utf-8") + "silence: [RW014]\n", "utf-8")
    _, out, err = rolewright(*command, "--judge-model", "judge")
    assert "RW014" not in out
    assert "rule warm: not judged, as no code decides it" in out
    assert "6 pairs of demands judged, 0 of them undecided" in err
