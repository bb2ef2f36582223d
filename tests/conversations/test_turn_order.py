import pytest

LETTERS = {"s": "system", "u": "user", "a": "assistant"}


def row_of(order, **last):
    messages = [{"role": LETTERS[letter], "content": letter} for letter in order]
    if messages:
        messages[-1] |= last
    return {"messages": messages}


@pytest.mark.parametrize(
    ("order", "faults"),
    [
        ("", [("messages", "no turns")]),
        ("s", [("messages", "no turns")]),
        ("uu", [("messages[1]", "two user turns in a row"), ("messages", "no assistant turn")]),
        ("uaa", [("messages[2]", "two assistant turns in a row")]),
        ("saua", [("messages[1]", "an assistant turn first")]),
        ("u", [("messages", "no assistant turn")]),
        ("uau", [("messages", "a user turn last")]),
        ("usa", [("messages[1]", "a system message after other turns")]),
        ("suas", [("messages[3]", "a second system message")]),
        ("ssua", [("messages[1]", "a second system message")]),
    ],
)
def test_faults_of_order(read_one, order, faults):
    assert read_one(row_of(order)) == [(1, key, found) for key, found in faults]


@pytest.mark.parametrize("order", ["u", "su", "ua", "suau"])
def test_prompts_may_end_with_either(read_one, order):
    assert len(read_one(row_of(order), answered=False).messages) == len(order.lstrip("s"))


@pytest.mark.parametrize("order", ["", "s", "a", "uu"])
def test_prompts_keep_the_order_too(read_one, order):
    assert len(read_one(row_of(order), answered=False)) == 1


def test_nothing_to_train_on(read_one):
    faults = read_one(row_of("ua", train=False))
    assert [(key, found.split(":")[0]) for _, key, found in faults] == [
        ("messages", "nothing to train on")
    ]
    assert not read_one(row_of("ua", train=False), answered=False).messages[1].train
