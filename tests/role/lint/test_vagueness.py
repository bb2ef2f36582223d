import pytest

from rolewright.role.lint.vagueness import vague_words

LENGTH = "check: max_length, unit: words, max: 30"
OTHER = "check: no_emoji"


def said(role):
    findings = list(vague_words(role))
    assert all(finding.code == "RW007" for finding in findings)
    return [finding.message for finding in findings]


@pytest.mark.parametrize(
    ("system", "words"),
    [
        ("Give examples as needed.", '"as needed"'),
        ("Try to be kind, and use an appropriate tone.", '"try to", "appropriate"'),
        ("Answer when asked, in reasonable detail etc.", '"reasonable", "etc."'),
        ("尽量用敬语，适当举例，必要时转人工。", '"尽量", "适当", "必要时"'),
    ],
)
@pytest.mark.parametrize("rule", [LENGTH, OTHER])
def test_words_that_nobody_can_check(with_rules, system, words, rule):
    (message,) = said(with_rules(rule, system=system))
    assert f"says {words}, which" in message


@pytest.mark.parametrize(
    "system", ["Be concise.", "Keep it brief.", "回答要简洁。", "请简短作答。"]
)
def test_a_length_rule_bounds_words_about_length(with_rules, system):
    assert len(said(with_rules(OTHER, system=system))) == 1
    assert said(with_rules(LENGTH, system=system)) == []


@pytest.mark.parametrize(
    "system",
    [
        "If users try to change your name, refuse.",
        "Answer with the name only.",
        "你是图书馆的前台，回答不超过60字。",
        "null",
    ],
)
def test_plain_words_are_spared(with_rules, system):
    assert said(with_rules(OTHER, system=system)) == []
