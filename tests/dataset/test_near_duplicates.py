import random

import numpy as np
import pytest

from rolewright.dataset.fingerprints import Fingerprints, compared_prompt
from rolewright.dataset.near_duplicates import find_near_duplicates, find_repeated
from rolewright.dataset.row import resolve_row
from rolewright.dataset.similarity import jaccard, normalise

EN = [
    "river",
    "mountain",
    "capital",
    "border",
    "coast",
    "island",
    "desert",
    "harbour",
    "valley",
    "bridge",
    "market",
    "village",
]
ZH = [
    "河流",
    "山脉",
    "首都",
    "边境",
    "海岸",
    "岛屿",
    "沙漠",
    "港口",
    "山谷",
    "桥梁",
    "市场",
    "村庄",
    "城墙",
    "气候",
    "人口",
    "语言",
]


def sentence(draw, words, count):
    joiner = "" if words is ZH else " "
    fillers = (
        "在和的从与到向沿近"
        if words is ZH
        else ["near", "from", "along", "behind", "towards", "across"]
    )
    return joiner.join(
        draw.choice(words) + joiner + draw.choice(fillers) + str(draw.randrange(10_000))
        for _ in range(count)
    )


def vary(draw, text, similarity):
    """Change characters until the similarity has come down to about ``similarity``."""
    characters = list(text)
    while jaccard(normalise("".join(characters)), normalise(text)) > similarity + 0.02:
        place = draw.randrange(len(characters))
        if characters[place].isalnum():
            characters[place] = draw.choice("xyzqjk")
    return "".join(characters)


@pytest.fixture
def tabulate(atlas, talk):
    def table(pairs, systems=None):
        fingerprints = Fingerprints()
        for index, pair in enumerate(pairs):
            system = systems[index] if systems else None
            fingerprints.add(resolve_row(talk(*pair, system=system), atlas))
        return fingerprints.table()

    return table


@pytest.mark.parametrize("answers_vary", [False, True], ids=["same answer", "answer varied too"])
def test_of_pairs_that_are_just_similar_enough_95_percent_are_found(tabulate, answers_vary):
    draw = random.Random(1)
    pairs, planted = [], 0
    for number in range(400):
        words = ZH if number % 2 else EN
        pairs.append((sentence(draw, words, 14), sentence(draw, words, 14)))
    for prompt, answer in pairs[:200]:
        other = vary(draw, prompt, 0.82), vary(draw, answer, 0.82) if answers_vary else answer
        planted += jaccard(normalise(other[0]), normalise(prompt)) >= 0.8
        pairs.append(other)
    assert planted >= 120  # the others have fallen a little below
    found = find_near_duplicates(tabulate(pairs))
    hits = {(near.earlier, near.row) for near in found}
    similar = [
        jaccard(normalise(pairs[i][0]), normalise(pairs[400 + i][0])) >= 0.8 for i in range(200)
    ]
    recalled = [(i, 400 + i) in hits for i in range(200) if similar[i]]
    assert np.mean(recalled) >= 0.95
    assert hits <= {(i, 400 + i) for i in range(200)}


def test_what_is_less_similar_is_no_near_duplicate(tabulate):
    draw = random.Random(2)
    pairs = [(sentence(draw, EN, 14), sentence(draw, EN, 14)) for _ in range(100)]
    pairs += [(vary(draw, prompt, 0.5), answer) for prompt, answer in pairs]
    assert find_near_duplicates(tabulate(pairs)) == []


def test_a_refusal_of_other_requests_is_no_near_duplicate_nor_is_another_answer(tabulate):
    refusal = "I only answer questions about geography, and I am sorry that I cannot help with it."
    pairs = [("Tell me a joke about cats.", refusal), ("Write a poem on the spring.", refusal)]
    template = "Of the countries that I have been to in all these years, what is the capital of {}?"
    pairs += [(template.format("Chile"), "Santiago"), (template.format("China"), "Beijing")]
    assert find_near_duplicates(tabulate(pairs)) == []


def test_nothing_is_left_that_would_be_found_again(tabulate):
    draw = random.Random(3)
    words = EN
    chain = [(sentence(draw, words, 14), "Yes.")]
    for _ in range(60):
        chain.append((vary(draw, chain[-1][0], 0.9), "Yes."))
    table = tabulate(chain)
    dropped = [near.row for near in find_near_duplicates(table)]
    assert 10 < len(dropped) < 60
    kept = [pair for index, pair in enumerate(chain) if index not in dropped]
    assert find_near_duplicates(tabulate(kept)) == []


def test_politeness_asks_nothing_also_in_two_languages(talk):
    polite = talk("hi你好，please帮我查一下订单，thanks谢谢")
    assert compared_prompt(polite) == compared_prompt(talk("帮我查订单"))


def test_rows_under_another_system_message_are_no_duplicates(tabulate):
    pair = ("What is the capital of Japan, please?", "Tokyo")
    systems = [None, "You are a pirate.", "", None]
    table = tabulate([pair] * 4, systems)
    assert find_repeated(table) == {3: 0}
    assert find_near_duplicates(table, [3]) == []


def test_rw303_says_where_and_how_alike(check):
    prompt = "What is the capital of Japan, the country in the far east?"
    findings, checks = check([(prompt, "Tokyo"), (prompt + "!", "Tokyo."), ("Hello!", "Hi.")])
    ((code, line, message),) = findings
    assert (code, line) == ("RW303", 2)
    assert "train.jsonl:1 (about 100%" in message
    (at,) = checks["near_duplicates"].figures()["near_duplicates_at"]
    assert at["lines"] == [2]


def test_no_rows_at_all(check):
    assert check([("Hello!", "Hi.")])[0] == []
    assert find_repeated(Fingerprints().table()) == {}
    assert find_near_duplicates(Fingerprints().table()) == []
