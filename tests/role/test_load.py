import os
import threading

import pytest

from rolewright.errors import UserError
from rolewright.role.load import load_role

RULE = "rules:\n- id: short\n  check: max_length\n  unit: words\n  max: 3\n"


@pytest.fixture
def load(tmp_path):
    """Load a role file with this text."""

    def load_text(text):
        path = tmp_path / "role.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_role(path)

    return load_text


@pytest.fixture
def faults(load):
    """The faults of a role file with this text, as (line, key, all that is said)."""

    def find(text):
        with pytest.raises(UserError) as caught:
            load(text)
        found = caught.value.faults
        assert all(fault.place.file.endswith("role.yaml") for fault in found)
        assert all("role.yaml" in str(fault) for fault in found)
        return [(fault.place.line, fault.place.key, str(fault)) for fault in found]

    return find


def test_whole_role(load):
    role = load(
        "name: Atlas\ndescription: maps\nlanguage: en\nsystem: |\n  You are Atlas.\n  Be brief.\n"
        "scenarios:\n- id: capital\n  examples: ['Capital of France?']\n"
        "rules:\n- {id: short, check: max_length, unit: words, max: 3, scenarios: [capital]}\n"
    )
    assert (role.name, role.description, role.language) == ("Atlas", "maps", "en")
    assert role.system == "You are Atlas.\nBe brief."
    (rule,) = role.rules
    assert rule.parameters == {"unit": "words", "max": 3}
    assert rule.verifier.name == "max_length"
    assert rule.applies_to("capital")
    assert not rule.applies_to(None)
    assert role.scenarios[0].inputs == ("Capital of France?",)
    assert not role.literal_control_tokens


def test_faults_of_rules_beside_a_misspelt_key(faults):
    text = (
        "name: x\nscenario: []\n" + RULE + "- id: calm\n  check: no_emojis\n- check: single_line\n"
    )
    found = faults(text.replace("unit: words", "unit: word"))
    assert sorted(key for _, key, _ in found) == [
        "rules[0].unit",
        "rules[1].check",
        "rules[2].id",
        "scenario",
    ]
    own = faults("name: x\nscenario: []\nverifiers: [own.py]\nrules:\n- {id: own, check: own}\n")
    assert [key for _, key, _ in own] == ["scenario"]


JUDGED = "name: x\nrules:\n- {{id: warm, {}}}\n"


def test_a_rule_that_no_code_decides(load):
    lines = "check: judged, criterion: ' 回答亲切。\n ', scenarios: [a]"
    role = load(JUDGED.format(lines) + "- {id: calm, check: no_emoji}\nscenarios:\n- id: a\n")
    (rule,) = role.judged_rules
    assert (rule.id, rule.criterion) == ("warm", "回答亲切。")
    assert rule.applies_to("a")
    assert not rule.applies_to("b")
    assert [rule.id for rule in role.rules] == ["calm"]
    assert role.place("rules.warm").line == 3


@pytest.mark.parametrize(
    ("keys", "key", "said"),
    [
        ("check: judged", "rules[0].criterion", "the key 'criterion' is missing"),
        ("check: judged, criterion: ' '", "rules[0].criterion", "at least 1 character"),
        ("check: judged, criterion: a, max: 3", "rules[0].max", "unknown key 'max'"),
        ("check: judge, criterion: a", "rules[0].check", "did you mean 'judged'?"),
    ],
)
def test_faults_of_a_judged_rule(faults, keys, key, said):
    ((line, where, text),) = faults(JUDGED.format(keys))
    assert (line, where) == (3, key)
    assert said in text


def test_examples_with_and_without_an_answer(load):
    lines = "examples: [Hi, {user: Bye}, {user: 'Who?', assistant: Atlas}]"
    (scenario,) = load(f"name: x\nscenarios:\n- id: a\n  {lines}\n").scenarios
    assert scenario.inputs == ("Hi", "Bye", "Who?")
    assert [example.assistant for example in scenario.examples] == [None, None, "Atlas"]


def test_silenced_codes_and_lines(load):
    role = load(f"name: x\n{RULE}silence: [RW301, RW003]\nscenarios: [{{id: a}}]\n")
    assert role.silenced == {"RW301", "RW003"}
    assert role.lines == {"rules.short": 3, "scenarios.a": 8}
    assert str(role.place("rules.short")).endswith("role.yaml:3: rules.short")


@pytest.mark.parametrize(
    ("line", "system"),
    [("", None), ('system: ""', ""), ("system: Hi", "Hi"), ("system: null", None)],
)
def test_three_states_of_system(load, line, system):
    assert load(f"name: x\n{line}\n").system == system


def test_chinese_role_with_byte_order_mark_and_windows_line_ends(load):
    text = "\ufeffname: 小图\r\nlanguage: zh\r\nsystem: |\r\n  您好。\r\n  请讲。\r\n"
    role = load(text)
    assert role.name == "小图"
    assert role.system == "您好。\n请讲。"
    assert role.source == text.removeprefix("\ufeff").replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("text", "line", "key", "said"),
    [
        ("name: x\nsytem: hi\n", 2, "sytem", "did you mean 'system'?"),
        ("name: x\n系统: 你好\n", 2, "系统", "unknown key '系统'"),
        ("system: hi\n", 1, "name", "the key 'name' is missing"),
        ("name: ''\n", 1, "name", "at least 1 character"),
        ("name: x\nlanguage: no\n", 2, "language", "put it in quotes"),
        ("name: x\nlanguage: English\n", 2, "language", "found 'English'"),
        ("name: 2024-01-01\n", 1, "name", "put it in quotes"),
        ("name: x\nsystem: [a]\n", 2, "system", "expected: text"),
        ("name: x\nliteral_control_tokens: maybe\n", 2, "literal_control_tokens", "'maybe'"),
        ("name: x\nrules: none\n", 2, "rules", "expected: a list"),
        ("name: x\nrules:\n", 2, "rules", "found nothing"),
        ("name: x\nrules:\n- max_length\n", 3, "rules[0]", "expected: keys and values"),
        ("name: x\nrules:\n- id: a b\n  check: json\n", 3, "rules[0].id", "found 'a b'"),
        ("name: x\nrules:\n- id: a\n", 3, "rules[0].check", "the key 'check' is missing"),
        (
            "name: x\nrules:\n- id: a\n  check: max_lenght\n",
            4,
            "rules[0].check",
            "did you mean 'max_length'?",
        ),
        (
            "name: x\nrules:\n- id: a\n  check: 最大长度\n",
            4,
            "rules[0].check",
            "there is no verifier named '最大长度'",
        ),
        (
            "name: x\nrules:\n- id: a\n  check: max_length\n  unit: words\n",
            3,
            "rules[0].max",
            "the key 'max' is missing",
        ),
        ("name: x\nsilence: [RW001, rw302]\n", 2, "silence[1]", "did you mean RW302"),
        ("name: x\nsilence: [spelling]\n", 2, "silence[0]", "there is no finding 'spelling'"),
        (
            "name: x\nscenarios:\n- id: a\n  examples: [3]\n",
            4,
            "scenarios[0].examples[0]",
            "found 3",
        ),
        (
            "name: x\nscenarios:\n- id: a\n  examples:\n  - assistant: Hi\n",
            5,
            "scenarios[0].examples[0].user",
            "the key 'user' is missing",
        ),
        (
            "name: x\nscenarios:\n- id: a\n  examples: [{user: Hi, asistant: Ho}]\n",
            4,
            "scenarios[0].examples[0].asistant",
            "did you mean 'assistant'?",
        ),
        (f"name: x\n{RULE}  mx: 4\n", 7, "rules[0].mx", "did you mean 'max'?"),
        (
            "name: x\nrules:\n- id: a\n  check: max_length\n  unit: wrds\n  max: 3\n",
            5,
            "rules[0].unit",
            "found 'wrds'",
        ),
        (
            "name: x\nrules:\n- id: a\n  check: max_length\n  unit: words\n  max: -3\n",
            6,
            "rules[0].max",
            "found -3",
        ),
        (
            "name: x\nrules:\n- id: a\n  check: max_length\n  unit: words\n  max: many\n",
            6,
            "rules[0].max",
            "found 'many'",
        ),
        (
            "name: x\nrules:\n- {id: a, check: length_between, unit: words, min: 5, max: 3}\n",
            3,
            "rules[0]",
            "min 5 is above max 3",
        ),
        (
            'name: x\nrules:\n- id: a\n  check: matches\n  pattern: "("\n',
            5,
            "rules[0].pattern",
            "not a regular expression",
        ),
        (f"name: x\n{RULE}{RULE[7:]}", 7, "rules[1].id", "the id 'short' stands twice"),
        (
            "name: x\nscenarios:\n- id: a\n- id: a\n",
            4,
            "scenarios[1].id",
            "the id 'a' stands twice",
        ),
        (
            f"name: x\nscenarios:\n- id: capital\n{RULE}  scenarios:\n  - capital\n  - capitol\n",
            11,
            "rules[0].scenarios[1]",
            "there is no scenario 'capitol'",
        ),
        (f"name: x\n{RULE}  scenarios: capital\n", 7, "rules[0].scenarios", "expected: a list"),
        (
            "name: x\nsystem: |\n  One.\n  Two<|im_end|>\n",
            2,
            "system",
            "control token '<|im_end|>'",
        ),
    ],
)
def test_one_fault_with_its_place(faults, text, line, key, said):
    ((found_line, found_key, message),) = faults(text)
    assert (found_line, found_key) == (line, key)
    assert said in message


@pytest.mark.parametrize(
    ("text", "line", "key", "said"),
    [
        ("name: x\nname: y\n", 2, "name", "twice, first on line 1"),
        (f"name: x\n{RULE}  max: 4\n", 7, "rules[0].max", "twice, first on line 6"),
        ("name: x\nrules:\n\t- id: a\n", 3, None, "cannot start any token"),
        ('name: "x\n', 2, None, "not valid YAML"),
        ("name: [x\n", 2, None, "not valid YAML"),
        ('{"messages": []}\n{"messages": []}\n', 2, None, "rows of data are none"),
        ("name: x\n---\nname: y\n", 2, None, "another document"),
        ('name: x\ndescription: "a\x00b"\n', 2, None, "special characters"),
        ("name: !!python/object:os.system x\n", 1, None, "not valid YAML"),
        ("name: x\nsystem: *nowhere\n", 2, None, "undefined alias"),
        ("# only a comment\n", None, None, "the file is empty"),
        ("", None, None, "the file is empty"),
        ("\n- a\n", 2, None, "expected: keys and values"),
        ("hello", 1, None, "found 'hello'"),
        ("name: x\n1: y\n", 2, None, "the key 1"),
        ("name: x\nno: y\n", 2, None, "the key no"),
        ("? [a]\n: b\n", 1, None, "quotes"),
        ("name: x\ndescription: 2024-13-45\n", 2, "description", "month must be in 1..12"),
        ("name: !!int abc\n", 1, "name", "found abc"),
        ("name: x\nrules: &a [*a]\n", None, None, "nested too deeply, or in itself"),
        ("name: " + "[" * 3000 + "]" * 3000, None, None, "nested too deeply"),
        (b"name: \xc4\xe3\xba\xc3\n", None, None, "not UTF-8 at byte 6"),
        ("name: x\n".encode("utf-16"), None, None, "not UTF-8 at byte 0"),
    ],
)
def test_broken_yaml(faults, text, line, key, said):
    ((found_line, found_key, message),) = faults(text)
    assert (found_line, found_key) == (line, key)
    assert said in message


def test_aliases_of_aliases_end_soon(faults):
    text = "name: x\na: &a [" + "x," * 9 + "]\n"
    for before, after in zip("abcdefgh", "bcdefghi", strict=True):
        text += f"{after}: &{after} [" + f"*{before}," * 9 + "]\n"
    ((_, _, message),) = faults(text)
    assert "more than 100,000 values" in message


def test_shape_faults_come_together(faults):
    found = faults("name: 3\nsytem: hi\nrules:\n- id: a b\nscenarios: x\n")
    assert [key for _, key, _ in found] == [
        "name",
        "rules[0].id",
        "rules[0].check",
        "scenarios",
        "sytem",
    ]


def test_faults_of_meaning_come_together(faults):
    found = faults(
        "name: x\nsystem: <|im_start|> and <|im_end|>\nrules:\n"
        "- {id: a, check: max_lenght}\n- {id: a, check: max_length, unit: wrds}\n"
        "- {id: b, check: no_emoji, scenarios: [c]}\n"
    )
    assert [(line, key) for line, key, _ in found] == [
        (4, "rules[0].check"),
        (5, "rules[1].unit"),
        (5, "rules[1].max"),
        (5, "rules[1].id"),
        (6, "rules[2].scenarios[0]"),
        (2, "system"),
        (2, "system"),
    ]


def test_alias_keeps_the_line_where_it_was_written(faults):
    ((line, key, _),) = faults(
        "name: x\nrules:\n- &r {id: a, check: max_length, unit: words, max: 3}\n- *r\n"
    )
    assert (line, key) == (3, "rules[1].id")


def test_missing_file_and_directory(tmp_path):
    with pytest.raises(UserError, match=r"nope\.yaml: there is no such file"):
        load_role(tmp_path / "nope.yaml")
    with pytest.raises(UserError, match=r"cannot be read: Is a directory\n.*name the file in it"):
        load_role(tmp_path)


def test_file_is_read_once(tmp_path):
    """A pipe gives its text only once, and a bundle keeps that text."""
    pipe = tmp_path / "role.yaml"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=("name: x\n",), daemon=True)
    writer.start()
    assert load_role(pipe).source == "name: x\n"
    writer.join(5)


def test_control_tokens_in_data_do_not_excuse_the_system_text(faults):
    ((_, key, _),) = faults("name: x\nliteral_control_tokens: true\nsystem: <|im_end|>\n")
    assert key == "system"


def test_paraphrases(load, faults):
    role = load("name: x\nparaphrases:\n- Be brief.\n- |\n  简短回答。\n")
    assert role.paraphrases == ("Be brief.", "简短回答。")
    assert load("name: x\n").paraphrases == ()
    ((line, key, _),) = faults("name: x\nparaphrases:\n- Be brief.\n- Stop at <|im_end|>\n")
    assert (line, key) == (4, "paraphrases[1]")
