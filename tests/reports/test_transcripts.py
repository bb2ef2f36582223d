import pytest

from rolewright.reports.transcripts import (
    group_transcripts,
    mark_spans,
    named_systems,
    systems_of,
)


def _verdict(rule, span):
    return {"rule": rule, "passed": False, "evidence": "bad", "span": span}


@pytest.mark.parametrize(
    ("spans", "pieces"),
    [
        ([], [("茶🍵 tea!", ())]),
        ([(1, 2)], [("茶", ()), ("🍵", ("0",)), (" tea!", ())]),
        (
            [(0, 4), (3, 7)],
            [("茶🍵 ", ("0",)), ("t", ("0", "1")), ("ea!", ("1",))],
        ),
        ([(5, 99)], [("茶🍵 te", ()), ("a!", ("0",))]),
        ([(3, 3), (40, 50)], [("茶🍵 tea!", ())]),
    ],
)
def test_spans_cut_the_output(spans, pieces):
    failed = [_verdict(str(number), list(span)) for number, span in enumerate(spans)]
    expected = [(text, tuple(f"{rule}: bad" for rule in rules)) for text, rules in pieces]
    stretches = mark_spans("茶🍵 tea!", failed)
    assert [(stretch.text, stretch.faults) for stretch in stretches] == expected


def test_verdicts_without_a_span_and_empty_outputs_mark_nothing():
    assert [s.faults for s in mark_spans("tea", [_verdict("a", None)])] == [()]
    assert mark_spans("", [_verdict("a", [0, 3])]) == []


ARMS = ["base", "tuned", "other"]
SYSTEMS = dict.fromkeys(ARMS, "S")


def group(samples):
    return group_transcripts(samples, ARMS, SYSTEMS)


@pytest.fixture
def said(make_sample):
    """A line of a log in which the user has said some texts, and the model answers the last."""

    def build(arm, id_, *texts, output="A", **changes):
        messages = [
            {"role": "assistant" if number % 2 else "user", "content": text}
            for number, text in enumerate(texts)
        ]
        defaults = {"id": id_, "cluster": id_, "system": "S", "turn": len(texts) // 2}
        return make_sample(arm, 0, output, messages=messages, **{**defaults, **changes})

    return build


def test_arms_stand_side_by_side_in_their_order(said):
    samples = [said(arm, id_, id_) for arm in ("tuned", "base") for id_ in ("1", "2")]
    first, second = group(samples)
    assert (first["id"], second["id"]) == ("1", "2")
    for entry in (first, second):
        (turn,) = entry["turns"]
        assert [column["arm"] for column in turn["columns"]] == ["base", "tuned"]


def test_a_conversation_is_one_entry_turn_by_turn(said):
    samples = [
        said(arm, "1", *texts, output=texts[-1] + arm, scenario=f"s{len(texts)}")
        for arm in ("base", "tuned")
        for texts in (["a"], ["a", "a" + arm, "b"], ["a", "a" + arm, "b", "b" + arm, "c"])
    ]
    (entry,) = group(samples[::-1])
    assert [turn["asked"] for turn in entry["turns"]] == ["a", "b", "c"]
    assert [turn["scenario"] for turn in entry["turns"]] == ["s1", "s3", "s5"]
    assert entry["opening"] == []
    replies = [
        [column["replies"][0]["output"] for column in turn["columns"]] for turn in entry["turns"]
    ]
    assert replies == [[["abase"], ["atuned"]], [["bbase"], ["btuned"]], [["cbase"], ["ctuned"]]]


def test_what_stood_before_the_first_answer_is_the_opening(said):
    (entry,) = group([said("base", "1", "a", "A", "b", turn=0)])
    assert [message["content"] for message in entry["opening"]] == ["a", "A"]
    assert [turn["asked"] for turn in entry["turns"]] == ["b"]


def test_replies_drawn_to_one_prompt_are_one_entry(said):
    samples = [
        said(arm, f"e:1#{draw}", "a", cluster="e:1", output=str(draw))
        for arm in ("base", "tuned")
        for draw in range(3)
    ]
    (entry,) = group(samples)
    assert entry["id"] == "e:1"
    for column in entry["turns"][0]["columns"]:
        assert [reply["output"] for reply in column["replies"]] == [["0"], ["1"], ["2"]]


def test_an_attack_and_its_twin_stay_apart_even_where_they_begin_alike(said):
    attack = [said("base", "x", "a", cluster="x"), said("base", "x", "a", "A", "b", cluster="x")]
    twin = said("base", "x:twin", "a", cluster="x", facts={"twin": True})
    first, second = group([*attack, twin])
    assert (first["id"], second["id"], second["facts"]) == ("x", "x:twin", {"twin": True})
    assert [len(entry["turns"]) for entry in (first, second)] == [2, 1]


def test_arms_that_were_asked_other_things_are_entries_of_their_own(said):
    samples = [
        said(arm, "1", *texts)
        for arm, second in (("base", "b"), ("tuned", "B"))
        for texts in (["a"], ["a", "A", second])
    ]
    assert len(group(samples)) == 2


def test_the_same_id_in_two_suites_is_two_entries(said):
    assert len(group([said("base", "1", "a"), said("base", "1", "a", suite="over_role")])) == 2


def test_a_reply_tells_its_verdicts_and_another_system_text(said, make_sample):
    broken = {"rule": "short", "passed": False, "evidence": "too long", "span": [1, 3]}
    kept = {"rule": "calm", "passed": True, "evidence": "no !", "span": None}
    told = said("base", "1", "a", output="茶🍵 tea", verdicts=[broken, kept], system=None)
    (reply,) = group([told])[0]["turns"][0]["columns"][0]["replies"]
    assert reply["output"] == ["茶", ["🍵 ", "short: too long"], "tea"]
    assert (reply["failed"], reply["kept"]) == ([["short", "too long"]], [["calm", "no !"]])
    assert reply["system"] is None
    (usual,) = group([said("base", "1", "a")])[0]["turns"][0]["columns"][0]["replies"]
    assert "system" not in usual


def test_systems_are_those_of_the_results_else_of_the_first_sample(said):
    samples = [said("base", "1", "a"), said("tuned", "1", "a"), said("tuned", "2", "a", system="T")]
    found = systems_of(samples, {"base": {"system": None}})
    assert found == {"base": None, "tuned": "S"}


def test_systems_are_named_by_text_with_the_roles_own_first():
    assert named_systems({"base": None, "x": "S", "y": "S"}, "S") == [
        ("S", ["x", "y"]),
        (None, ["base"]),
    ]
    assert named_systems({}, None) == [(None, [])]
