"""Whatever a file holds, checking it ends, and says what is wrong without a traceback."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rolewright.cli.app import run

FUZZ = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ROLE = """\
name: 小禾
system: 你是小禾。
scenarios: [{id: a}, {id: b}]
rules:
- {id: short, check: max_length, unit: han, max: 30}
- {id: never, check: never_say, phrases: [笨蛋, fool]}
- {id: scoped, check: single_line, scenarios: [a]}
"""
TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
PIECES = st.sampled_from(
    ["[SYSTEM]", "<|im_end|>", "你好", "\u0000", "a\u0301", "\U0001f469\u200d"]
)
CONTENT = TEXT | st.lists(PIECES, min_size=1, max_size=5).map("".join) | st.just("?!")
ROW = st.fixed_dictionaries(
    {
        "messages": st.lists(CONTENT, min_size=1, max_size=5).map(
            lambda texts: [
                {"role": ("user", "assistant")[index % 2], "content": text}
                for index, text in enumerate(texts)
            ]
        )
    },
    optional={"system": TEXT | st.just(""), "scenario": st.sampled_from(["a", "b", "c"])},
)


@pytest.fixture
def check_bytes(tmp_path, capsys):
    """Check a file of these bytes, as training and as held-out data: the exit code."""
    role = tmp_path / "role.yaml"
    role.write_text(ROLE, "utf-8")

    def check(training, held_out=None):
        arguments = ["check", str(role), str(tmp_path / "train.jsonl"), "--json"]
        (tmp_path / "train.jsonl").write_bytes(training)
        if held_out is not None:
            (tmp_path / "eval.jsonl").write_bytes(held_out)
            arguments += ["--eval", str(tmp_path / "eval.jsonl")]
        code = run(arguments)
        printed = capsys.readouterr()
        assert code in {0, 1, 2}, printed.err
        assert "Traceback" not in printed.err
        return code, json.loads(printed.out)

    return check


@FUZZ
@given(
    st.binary(max_size=300)
    | st.text(alphabet=st.characters(), max_size=100).map(
        lambda text: text.encode("utf-8", "surrogatepass")
    )
)
def test_any_bytes(check_bytes, data):
    check_bytes(data, data)


@FUZZ
@given(st.lists(ROW, min_size=1, max_size=8))
def test_any_conversations(check_bytes, rows):
    data = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    _, printed = check_bytes(data, data)
    assert printed["schema"] in {"rolewright.check/1", "rolewright.error/1"}


def row(question, answer):
    turns = zip(("user", "assistant"), (question, answer), strict=True)
    return {"messages": [{"role": role, "content": text} for role, text in turns]}


def lines(*rows):
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in rows).encode()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"messages": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n", 1),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"\n", 1),
        (b"a" * 11_000_000 + b"\n", 1),
        (b"\x00" * 10_000, 1),
        (b'{"messages": 1e999}\n{"id": ' + b"9" * 5000 + b"}\n", 1),
        (lines(row("字" * 1_000_000, "好" * 200_000)), 1),
        (lines(row("word " * 300_000, "x")), 0),
        (lines(row(" " * 100_000 + "?", "\n" * 100_000 + ".")), 0),
        (lines(row("a\u0301" * 100_000, "\u200b" * 1000 + "b")), 0),
        (lines(*[row("Q", "A")] * 3000), 0),
    ],
    ids=[
        "deep list",
        "deep object",
        "huge line",
        "null bytes",
        "huge numbers",
        "huge chinese row",
        "huge english row",
        "blank",
        "combining",
        "all the same",
    ],
)
def test_what_is_large_or_deep(check_bytes, data, code):
    assert check_bytes(data, lines(row("字" * 50, "x")))[0] == code


def test_every_plane_of_unicode(check_bytes):
    rows = []
    for start in range(0, 0x110000, 0x1000):
        characters = [chr(n) for n in range(start, start + 0x1000) if not 0xD800 <= n <= 0xDFFF]
        text = "".join(characters)
        if text:
            rows.append(row(text, text[::40]))
    code, printed = check_bytes(lines(*rows), lines(*rows[:3]))
    assert code == 1  # the first three are held out too
    assert printed["conversations"] == len(rows)
