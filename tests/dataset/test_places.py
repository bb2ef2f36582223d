from rolewright.dataset.places import Places
from rolewright.errors import Place


def test_places_come_back_as_they_went_in():
    given = [
        Place("a.jsonl", 3),
        Place("b.json", 1, "[0]"),
        Place("b.json", 1, "[1]"),
        Place("a.jsonl", 7),
        Place("c"),
    ]
    places = Places()
    for place in given:
        places.append(place)
    assert list(places) == given
    assert len(places) == 5
    assert places[-1 + 5] == given[4]
    assert places.figures() == [
        {"file": "a.jsonl", "lines": [3, 7]},
        {"file": "b.json", "lines": [1, 1]},
        {"file": "c", "lines": [0]},
    ]
