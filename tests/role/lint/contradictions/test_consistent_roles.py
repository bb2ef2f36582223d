"""Rules that one answer keeps are never called a contradiction."""

import json
from random import Random

import pytest

from rolewright.conversations.conversation import Conversation, Message
from rolewright.errors import Place
from rolewright.role.lint.contradictions.find import contradictions
from rolewright.role.schema import RoleFile, Rule
from rolewright.verifiers import find_verifier

PIECES = (
    *("I", "am", "Atlas.", "You", "asked", "about", "Qwen,", "did", "you?", "Sorry,", "I", "can't"),
    *("help", "with", "that.", "How", "can", "I", "help?", "Bye!", "Sure!", "cat", "concatenate"),
    *("iPhone", "12", "3.14", "Mr.", "Li…", "我是小禾。", "您好，", "你好！", "作为AI", "恕难从命"),
    *(
        "喵",
        "再见；",
        "阿里云",
        "“quoted”",
        "“引用”",
        "🎉",
        "**bold**",
        "-",
        "\n-",
        "\n1.",
        "\n一、",
    ),
    *("\n", "\n\n", "https://a.b", "...", "。。", "、", "(", ")", "～", "はい"),
)
# They let a phrase pass that is quoted, in another case, denied or behind an ellipsis.
ESCAPABLE = ("address_user", "never_matches", "never_base_identity", "no_final_period", "language")
UNITS = ("words", "characters", "han", "han+punct", "word_style", "nonspace", "sentences", "lines")
# All triggers, so that a rule cannot be kept because it does not apply.
ASKED = Conversation((Message("user", "Who are you? refund"),), None, "x", Place("x"))


def some_text(random):
    pieces = random.choices(PIECES, k=random.randint(2, 14))
    text = random.choice([" ", ""]).join(pieces)
    forms = [text, text, text, json.dumps({"answer": text}, ensure_ascii=False)]
    chosen = random.choice(forms)
    return chosen if any(map(str.isalpha, chosen)) else "ok"


def some_rule(random, text):
    """A rule that has to do with a text; about half of them it keeps."""

    def part():
        start = random.randrange(len(text))
        piece = text[start : start + random.randint(1, 24)]
        near = [piece, piece, piece.upper(), piece.lower(), random.choice(PIECES)]
        return random.choice(near).strip() or "zzz"

    def phrases(*further):
        return (*(part() for _ in range(random.randint(1, 3))), *filter(None, further))

    unit, count = random.choice(UNITS), random.randint(0, 12)
    whole = {"whole_words": random.random() < 0.5}
    start, end = text[:count].strip(), text[-1 - count :].strip()
    choices = [
        ("must_include", {"phrases": phrases(), **whole}),
        ("must_include", {"phrases": phrases(), "mode": "any"}),
        ("never_say", {"phrases": phrases(), **whole}),
        ("opens_with", {"phrases": phrases(start)}),
        ("closes_with", {"phrases": phrases(end)}),
        ("closes_with", {"phrases": phrases(end[:-1].strip()), "ignore_punctuation": True}),
        ("exact_answer", {"options": phrases(text)}),
        ("must_say_when", {"triggers": ("refund",), "phrases": phrases()}),
        ("self_name", {"names": phrases()}),
        ("catchphrase_rate", {"phrase": part(), "min": count // 4, "max": 12}),
        ("catchphrase_rate", {"phrase": part(), "max": count // 4}),
        ("max_length", {"unit": unit, "max": count * random.randint(1, 9)}),
        ("min_length", {"unit": unit, "min": 1 + count * random.randint(1, 9)}),
        ("matches", {"pattern": random.choice(["a", "我", "is", "^I", "[0-9]"])}),
        ("never_matches", {"pattern": random.choice(["[0-9]", "b", "^我", "[A-Z]", "I(?! am)"])}),
        ("bullet_list", {"min": count // 4}),
        ("max_questions", {"max": count // 6}),
        ("language", {"language": random.choice(["en", "zh", "ja"]), "share": 0.05 + count / 13}),
        ("ends_with_punctuation", {"marks": random.choice([(".",), ("。", "！"), (".", "!")])}),
        ("address_user", {"term": random.choice("您你")}),
        ("refuses", {"extra": phrases()[: count % 2]}),
        ("never_base_identity", {"where": random.choice(["anywhere", "claims"])}),
    ]
    bare = ("does_not_refuse", "json_object", "no_markdown", "no_emoji", "no_final_period")
    choices += [(name, {}) for name in (*bare, "single_line", "no_meta_talk")]
    return random.choice(choices)


def compile_rule(id_, name, parameters):
    verifier = find_verifier(name)
    valid = verifier.parameters.model_validate(parameters)
    return Rule(
        id_, verifier, {key: getattr(valid, key) for key in verifier.parameters.model_fields}
    )


@pytest.mark.parametrize("seed", range(40))
def test_no_contradiction_among_rules_that_an_answer_keeps(seed):
    random = Random(seed)
    text = some_text(random)
    drawn = [compile_rule(f"r{n}", *some_rule(random, text)) for n in range(60)]
    kept = tuple(rule for rule in drawn if rule.check(text, ASKED).passed)
    assert len(kept) > 10
    role = RoleFile("role.yaml", "", "Atlas", "", "en", "", False, kept, ())
    findings = list(contradictions(role))
    assert [each.message for each in findings if each.severity == "error"] == [], text
    assert all(any(name in each.message for name in ESCAPABLE) for each in findings), text
