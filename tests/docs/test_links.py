import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(path.name for path in DOCS.glob("*.md"))
WRITTEN = {
    "role-file.md",
    "verifiers.md",
    "command-line.md",
    "data.md",
    "training.md",
    "qwen1.md",
    "evaluation.md",
    "confidence.md",
    "json.md",
    "findings.md",
    "several-machines.md",
}


def without_code(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def links(page):
    text = re.sub(r"`[^`\n]*`", "code", without_code((DOCS / page).read_text("utf-8")))
    return re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", text)


def anchors(page):
    """Anchors as GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", without_code((DOCS / page).read_text("utf-8")), re.M)
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.strip().replace(" ", "-") for heading in kept}


def broken(page):
    for link in links(page):
        if re.match(r"https?:|mailto:", link):
            continue
        path, _, anchor = link.partition("#")
        target = path or page
        if not (DOCS / target).exists() or (anchor and anchor not in anchors(target)):
            yield link


def test_all_pages_are_there_and_linked():
    assert set(PAGES) >= WRITTEN
    linked = {link.partition("#")[0] for page in PAGES for link in links(page)}
    assert linked >= WRITTEN


@pytest.mark.parametrize("page", PAGES)
def test_relative_links_resolve(page):
    assert list(broken(page)) == []


def test_a_broken_link_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "DOCS", tmp_path)
    (tmp_path / "a.md").write_text("# A b\n[x](a.md#a-b) [y](b.md) [z](#c)\n", "utf-8")
    assert list(broken("a.md")) == ["b.md", "#c"]


@pytest.mark.parametrize("page", PAGES)
def test_pages_name_no_private_paths(page):
    text = (DOCS / page).read_text("utf-8")
    assert not re.search(r"(?<![\w.])/(?:root|home|tmp|work|Users)/", text)
