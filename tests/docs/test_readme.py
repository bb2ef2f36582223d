"""The English and the Chinese README say the same, part by part."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGLISH = (ROOT / "README.md").read_text("utf-8")
CHINESE = (ROOT / "README.zh-CN.md").read_text("utf-8")


def commands(text):
    """The commands in code blocks, without comments and without what depends on the language."""
    blocks = "".join(re.findall(r"```bash\n(.*?)```", text, re.DOTALL))
    lines = (line.partition("#")[0].rstrip() for line in blocks.splitlines())
    return [re.sub(r' --lang zh|"[^"]*"', "", line).rstrip() for line in lines]


def test_the_same_commands():
    assert commands(ENGLISH) == commands(CHINESE)
    assert len(commands(ENGLISH)) > 10


@pytest.mark.parametrize(
    "pattern", [r"^#+ ", r"^\|.*\|$", r"^```", r"!\[[^\]]*\]\([^)]*\)", r"\d+–\d+%"]
)
def test_the_same_parts(pattern):
    count = [len(re.findall(pattern, text, re.MULTILINE)) for text in (ENGLISH, CHINESE)]
    assert count[0] == count[1] > 1


def test_the_same_links():
    english, chinese = (set(re.findall(r"\]\(([^)]*)\)", text)) for text in (ENGLISH, CHINESE))
    assert english - {"README.zh-CN.md"} == chinese - {"README.md"}


@pytest.mark.parametrize("text", [ENGLISH, CHINESE])
def test_links_lead_somewhere(text):
    targets = re.findall(r"\]\(([^)]*)\)", text)
    assert len(targets) > 10
    for target in targets:
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize("text", [ENGLISH, CHINESE])
def test_the_role_shown_is_a_role(text, tmp_path):
    from rolewright.role.load import load_role

    [block] = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    file = tmp_path / "role.yaml"
    file.write_text(block, "utf-8")
    assert len(load_role(file).rules) == 3
