from dataclasses import replace

from rolewright.evaluation.advice import advise, remedies


def cell(judged, scenario, passed, broken, rule="short"):
    samples = []
    for number in range(passed + broken):
        sample = judged("tuned+role", **{rule: number < passed})
        conversation = replace(sample.conversation, id=f"{scenario}:{number}", scenario=scenario)
        samples.append(replace(sample, conversation=conversation))
    return samples


def test_the_cells_that_fail_most_come_first(judged):
    samples = cell(judged, "capital", 18, 2) + cell(judged, "other", 3, 7)
    samples += cell(judged, None, 4, 0) + cell(judged, "other", 0, 2, rule="one-line")
    found = advise(samples)
    assert [(f["rule"], f["scenario"], f["broken"], f["total"]) for f in found] == [
        ("short", "other", 7, 10),
        ("one-line", "other", 2, 2),
        ("short", "capital", 2, 20),
    ]
    first = found[0]
    assert [each["id"] for each in first["prompts"]] == ["other:3", "other:4", "other:5"]
    assert first["prompts"][0] == {"id": "other:3", "prompt": "Q", "evidence": "said why"}
    assert first["text"].startswith(
        "7 of 10 answers in the scenario 'other' break the rule 'short': add examples"
    )
    assert "'Q' (said why)" in first["text"]


def test_prompts_without_a_scenario(judged):
    [found] = advise(cell(judged, None, 0, 1))
    assert found["scenario"] is None
    assert "1 of 1 answers without a scenario" in found["text"]


def test_nothing_broken_is_nothing_to_add(judged):
    assert advise(cell(judged, "capital", 5, 0)) == []


def test_no_more_than_people_read(judged):
    samples = [s for n in range(9) for s in cell(judged, f"s{n}", 0, 1 + n)]
    assert [each["broken"] for each in advise(samples)] == [9, 8, 7, 6, 5]


def test_a_suite_that_objects_twice_is_remedied_once():
    objections = [{"suite": name, "text": "…"} for name in ("override", "leakage", "override")]
    found = remedies(objections)
    assert [each["suite"] for each in found] == ["override", "leakage"]
    assert "harmless requests" in found[0]["text"]
    assert remedies([{"suite": "a new one", "text": "…"}]) == []
