import pytest

from rolewright.evaluation.sample import Sample
from rolewright.evaluation.targets.target import Reply
from rolewright.role.load import load_role
from rolewright.verifiers import Verdict

ROLE = """\
name: Atlas
system: Answer with the name only.
rules:
  - {id: short, check: max_length, unit: words, max: 2, scenarios: [capital]}
  - {id: one-line, check: single_line}
scenarios:
  - {id: capital, examples: ["What is the capital of France?", "法国的首都是哪里？"]}
  - {id: other, examples: ["Who are you?"]}
"""


@pytest.fixture
def role(tmp_path):
    path = tmp_path / "role.yaml"
    path.write_text(ROLE, "utf-8")
    return load_role(path)


@pytest.fixture
def judged(talk):
    """Build a sample from the outcomes of its rules."""

    def build(arm, **outcomes):
        verdicts = {
            rule.replace("_", "-"): Verdict(ok, "said why") for rule, ok in outcomes.items()
        }
        reply = Reply("text", 4, 1, True)
        return Sample("adherence", arm, talk("Q"), reply, verdicts, 0.5, 0, "row")

    return build
