import pytest

from rolewright.role.load import load_role


@pytest.fixture
def load(tmp_path):
    """Load a role file with these lines below its name."""

    def load_lines(lines, system="You are Atlas."):
        path = tmp_path / "role.yaml"
        path.write_text(f"name: Atlas\nsystem: {system}\n{lines}", "utf-8")
        return load_role(path)

    return load_lines


@pytest.fixture
def with_rules(load):
    """A role of these rules, each written as the inside of a YAML mapping without its id."""

    def build(*rules, system="You are Atlas."):
        lines = "".join(f"- {{id: r{number}, {rule}}}\n" for number, rule in enumerate(rules, 1))
        return load(f"rules:\n{lines}", system)

    return build
