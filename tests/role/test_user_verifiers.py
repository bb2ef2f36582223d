import pytest

from rolewright.errors import UserError
from rolewright.role.load import load_role

CODE = """\
from rolewright.verifiers import Verdict, verifier


@verifier("{name}")
def check(text, conversation, *, word: str) -> Verdict:
    return Verdict(word in text, f"{{word}} {comment}")
"""
ROLE = "name: 小禾\nverifiers: {files}\nrules:\n- {{id: own, check: {name}, word: 茶}}\n"


@pytest.fixture
def role(tmp_path):
    """A role file that names files of verifiers."""

    def write(files="[mine.py]", name="says_word", **sources):
        for file, source in sources.items():
            (tmp_path / f"{file}.py").write_text(source, "utf-8")
        path = tmp_path / "role.yaml"
        path.write_text(ROLE.format(files=files, name=name), "utf-8")
        return path

    return write


def code(name="says_word", comment=""):
    return CODE.format(name=name, comment=comment)


def refusal(path):
    with pytest.raises(UserError) as caught:
        load_role(path)
    return [(fault.place.line, fault.place.key, str(fault)) for fault in caught.value.faults]


def test_a_role_is_judged_by_its_own_verifier(role):
    loaded = load_role(role(mine=code()))
    (rule,) = loaded.rules
    assert rule.parameters == {"word": "茶"}
    assert rule.check("喝茶", None).passed
    assert not rule.check("喝水", None).passed
    (file,) = loaded.verifier_files
    assert (file.name, file.source) == ("mine.py", code())


def test_a_folder_below_a_byte_order_mark_and_two_roles(role, tmp_path):
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "words.py").write_text("\ufeff" + code(), "utf-8")
    path = role("[checks/words.py]")
    assert load_role(path).rules[0].check("茶", None).passed
    assert load_role(path).verifier_files[0].name == "checks/words.py"


def test_two_roles_may_name_different_verifiers_alike(role):
    first = load_role(role(mine=code(comment="first")))
    second = load_role(role(mine=code(comment="second")))
    evidence = [each.rules[0].check("茶", None).evidence for each in (first, second, first)]
    assert evidence == ["茶 first", "茶 second", "茶 first"]


def test_one_role_may_not(role):
    path = role("[mine.py, other.py]", mine=code(), other=code())
    ((line, key, said),) = refusal(path)
    assert (line, key) == (2, "verifiers[1]")
    assert "other.py and mine.py both define the verifier 'says_word'" in said


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("gone.py", "there is no file"),
        ("../mine.py", "beside or below the role file"),
        ("/mine.py", "beside or below the role file"),
        ("a\\\\mine.py", "beside or below the role file"),
        (".mine.py", "beside or below the role file"),
        ("mine.txt", "a Python file"),
        ("folder.py", "cannot be read"),
        ("latin.py", "is not UTF-8 at byte 1"),
    ],
)
def test_a_file_that_cannot_be_taken(role, tmp_path, file, said):
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "latin.py").write_bytes(b"#\xe9")
    ((line, key, found),) = refusal(role(f'["{file}"]', mine=code()))
    assert (line, key) == (2, "verifiers[0]")
    assert said in found


def test_a_file_that_stands_twice(role):
    ((_, key, said),) = refusal(role("[mine.py, ./mine.py]", mine=code()))
    assert key == "verifiers[1]"
    assert "stands twice" in said


def test_all_files_that_fail_are_named(role, tmp_path):
    faults = refusal(role("[mine.py, other.py]", mine="1 / 0\n", other="def"))
    assert [said.split(":")[0] for _, _, said in faults] == [
        str(tmp_path / "mine.py"),
        str(tmp_path / "other.py"),
    ]


def test_own_verifiers_are_among_the_suggestions(role):
    ((_, _, said),) = refusal(role(name="say_word", mine=code()))
    assert "did you mean 'says_word'?" in said


def test_code_that_is_not_to_run_does_not(role):
    loaded = load_role(role(mine="raise SystemExit('ran')\n"), run_code=False)
    assert loaded.name == "小禾"
    with pytest.raises(UserError) as caught:
        loaded.rules[0].check("茶", None)
    assert loaded.verifier_files[0].hash in str(caught.value)
    assert "--trust-verifiers" in str(caught.value)


def test_built_in_rules_judge_where_code_is_not_run(role, tmp_path):
    path = role(mine="raise SystemExit('ran')\n")
    path.write_text(path.read_text("utf-8") + "- {id: plain, check: no_emoji}\n", "utf-8")
    own, plain = load_role(path, run_code=False).rules
    assert plain.check("茶", None).passed
    assert own.verifier.name == "says_word"
