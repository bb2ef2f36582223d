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
