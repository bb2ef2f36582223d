import pytest


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("count", [40, 120, 400])
def test_clean_data_are_left_in_peace(guide, clean_rows, check_rows, count, seed):
    held_out = clean_rows(480, seed)[-60:] if count == 400 else ()
    findings, _ = check_rows(guide, clean_rows(count, seed), held_out)
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
