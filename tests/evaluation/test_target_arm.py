import pytest

from rolewright.evaluation.target_arm import samples_of_target, target_arm


@pytest.mark.parametrize(
    ("arms", "expected"),
    [
        (["base", "base+role", "tuned+role"], "tuned+role"),
        (["base", "base+role"], "base+role"),
        (["base", "tuned"], "tuned"),
        (["base"], "base"),
        (["tuned+foreign"], None),
    ],
)
def test_the_arm_that_tells_of_the_target(arms, expected):
    assert target_arm(arms) == expected


def test_suites_that_need_not_be_passed_are_left_out(judged):
    base, tuned = [judged("base", short=False)], [judged("tuned", short=True)]
    found = samples_of_target(
        {
            "adherence": {"base": base},
            "over_role": {"base": base, "tuned": tuned},
            "general_ability": {"base": base, "tuned": tuned},
        }
    )
    assert found == {"adherence": base, "general_ability": tuned}
