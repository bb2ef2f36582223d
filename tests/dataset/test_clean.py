import pytest


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("count", [40, 120, 400])
def test_clean_data_are_left_in_peace(guide, clean_rows, check_rows, count, seed):
    findings, _ = check_rows(guide, clean_rows(count, seed))
    loud = [each for each in findings if each.severity != "info"]
    if count == 40:  # ten rows a scenario are too few, and that is all
        assert {each.code for each in loud} == {"RW302"}
    else:
        assert loud == []


def test_what_is_only_guessed_does_not_make_clean_data_unclean(guide, clean_rows, check_rows):
    rows = clean_rows(400)
    for row in rows[::3]:
        del row["scenario"]
    findings, _ = check_rows(guide, rows)
    loud = [each.code for each in findings if each.severity != "info"]
    assert loud == ["RW103"]  # some of the role's rules depend on scenarios


def test_prompts_held_out_of_clean_data_hardly_matter(guide, clean_rows, check_rows):
    rows = clean_rows(480)
    findings, _ = check_rows(guide, rows[:400], rows[400:])
    loud = [each for each in findings if each.severity != "info"]
    assert all(each.code.startswith("RW50") for each in loud)  # two may be nearly the same
    assert len(loud) <= 2


@pytest.mark.parametrize("turns", [1, 3])
def test_other_roles_and_talks_of_several_turns(desk, check_rows, turns):
    role, make = desk
    rows = make(220, 1)
    if turns > 1:  # what is asked in one scenario is asked in one conversation
        several = sorted(rows, key=lambda row: row["scenario"])
        starts = range(0, len(several) - turns + 1, turns)
        talks = [several[start : start + turns] for start in starts]
        rows = [
            {
                "scenario": talk[0]["scenario"],
                "messages": [turn for row in talk for turn in row["messages"]],
            }
            for talk in talks
            if len({row["scenario"] for row in talk}) == 1
        ]
    findings, _ = check_rows(role, rows[:-10], rows[-10:])
    loud = [each.code for each in findings if each.severity != "info"]
    # Ten prompts are held out, and of the talks a scenario has a dozen.
    assert len([code for code in loud if code not in {"RW311", "RW302"}]) <= 2, loud
    assert not [each for each in findings if each.severity == "error"]
