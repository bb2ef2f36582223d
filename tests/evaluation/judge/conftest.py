import pytest

from rolewright.evaluation.endpoint import Endpoint
from rolewright.evaluation.judge.judge import open_judge
from rolewright.evaluation.judge.wording import read_wording
from rolewright.role.load import load_role

ROLE = """\
name: 小禾
language: zh
system: 你是小禾。
rules:
  - {id: warm, check: judged, criterion: 回答亲切。}
  - {id: calm, check: no_emoji}
  - {id: clear, check: judged, criterion: 回答容易懂。, scenarios: [talk]}
  - {id: brief, check: max_length, unit: han, max: 20, scenarios: [order]}
scenarios:
  - {id: talk, description: 闲聊, examples: [你好]}
  - {id: order, examples: [下单]}
"""


@pytest.fixture
def role(tmp_path):
    """A role with rules of both kinds."""
    path = tmp_path / "role.yaml"
    path.write_text(ROLE, "utf-8")
    return load_role(path)


@pytest.fixture(params=["en", "zh"])
def wording(request):
    return read_wording(request.param)


@pytest.fixture
def judge(judge_endpoint, wording):
    """A judge that has answered its controls."""
    return open_judge(Endpoint(judge_endpoint.url, "judge", retries=0), wording)
