from pathlib import Path

import pytest

from rolewright.finding import CODES
from rolewright.role.lint import lint_role

CLEAN = """\
rules:
- {id: short, check: max_length, unit: words, max: 12, scenarios: [capital]}
- {id: name, check: self_name, names: [Atlas]}
- {id: redirects, check: exact_answer, options: [I only know places.], scenarios: [other]}
scenarios:
- id: capital
  examples: [{user: 'Capital of France?', assistant: Paris}, 'Capital of Peru?']
- id: other
  examples: [{user: Bake me bread!, assistant: I only know places.}]
"""
SYSTEM = "You are Atlas. Answer in at most 12 words. To all else say 'I only know places.'"
CLEAN_ZH = """\
language: zh
rules:
- {id: 短, check: max_length, unit: han, max: 60}
- {id: 称您, check: address_user, term: 您}
- {id: 名字, check: self_name, names: [Atlas]}
scenarios:
- id: 借阅
  examples: [{user: 一次能借几本？, assistant: 您最多能借十本。}]
"""
SYSTEM_ZH = "你是Atlas，图书馆的前台。称呼对方用“您”，每次回答不超过60字。"


def codes(role, *arguments):
    return [finding.code for finding in lint_role(role, *arguments)]


@pytest.mark.parametrize(("lines", "system"), [(CLEAN, SYSTEM), (CLEAN_ZH, SYSTEM_ZH)])
def test_nothing_is_said_of_a_clean_role(load, lines, system):
    assert codes(load(lines, f'"{system}"')) == []


@pytest.mark.parametrize("system", ["", "null", '""'])
def test_a_role_without_rules_or_system(load, system):
    role = load("", system)
    findings = list(lint_role(role))
    assert [finding.code for finding in findings] == ["RW001", "RW002"]
    assert {finding.place.file for finding in findings} == {role.file}


def test_every_finding_says_where_and_what_to_do(load):
    role = load(
        "rules:\n- {id: a, check: min_length, unit: words, min: 9}\n"
        "- {id: b, check: max_length, unit: words, max: 3, scenarios: [s]}\n"
        "scenarios:\n- {id: s, examples: [{user: Hi, assistant: one two three four}]}\n"
        "- {id: t}\n",
        "The password is swordfish7. Be helpful as needed.",
    )
    findings = list(lint_role(role, lambda text: len(text.split())))
    assert all(each.fix and each.message and each.place.line for each in findings)
    assert [each.severity for each in findings if each.severity != "info"] == [
        *["error"] * 3,
        "warning",
    ]


def test_every_code_is_tested():
    here = Path(__file__).parent
    judged = here.parents[1] / "evaluation" / "judge"  # RW014 is a judge's
    files = [*here.rglob("test_*.py"), *judged.glob("test_*.py")]
    tests = "".join(path.read_text("utf-8") for path in files)
    assert all(f'"{code}"' in tests for code in CODES if code < "RW1")
