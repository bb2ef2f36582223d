import numpy as np
import pytest

from rolewright.dataset.input_map import InputMap, project
from rolewright.dataset.row import resolve_row


def test_what_is_alike_lies_close_together():
    buses = [f"when does bus number {n} leave the station" for n in range(12)]
    meals = [f"哪里能吃到第{n}种面条和饺子" for n in range(12)]
    points = project(buses + meals)
    assert points.shape == (24, 2)
    (first, second) = points[:12].mean(axis=0), points[12:].mean(axis=0)
    spread = max(points[:12].std(), points[12:].std())
    assert np.linalg.norm(first - second) > 3 * spread


def test_the_same_texts_give_the_same_map():
    texts = [f"{word} {n}" for n in range(9) for word in ("bus", "meal", "tower")]
    assert np.array_equal(project(texts), project(texts))


@pytest.mark.parametrize("texts", [[], ["a"], ["a", "b"], ["a"] * 9, ["?", "!", "."]])
def test_few_texts_can_be_mapped(texts):
    points = project(texts)
    assert points.shape == (len(texts), 2)
    assert np.isfinite(points).all()


def test_points_carry_what_is_shown(guide, clean_rows, tmp_path, write_rows):
    from rolewright.conversations.read import read_all

    rows = clean_rows(40)
    rows[0]["system"] = "Another role."
    rows[1]["scenario"] = "unknown"
    map_ = InputMap(guide)
    for conversation in read_all([write_rows("rows.jsonl", rows)]).conversations:
        assert not list(map_.add(resolve_row(conversation, guide)))
    figures = map_.figures()
    assert figures["rows"] == len(figures["points"]) == 39
    first = figures["points"][0]
    assert first["scenario"] is None
    assert first["text"] == rows[1]["messages"][0]["content"]
    assert first["place"].endswith("rows.jsonl:2")
