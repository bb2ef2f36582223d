from dataclasses import replace
from importlib import resources

import pytest

from rolewright.augmentation.system_messages import foreign_messages
from rolewright.errors import UserError
from rolewright.evaluation.arms import BASE_ROLE, TUNED_ROLE
from rolewright.evaluation.prompts import prompts_of_role
from rolewright.evaluation.suites.switching.other_roles import other_roles
from rolewright.evaluation.suites.switching.switching import switching
from rolewright.role.lint import lint_role
from rolewright.role.load import load_role

GOLD = {
    "Telegraph clerk": "TRAIN LATE ARRIVE TEN LOVE STOP",
    "Town crier": "Hear ye, hear ye! The market opens at nine.",
    "Help-desk labels": '{"topic": "printer", "urgency": "low"}',
    "Chess coach": "Move a pawn to the middle. Which one would you choose?",
    "Two sides": "For:\nIt is cheap.\nAgainst:\nIt is old.",
    "small letters": "the sea sounds like a slow breath.",
    "电报员": "车晚点，十时到，勿念，完毕",
    "更夫": "各位街坊！集市九点开。",
    "工单标注": '{"主题": "打印", "紧急": "低"}',
    "象棋教练": "先走中间的兵。您会选哪一个？",
    "利弊": "利：\n便宜。\n弊：\n旧。",
    "客栈掌柜": "客官，还有一间上房。",
}


def in_language(role, language):
    return replace(role, language=language)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_built_in_roles_are_whole_and_can_be_kept(role, language, talk):
    others = other_roles(in_language(role, language))
    assert len(others) == 6
    for other in others:
        assert other.language == language
        assert len(prompts_of_role(other)) >= 5
        assert [f for f in lint_role(other) if f.severity == "error"] == []
        verdicts = [rule.check(GOLD[other.name], talk("Q")) for rule in other.rules]
        assert all(v.passed for v in verdicts), (other.name, verdicts)
        # The answer of a plain assistant keeps none of them.
        plain = (
            "Well, there are a few things. First, open it! Second, close it.\n- **Then** wait. " * 9
        )
        assert not all(rule.check(plain, talk("Q")).passed for rule in other.rules), other.name


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_data_are_made_of_the_built_in_roles(role, language):
    """What ``augment`` trains on would not be unseen."""
    role = in_language(role, language)
    assert not {other.system for other in other_roles(role)} & set(foreign_messages(role, None))


def test_every_file_is_a_role_of_a_language(role):
    folder = resources.files("rolewright.evaluation.suites.switching")
    files = [file.name for file in folder.iterdir() if file.name.endswith(".yaml")]
    named = [len(other_roles(in_language(role, language))) for language in ("en", "zh")]
    assert sum(named) == len(files)


@pytest.fixture
def write_role(tmp_path):
    def write(name, *lines, file="other.yaml"):
        path = tmp_path / file
        path.write_text(f"name: {name}\n" + "\n".join(lines) + "\n", "utf-8")
        return path

    return write


RULE = "rules: [{id: loud, check: must_include, phrases: [Ahoy]}]"
EXAMPLES = 'scenarios: [{id: sea, examples: ["Where to?", "How deep?", "Who goes there?"]}]'


def test_roles_of_the_users_own(role, write_role):
    path = write_role("Pirate", "system: You are a pirate.", RULE, EXAMPLES)
    [other] = other_roles(role, [path])
    assert (other.name, other.file) == ("Pirate", str(path))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((RULE, EXAMPLES), "no system message"),
        (("system: Answer with the name only.", RULE, EXAMPLES), "the role's own system message"),
        (("system: You are a pirate.", EXAMPLES), "the role has no rules"),
        (("system: You are a pirate.", RULE), "none of the 0 prompts can be judged"),
    ],
)
def test_a_role_that_cannot_be_switched_to_is_named(role, write_role, lines, said):
    path = write_role("Pirate", *lines)
    with pytest.raises(UserError, match=said) as raised:
        other_roles(role, [path])
    assert str(path) in str(raised.value)


def test_two_roles_of_one_name_cannot_be_told_apart(role, write_role):
    lines = ("system: You are a pirate.", RULE, EXAMPLES)
    files = [write_role("Pirate", *lines), write_role("Pirate", *lines, file="more.yaml")]
    with pytest.raises(UserError, match="two other roles are named 'Pirate'"):
        other_roles(role, files)


@pytest.fixture
def pirate(write_role):
    return load_role(write_role("Pirate", "system: You are a pirate.", RULE, EXAMPLES))


@pytest.fixture
def suite(role, pirate):
    """Three requests of the pirate's and eight switches to him."""
    return switching(role, prompts_of_role(role), [pirate], switches=8)


def test_what_is_asked_under_which_system_message(suite, role, pirate):
    alone, switched = suite.probes[:3], suite.probes[3:]
    assert [probe.turns[0].text for probe in alone] == ["Where to?", "How deep?", "Who goes there?"]
    asked = {prompt.prompt[-1].content for prompt in prompts_of_role(role)}
    assert len(switched) == 8
    for probe in switched:
        assert len({turn.text for turn in probe.turns} & asked) == 3
        systems = [probe.conversation("S", ("x",) * turn).system for turn in range(3)]
        assert systems == ["S", "S", pirate.system]
    assert {probe.conversation("S", ()).system for probe in alone} == {pirate.system}
    assert len({probe.id for probe in suite.probes}) == 11


def as_told(conversation):
    """Plays the pirate where it is told to, and the role elsewhere."""
    return "Ahoy, a long tale.\nOf ships." if "pirate" in conversation.system else "Paris"


def test_a_model_that_plays_what_it_is_told_carries_nothing_over(suite, figures, role):
    found = figures(suite, role.system, **{BASE_ROLE: as_told, TUNED_ROLE: as_told})
    for arm in (BASE_ROLE, TUNED_ROLE):
        of_arm = found["arms"][arm]
        assert [of_arm[name]["rate"] for name in ("unseen", "after_switch", "carry_over")] == [
            1,
            1,
            0,
        ]
        assert [of_arm[name]["total"] for name in ("unseen", "after_switch")] == [3, 8]
        of_pirate = found["roles"]["Pirate"][arm]
        assert (of_pirate["passed"], of_pirate["total"]) == (11, 11)
        # By rule of the role that was left: "short" holds for capitals only.
        assert found["carried_rules"]["one-line"][arm]["rate"] == 0
        assert 0 < found["carried_rules"]["short"][arm]["total"] < 8
    assert {found["differences"][name]["difference"] for name in found["differences"]} == {0}


def test_a_model_that_knows_one_role_only_shows_it(suite, figures, role):
    found = figures(suite, role.system, **{BASE_ROLE: as_told, TUNED_ROLE: lambda _: "Paris"})
    differences = {name: each["difference"] for name, each in found["differences"].items()}
    assert differences == {"unseen": -1, "after_switch": -1, "carry_over": 1}
    assert found["differences"]["unseen"]["pairs"] == 3
    assert found["differences"]["carry_over"]["high"] == 1
    assert found["carried_rules"]["one-line"][TUNED_ROLE]["rate"] == 1
    assert suite.objections(found) == []


def test_a_role_that_only_sticks_after_its_own_turns(suite, figures, role):
    def sticks(conversation):
        return "Paris" if len(conversation.messages) > 1 else "Ahoy"

    found = figures(suite, role.system, **{BASE_ROLE: as_told, TUNED_ROLE: sticks})
    differences = {name: each["difference"] for name, each in found["differences"].items()}
    assert differences == {"unseen": 0, "after_switch": -1, "carry_over": 1}


def test_a_base_model_alone_is_not_compared(suite, figures, role):
    found = figures(suite, role.system, **{BASE_ROLE: as_told})
    assert set(found["differences"].values()) == {None}
    assert found["arms"][BASE_ROLE]["unseen"]["rate"] == 1


def test_rules_of_the_others_scenarios_judge_their_own_requests_only(role, write_role, figures):
    rule = RULE.replace("[Ahoy]", "[Ahoy], scenarios: [sea]")
    other = load_role(write_role("Pirate", "system: You are a pirate.", rule, EXAMPLES))
    suite = switching(role, prompts_of_role(role), [other], switches=4)
    found = figures(suite, role.system, **{BASE_ROLE: as_told, TUNED_ROLE: as_told})
    assert found["arms"][BASE_ROLE]["unseen"]["total"] == 3
    assert found["arms"][BASE_ROLE]["after_switch"]["total"] == 0
    assert found["differences"]["after_switch"] is None
    assert found["arms"][BASE_ROLE]["carry_over"]["total"] == 4


def test_fewer_requests_are_of_all_roles(role):
    others = other_roles(role)
    suite = switching(role, prompts_of_role(role), others, switches=0, alone=7)
    names = [probe.facts["other"] for probe in suite.probes]
    assert len(names) == 7
    assert set(names) == {other.name for other in others}
