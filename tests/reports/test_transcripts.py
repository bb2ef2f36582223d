import pytest

from rolewright.reports.transcripts import group_transcripts, mark_spans, named_systems


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


def _sample(id_, arm):
    message = {"role": "user", "content": "?"}
    return {"id": id_, "arm": arm, "messages": [message], "output": "", "verdicts": []}


def test_samples_are_grouped_by_prompt_with_arms_in_order():
    samples = [_sample(id_, arm) for arm in ("b", "a", "x") for id_ in ("1", "2")]
    transcripts = group_transcripts([*samples, _sample("2", "a")], ["a", "b", "unused"])
    assert [t.id for t in transcripts] == ["1", "2"]
    assert [[c.arm for c in t.columns] for t in transcripts] == [["a", "b", "x"]] * 2
    assert [len(c.replies) for c in transcripts[1].columns] == [2, 1, 1]


def test_anchors_are_unique_where_ids_look_alike():
    ids = ["a:1", "a/1", "提示", "", "a 1"]
    anchors = [t.anchor for t in group_transcripts([_sample(id_, "a") for id_ in ids], [])]
    assert anchors == [
        "prompt-a-1",
        "prompt-a-1-2",
        "prompt-提示",
        "prompt-unnamed",
        "prompt-a-1-3",
    ]


def test_systems_are_named_by_text_with_the_roles_own_first():
    arms = {"base": {"system": None}, "x": {"system": "S"}, "y": {"system": "S"}}
    assert named_systems(arms, "S") == [("S", ["x", "y"]), (None, ["base"])]
    assert named_systems({}, None) == [(None, [])]
