import re
import string
from pathlib import Path

import pytest

import rolewright.reports
from rolewright.confidence.calibrators import FIT
from rolewright.confidence.metrics import MEASURES
from rolewright.confidence.scores import ROUTES
from rolewright.reports.browser import SPOKEN
from rolewright.reports.wording import Wording, load_wording

FOLDER = Path(rolewright.reports.__file__).parent
SOURCE = "\n".join(
    file.read_text("utf-8") for file in [*FOLDER.rglob("*.py"), *FOLDER.glob("templates/*.j2")]
)
# Keys that the code puts together: word.name("group", key) and word(f"section.{head}").
LOOKED_UP = set(re.findall(r'(?:word\.name|_named)\(\s*"(\w+)"', SOURCE))
GROUPS_OF_RESULTS = {"languages"}  # suites/override.py names groups as the results do
HEADS = re.findall(r"heads = \(([^)]*)\)", SOURCE)
OF_SUITES = set(re.findall(r"word\(f['\"]\{suite\}\.(\w+)['\"]", SOURCE))
"""Parts of keys that reports/suites/consistency.py puts behind the names of its two suites."""


@pytest.fixture(params=["en", "zh"])
def word(request):
    return load_wording(request.param)


def _values(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_languages_have_the_same_keys_and_values():
    en, zh = load_wording("en").texts, load_wording("zh").texts
    assert list(en) == list(zh)
    assert {key: _values(text) for key, text in en.items()} == {
        key: _values(text) for key, text in zh.items()
    }


def test_every_key_is_used(word):
    literal = set(re.findall(r'"([a-z]+\.[a-z_]+)"', SOURCE))
    heads = {name for found in HEADS for name in re.findall(r'"(\w+)"', found)}
    assert len(heads) > 10
    headed, shared = {"adherence", "difference", "perplexity"}, {"consistency", "paraphrases"}
    unused = {
        key
        for key in word.texts
        if key not in literal
        and key.split(".")[0] not in GROUPS_OF_RESULTS
        and key.split(".")[0] not in LOOKED_UP
        and not (key.split(".")[0] in headed and key.split(".")[1] in heads)
        and not (key.split(".")[0] in shared and key.split(".")[1] in OF_SUITES)
    }
    assert not unused


def test_what_a_confidence_is_made_of_and_measured_by_has_a_name(word):
    for group in ("measures", "measure_notes"):
        assert {f"{group}.{name}" for name in MEASURES} <= set(word.texts)
    assert {f"routes.{name}" for name in (*ROUTES, "fused")} <= set(word.texts)
    assert {f"methods.{name}" for name in (*FIT, "stacking")} <= set(word.texts)


def test_every_literal_key_exists(word):
    asked = set(re.findall(r'\bword\(\s*"([^"]+)"', SOURCE)) | set(SPOKEN)
    assert len(asked) > 60
    assert asked <= set(word.texts)
    assert {key.split(".")[0] for key in word.texts} >= LOOKED_UP


def test_chinese_is_chinese():
    latin = {"confidence.auroc", "confidence.brier", "confidence.ece", "methods.platt"}
    latin |= {"adherence.prompts", "verdict.tile_versus", "page.lang", "page.gap"}
    latin |= {"advice.input", "advice.comma", "transcripts.fact"}
    latin |= {
        f"measures.{name}" for name in ("auroc", "prr", "aurc", "excess_aurc", "augrc", "ece")
    }
    for key, text in load_wording("zh").texts.items():
        assert key in latin or re.search(r"[\u4e00-\u9fff]", text), key


def test_missing_key_or_value_is_an_error():
    word = Wording({"a.b": "{n} things"})
    assert word("a.b", n=2) == "2 things"
    with pytest.raises(KeyError):
        word("a.c")
    with pytest.raises(KeyError):
        word("a.b")


def test_unknown_name_stands_for_itself():
    word = Wording({"arms.base": "Basis"})
    assert word.name("arms", "base") == "Basis"
    assert word.name("arms", "my arm") == "my arm"
