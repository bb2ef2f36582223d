import pytest
from pydantic import ValidationError

from rolewright.role.load import load_role
from rolewright.verifiers import judge_instructions, verifier_names

IDS = ["punctuation:no_comma", "keywords:existence"]
# A row of IFEval's data has a key for every parameter of any instruction, mostly null.
ARGUMENTS = [
    {"keywords": None, "num_words": None},
    {"keywords": ["tea"], "num_words": None},
]


def passed(text, ids=IDS, arguments=ARGUMENTS, **options):
    return [each.passed for each in judge_instructions(text, None, ids, arguments, **options)]


def test_a_row_of_ifeval_runs_unchanged():
    assert passed("I like tea") == [True, True]
    assert passed("Well, I like milk") == [False, False]


def test_loose_mode_forgives_the_first_line():
    text = "Sure, here it is:\nI like tea"
    assert passed(text) == [False, True]
    assert passed(text, loose=True) == [True, True]
    assert passed("I like milk, not water", loose=True) == [False, False]


def test_numbers_of_ifbench_are_floats():
    arguments = [{"min_words": 2.0, "max_words": 3.0}]
    assert passed("two words", ["count:word_count_range"], arguments) == [True]


def test_what_cannot_be_judged_is_refused():
    with pytest.raises(ValueError, match="no verifier named 'keywords:none'"):
        passed("a", ["keywords:none"], [{}])
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        passed("a", IDS, [{}])
    with pytest.raises(ValidationError, match="Field required"):
        passed("a", ["keywords:existence"], [{"keywords": None}])


@pytest.mark.parametrize("text", ["", " \n　"])
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("punctuation:no_comma", {}),
        ("keywords:forbidden_words", {"forbidden_words": ["a"]}),
        ("length_constraints:number_words", {"num_words": 5, "relation": "less than"}),
        ("format:no_whitespace", {}),
    ],
)
def test_an_empty_answer_follows_nothing(text, name, arguments):
    (verdict,) = judge_instructions(text, None, [name], [arguments])
    assert (verdict.passed, verdict.evidence) == (False, "the answer is empty")
    (verdict,) = judge_instructions(text, None, [name], [arguments], loose=True)
    assert not verdict.passed


def test_a_role_file_names_them_by_id(tmp_path):
    file = tmp_path / "role.yaml"
    file.write_text(
        """\
name: Atlas
rules:
  - id: tea
    check: keywords:existence
    keywords: [tea]
  - {id: sub, check: format:sub-bullets}
""",
        "utf-8",
    )
    tea, sub = load_role(file).rules
    assert tea.check("some tea", None).passed
    assert not tea.check("milk", None).passed
    assert sub.check("* a\n  - b", None).passed


def test_there_are_25_of_ifeval_and_13_of_ifbench():
    ifbench = ("count:", "format:", "ratio:", "sentence:", "words:")
    ids = [name for name in verifier_names() if ":" in name]
    assert len([name for name in ids if name.startswith(ifbench)]) == 13
    assert len([name for name in ids if not name.startswith(ifbench)]) == 25
