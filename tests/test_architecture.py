"""The tail is what makes code painful: the longest module and function are limited."""

import ast
from pathlib import Path

import pytest

import rolewright

PACKAGE = Path(rolewright.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))


def test_all_modules_are_seen():
    assert len(MODULES) > 60


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_length_of_modules_and_functions(module):
    text = module.read_text("utf-8")
    assert len(text.splitlines()) <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            length = node.end_lineno - node.lineno + 1
            assert length <= 75, f"{node.name} has {length} lines"
