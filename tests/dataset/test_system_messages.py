from rolewright.dataset import system_messages


def under(system, prompt="Hello!", answer="Hi."):
    messages = [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]
    return {"system": system, "messages": messages}


def figures_of(checks):
    return checks["system_messages"].figures()


def test_messages_are_counted_with_their_distance(check, atlas):
    rows = [("Hello!", "Hi."), under(atlas.system), under("You are a pirate."), under("")]
    findings, checks = check(rows)
    assert [(code, line) for code, line, _ in findings if code == "RW102"] == [("RW102", 3)]
    messages = {each["text"]: each for each in figures_of(checks)["messages"]}
    assert messages[atlas.system]["rows"] == 2
    assert messages[atlas.system]["similarity"] == 1
    assert messages["You are a pirate."]["rows"] == 1
    assert messages["You are a pirate."]["first"].endswith("train.jsonl:3")
    assert messages["You are a pirate."]["similarity"] < 0.3
    assert messages[""]["similarity"] == 0


def test_rw108_another_version_of_the_roles(check, atlas):
    findings, _ = check([under(atlas.system + " Be brief."), under("You are a pirate.")])
    assert [(code, line) for code, line, _ in findings if code == "RW108"] == [("RW108", 1)]


def test_only_so_many_are_told_apart(check, monkeypatch):
    monkeypatch.setattr(system_messages, "MOST_TOLD_APART", 3)
    findings, checks = check([under(f"You are number {n}.", f"Hello {n}!") for n in range(5)])
    (message,) = [text for code, _, text in findings if code == "RW102"]
    assert message.startswith("5 of 5 rows")
    assert "more than 3 different" in message
    assert figures_of(checks)["further_rows"] == 2
