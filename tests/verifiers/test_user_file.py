import pytest

from rolewright.errors import UserError
from rolewright.verifiers import find_verifier
from rolewright.verifiers.user_file import VerifierFile, run_verifier_file

HEAD = "from rolewright.verifiers import Verdict, verifier\n\n"
SHOUTS = HEAD + (
    '@verifier("shouts")\n'
    "def shouts(text, conversation, *, times: int = 1) -> Verdict:\n"
    '    """Check that the answer shouts. 喊叫。"""\n'
    '    return Verdict(text.count("!") >= times, f"{text.count(\'!\')} shouts")\n'
)


@pytest.fixture
def run_code(tmp_path):
    """Run a file with this text, as a role file would."""

    def run(source, name="mine.py"):
        path = tmp_path / name
        path.write_text(source, "utf-8")
        return run_verifier_file(VerifierFile(name, path, source))

    return run


@pytest.fixture
def fault(run_code):
    """The fault of a file with this text, as (line, what was found)."""

    def find(source):
        with pytest.raises(UserError) as caught:
            run_code(source)
        (found,) = caught.value.faults
        assert found.place.file.endswith("mine.py")
        return found.place.line, found.found

    return find


def body(*lines):
    """A file whose verifier `own` has this body, which begins on line 5."""
    text = "".join(f"    {line}\n" for line in lines)
    return f'{HEAD}@verifier("own")\ndef own(text, conversation):\n{text}'


def test_a_file_brings_its_verifiers_to_the_caller_only(run_code):
    own = run_code(SHOUTS)
    assert own.keys() == {"shouts"}
    assert own["shouts"].summary == "Check that the answer shouts. 喊叫。"
    assert own["shouts"]("Hey!", None, {"times": 1}).passed
    assert find_verifier("shouts") is None


def test_a_file_may_be_run_twice_and_two_files_may_differ(run_code):
    first, second = run_code(SHOUTS), run_code(SHOUTS)
    other = run_code(SHOUTS.replace('"!"', '"?"'), "other.py")
    assert [each["shouts"]("Hey!", None, {}).passed for each in (first, second, other)] == [
        True,
        True,
        False,
    ]


def test_dataclasses_and_postponed_annotations_work(run_code):
    source = (
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        "from typing import Annotated\nfrom pydantic import Field\n"
        f"{HEAD}@dataclass\nclass Limit:\n    value: int\n\n"
        '@verifier("own")\ndef own(text, conversation, *, max: Annotated[int, Field(ge=1)]):\n'
        '    return Verdict(len(text) <= Limit(max).value, "counted")\n'
    )
    own = run_code(source)["own"]
    assert own("ab", None, own.parameters(max=2).model_dump()).passed
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        own.parameters(max=0)


def test_thoughts_are_cut_out_and_spans_put_back(run_code):
    own = run_code(body("return Verdict(False, text, (0, 1))"))["own"]
    verdict = own("<think>x</think>y", None, {})
    assert (verdict.evidence, verdict.span) == ("y", (16, 17))


@pytest.mark.parametrize(
    ("source", "line", "found"),
    [
        ("x = 1\ndef f(:\n", 2, "not Python: "),
        (HEAD + "1 / 0\n", 3, "this file raises ZeroDivisionError: division by zero"),
        ("import no_such_module_\n", 1, "No module named 'no_such_module_'"),
        ("raise SystemExit(3)\n", 1, "this file raises SystemExit: 3"),
        ("x = 1\n", None, "there is no verifier in this file"),
        ("eval('1 +')\n", 1, "this file raises SyntaxError"),
        ("x = '\0'\n", None, "not Python: source code string cannot contain null bytes"),
        (SHOUTS.replace("shouts", "max_length"), 3, "'max_length' exists already"),
        (SHOUTS + SHOUTS, 9, "'shouts' exists already"),
        (SHOUTS.replace(": int", ""), 3, "parameter 'times' has no annotation"),
        (SHOUTS.replace("*, ", ""), 3, "'times' has to stand behind `*`"),
        (
            SHOUTS.replace("text, conversation, *, times: int = 1", "text"),
            3,
            "(text, conversation)",
        ),
        (SHOUTS.replace("times: int", "id: int"), 3, "'id' is a key of every rule"),
        (SHOUTS.replace(": int", ": Integer"), 4, "NameError: name 'Integer' is not defined"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(fault, source, line, found):
    place, said = fault(source)
    assert place == line
    assert found in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("lines", "line", "found"),
    [
        (["x = {}", "return x['a']"], 6, "the verifier 'own' raises KeyError: 'a'"),
        (["raise ValueError"], 5, "the verifier 'own' raises ValueError"),
        (["import sys", "sys.exit()"], 6, "the verifier 'own' raises SystemExit"),
        (["return own(text, conversation)"], 5, "RecursionError"),
        (["return None"], 3, "the verifier 'own' returns NoneType, not a Verdict"),
        (["return True"], 3, "the verifier 'own' returns bool, not a Verdict"),
        (
            ["return Verdict(False, '', (0, 9))"],
            3,
            "the span (0, 9), which is no part of a text of 2",
        ),
        (["return Verdict(False, '', (1, 1))"], 3, "the span (1, 1)"),
    ],
)
def test_a_verifier_that_fails_is_named_with_its_line(run_code, lines, line, found):
    own = run_code(body(*lines))["own"]
    with pytest.raises(UserError) as caught:
        own("你好", None, {})
    (fault,) = caught.value.faults
    assert (fault.place.line, found in fault.found) == (line, True), fault
    assert fault.place.file.endswith("mine.py")
