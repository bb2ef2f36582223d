from rolewright.errors import Fault, Place, UserError


def test_place_as_text():
    assert str(Place("a.yaml")) == "a.yaml"
    assert str(Place("a.yaml", 3)) == "a.yaml:3"
    assert str(Place("a.yaml", None, "x.y")) == "a.yaml: x.y"
    assert str(Place("a.yaml", 3, "x.y")) == "a.yaml:3: x.y"


def test_fault_says_what_is_known():
    place = Place("a.yaml", 3)
    assert str(Fault(place, "found 4")) == "a.yaml:3: found 4"
    assert str(Fault(place, "found 4", "5", "count")) == (
        "a.yaml:3: found 4\n    expected: 5\n    to do: count"
    )


def test_error_carries_every_fault():
    faults = [Fault(Place("a", line), "bad") for line in (1, 2)]
    error = UserError(*faults)
    assert error.faults == tuple(faults)
    assert str(error) == "a:1: bad\na:2: bad"


def test_advice_that_is_the_same_is_said_once():
    """In the order of the faults; where nothing is advised they stay as they are."""
    same = [Fault(Place("a", line), f"found {line}", "good", "mend") for line in (1, 2, 4)]
    others = [Fault(Place("a", 3), "bad"), Fault(Place("a", 5), "bad")]
    assert str(UserError(*same[:2], *others, same[2])) == (
        "a:1: found 1\na:2: found 2\na:4: found 4\n    expected: good\n    to do: mend\n"
        "a:3: bad\na:5: bad"
    )


def test_error_at_a_place(tmp_path):
    error = UserError.at(tmp_path, "bad", line=2, key="k", expected="good", fix="mend")
    assert error.faults == (Fault(Place(str(tmp_path), 2, "k"), "bad", "good", "mend"),)
