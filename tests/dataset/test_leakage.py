import pytest

EN = (
    "After the harvest the miller of the village counts forty sacks of wheat and sells nine of "
    "them at the market; how many remain?"
)
ZH = "秋收以后村里的磨坊主数了四十袋小麦并在集市上卖掉九袋请问还剩多少袋"


def leaks(check, pairs, held_out):
    findings, _ = check(pairs, held_out)
    return [(code, line) for code, line, _ in findings if code.startswith("RW5")]


def test_rw501_every_held_out_row_with_the_prompt(check):
    pairs = [("Hello!", "Hi."), ("What is 2+2?", "4")]
    assert leaks(check, pairs, ["What is 2+2?", "Good bye!", "What is 2+2?"]) == [
        ("RW501", 1),
        ("RW501", 3),
    ]


@pytest.mark.parametrize("prompt", [EN, ZH], ids=["en", "zh"])
def test_rw502_nearly_the_same_prompt(check, prompt):
    assert leaks(check, [(prompt, "31")], [prompt + " please"]) == [("RW502", 1)]


@pytest.mark.parametrize(
    ("prompt", "part"),
    [(EN, " ".join(EN.split()[3:16])), (ZH, ZH[8:28])],
    ids=["13 words", "20 Chinese characters"],
)
def test_rw503_a_run_of_words(check, prompt, part):
    around = "In an old book of riddles I have found this: {}. Is it not a charming beginning?"
    if prompt is ZH:
        around = "我在一本旧谜语书里读到这句话，它写在最后一页的背面：{}。是不是很有趣呢？"
    text = around.format(part)
    assert leaks(check, [(text, "Yes.")], [prompt]) == [("RW503", 1)]
    assert leaks(check, [("Tell me.", text)], [prompt]) == [("RW503", 1)]
    shorter = part[1:] if prompt is ZH else part.rsplit(" ", 1)[0]
    assert leaks(check, [(around.format(shorter), "Yes.")], [prompt]) == []


def test_a_phrase_of_the_task_is_no_leak(check):
    task = "Read the following sentence with care and then say in one word what it is about: "
    asked = [task + ending for ending in ("the sun", "a fox in the snow", "my lost umbrella")]
    pairs = [(task + "an entirely other and much longer subject, the price of tin", "tin")]
    assert leaks(check, pairs, asked) == []
    assert leaks(check, pairs, asked[:2]) == [("RW503", 1), ("RW503", 2)] or leaks(
        check, pairs, asked[:1]
    ) == [("RW503", 1)]


def test_rows_that_leak_are_named(check):
    pairs = [("Hello!", "Hi."), (EN, "31"), (EN + " please", "31"), ("So: " + EN, "Thirty-one")]
    findings, checks = check(pairs, [EN])
    assert checks["leakage"].leaking_rows() == {1: "RW501", 2: "RW502", 3: "RW502"}
    ((_, _, message),) = [finding for finding in findings if finding[0] == "RW501"]
    assert message.endswith("train.jsonl:2")
    assert checks["leakage"].figures()["held_out"] == 1


def test_without_held_out_data_nothing_leaks(check):
    findings, checks = check([(EN, "31")])
    assert findings == []
    assert checks["leakage"].leaking_rows() == {}
