from dataclasses import replace

import pytest

from rolewright.errors import UserError
from rolewright.evaluation.context_limit import probes_in, refuse_empty, what_fits
from rolewright.evaluation.results import summarise
from rolewright.evaluation.suites.adherence import adherence


@pytest.fixture
def sample(judged, talk):
    """A sample of a probe, which may have outgrown the context."""

    def build(arm, probe, *, fits=True, cluster=None):
        conversation = replace(talk("Q"), id=probe)
        found = judged(arm, one_line=True)
        reply = replace(found.reply, fits=fits)
        cluster = cluster or probe
        return replace(found, conversation=conversation, reply=reply, cluster=cluster)

    return build


def test_what_outgrew_the_context_in_one_arm_is_left_out_in_all(sample):
    samples = {
        "base": [sample("base", "a"), sample("base", "b", fits=False), sample("base", "c")],
        "base+role": [sample("base+role", name) for name in "abc"],
    }
    kept = what_fits(samples)
    assert [[s.conversation.id for s in of_arm] for of_arm in kept.values()] == [["a", "c"]] * 2
    assert (probes_in(samples), probes_in(kept)) == (3, 2)


def test_a_twin_goes_with_its_attack(sample):
    attack = sample("base", "attack", fits=False, cluster="pair")
    others = [sample("base", "twin", cluster="pair"), sample("base", "more")]
    assert what_fits({"base": [attack, *others]}) == {"base": others[1:]}


def test_results_count_what_was_left_out(role, sample):
    samples = {
        arm: [sample(arm, "a"), sample(arm, "b", fits=arm == "base"), sample(arm, "c")]
        for arm in ("base", "base+role", "tuned+role")
    }
    found = summarise(role, "bundle", [adherence(role, [])], {"adherence": samples})
    assert found["does_not_fit"] == {"adherence": 1}
    assert found["samples"] == 6
    assert found["arms"]["base"]["prompts"] == found["paired"]["pairs"] == 2


def test_a_suite_of_which_nothing_fits_is_refused(sample):
    none = {"base": [sample("base", "a", fits=False)]}
    with pytest.raises(UserError, match="leakage: none of its 1 probes fits"):
        refuse_empty("leakage", none, 8)
    # What fits in each arm for itself may still have nothing in common.
    split = {
        "base": [sample("base", "a"), sample("base", "b", fits=False)],
        "base+role": [sample("base+role", "a", fits=False), sample("base+role", "b")],
    }
    with pytest.raises(UserError, match="leakage: none of its 2 probes fits"):
        refuse_empty("leakage", split, 8)
    refuse_empty("leakage", {"base": split["base"]}, 8)
