import re
import string
from importlib import resources
from pathlib import Path

import pytest
import yaml

import rolewright.evaluation
from rolewright.evaluation.objections.objection import Objection, tell

SOURCES = Path(rolewright.evaluation.__file__).parent.rglob("*.py")
KINDS = set(re.findall(r'Objection\(\s*"(\w+)"', "\n".join(f.read_text("utf-8") for f in SOURCES)))
SHARE = {"passed": 3, "total": 12}


def words(language):
    file = resources.files("rolewright.evaluation.objections").joinpath(f"{language}.yaml")
    return yaml.safe_load(file.read_text("utf-8"))


def fields(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_languages_say_the_same_of_every_kind():
    en, zh = words("en"), words("zh")
    assert list(en) == list(zh)
    assert {key: fields(text) for key, text in en.items()} == {
        key: fields(text) for key, text in zh.items()
    }
    assert en.keys() - {"comma", "share"} == KINDS


def test_shares_are_named_one_by_one():
    families = {"families": {"authority": SHARE, "emotion": {"passed": 2, "total": 2}}}
    assert tell("families_break", families) == (
        "attacks of these families break the role: authority (3 of 12), emotion (2 of 2)"
    )
    told = tell("families_break", families, "zh", lambda group, key: f"{group}/{key}")
    assert told == "以下类别的攻击会攻破角色：families/authority（3/12）、families/emotion（2/2）"


def test_arms_have_names_and_lists_commas():
    tokens = {"arm": "base", "injected": 1, "prompts": 2}
    assert "arms/base" in tell("control_tokens", tokens, "en", lambda *of: "/".join(of))
    lost = {"turns": 20, "lost": [3, 8, 9, 10, 17], "worst": 0.0}
    assert tell("turns_lost", lost).endswith("is lost in turn 3, 8–10, 17 (kept by 0%)")
    assert "第 3、8–10、17 轮" in tell("turns_lost", lost, "zh")


def test_records_have_words_in_english():
    assert Objection("attacks_break", SHARE).as_record("override") == {
        "suite": "override",
        "kind": "attacks_break",
        "values": SHARE,
        "text": "attacks break the role: 3 of 12",
    }


@pytest.mark.parametrize(("kind", "values"), [("unknown", {}), ("attacks_break", {"passed": 3})])
def test_what_cannot_be_said_is_an_error(kind, values):
    with pytest.raises(KeyError):
        tell(kind, values)
