"""The fenced blocks of the pages, as tests see them.

A block is checked by its language: ``yaml`` is a role file (in training.md a configuration),
``jsonl`` are rows of data, ``json`` is an example of a shape, the lines of ``bash`` that begin with
``rolewright`` parse, ``python`` runs. What follows on the fence says of what kind it is: ``faulty``
has to be refused, ``prompts``, ``questions`` and ``eval`` are rows of that sort, ``check`` is given
options, each row of ``forty`` stands for forty, numbered by ``{n}``, and ``fragment`` is not
checked.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from rolewright.cli.app import run

DOCS = Path(__file__).parents[2] / "docs"
_FENCE = re.compile(r"^```(\w+)(?: ([^\n]+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    page: str
    line: int
    section: str
    language: str
    kind: str
    text: str

    def __str__(self):
        return f"{self.page}:{self.line}"


def read_blocks(page):
    text = (DOCS / page).read_text("utf-8")
    for match in _FENCE.finditer(text):
        above = text[: match.start()]
        headings = re.findall(r"^#+ (.*)$", above, re.MULTILINE)
        line = above.count("\n") + 1
        yield Block(page, line, headings[-1], match[1], match[2] or "", match[3])


ALL_BLOCKS = [
    block
    for page in sorted(DOCS.glob("*.md"))
    for block in read_blocks(page.name)
    if block.kind != "fragment"
]
WANTED = {
    "role_block": lambda b: (
        b.language == "yaml"
        and b.kind not in {"faulty", "own"}
        and b.page not in {"training.md", "findings.md"}
    ),
    "config_block": lambda b: b.language == "yaml" and b.page == "training.md",
    "rows_block": lambda b: b.language == "jsonl" and b.page != "findings.md",
    "json_block": lambda b: b.language == "json",
    "bash_block": lambda b: b.language == "bash",
    "python_block": lambda b: b.language == "python",
}


def pytest_generate_tests(metafunc):
    for fixture, wanted in WANTED.items():
        if fixture in metafunc.fixturenames:
            metafunc.parametrize(fixture, [b for b in ALL_BLOCKS if wanted(b)], ids=str)


@pytest.fixture(scope="session")
def docs():
    return DOCS


@pytest.fixture(scope="session")
def blocks():
    """The blocks of a page."""
    return lambda page: [block for block in ALL_BLOCKS if block.page == page]


@pytest.fixture
def rolewright(capsys, tmp_path, monkeypatch):
    """Run a command in an empty folder: its exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments):
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return command


@pytest.fixture(scope="session")
def project(tmp_path_factory, tiny_folder):
    """The folder of a tiny role project with a calibrated bundle. Tests must not change it."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "role.yaml").write_text(
        "name: Atlas\nsystem: Answer with the name only.\n"
        "rules: [{id: short, check: max_length, unit: words, max: 3}]\n",
        "utf-8",
    )
    turns = '{{"role": "user", "content": "What is {0} and {0}?"}}'
    answer = '{{"role": "assistant", "content": "{1}"}}'
    row = f'{{{{"messages": [{turns}, {answer}]}}}}\n'
    rows = "".join(row.format(n, 2 * n) for n in range(12))
    (folder / "train.jsonl").write_text(rows, "utf-8")
    # Half of the questions are answered right whatever the model says.
    graded = f'{{{{"messages": [{turns}], "match": "regex", "answers": ["{{1}}"]}}}}\n'
    questions = "".join(graded.format(n, "(?s).*" if n % 2 else "(?!)") for n in range(100, 120))
    (folder / "questions.jsonl").write_text(questions, "utf-8")
    bundle = folder / "bundle"
    start = ["train", folder / "role.yaml", folder / "train.jsonl", "--model", tiny_folder]
    start += ["--out", bundle, "--set", "max_steps=1", "--set", "batch_size=2"]
    for arguments in (
        start,
        ["calibrate", bundle, folder / "questions.jsonl", "--max-new-tokens", "3"],
    ):
        assert run([str(argument) for argument in arguments]) == 0
    return folder


@pytest.fixture
def thinking_folder(thinking_tokenizer, tmp_path_factory):
    """The tokenizer of a model that thinks, as a folder."""
    folder = tmp_path_factory.mktemp("thinking")
    thinking_tokenizer.save_pretrained(folder)
    return folder
