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
# They let a phrase pass that is quoted, in another case, denied or behind an ellipsis, or count
# what has no white space as one word.
ESCAPABLE = (
    "sentences (",
    "list items (",
    "(as IFEval counts)",
    "in longer answers",
    "first_person",
    "unit_system",
    "address_user",
    "never_matches",
    "never_base_identity",
    "no_final_period",
    "language",
)
UNITS = ("words", "characters", "han", "han+punct", "word_style", "nonspace", "sentences", "lines")
# All triggers, so that a rule cannot be kept because it does not apply.
ASKED = Conversation(
    (Message("user", "Who are you? Are you a robot? refund"),), None, "x", Place("x")
)


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
    choices += newer_rules(random, phrases, part, count)
    bare = ("does_not_refuse", "json_object", "no_markdown", "no_emoji", "no_final_period")
    choices += [(name, {}) for name in (*bare, "single_line", "no_meta_talk")]
    return random.choice(choices)


def newer_rules(random, phrases, part, count):
    """Rules about persona, topics, secrets, notation and form, and IFEval's and IFBench's."""
    topics = random.choice([(), ("refund",)])
    relation = random.choice(["at least", "less than"])
    keys = {"type": "object", "properties": {"answer": {}}}
    shapes = [{"type": "array"}, {"type": "object"}, keys, {**keys, "additionalProperties": False}]
    return [
        ("first_person", {"pronouns": random.choice([("我",), ("I",), ("朕", "我")])}),
        ("first_person", {"pronouns": ("我", "I"), "required": True}),
        ("ai_disclosure", {"mode": random.choice(["never", "when_asked", "always"])}),
        ("tone_markers", {"markers": phrases(), "max": count / 4}),
        ("tone_markers", {"markers": phrases(), "min": count / 6}),
        ("register_banned", {"registers": ("slang", "colloquial"), "extra": phrases()}),
        ("refuses_topic", {"topics": topics, "forbidden": phrases()[: count % 3]}),
        ("refuses_topic", {"topics": topics, "redirect": phrases(), "forbidden": phrases()}),
        ("answers_in_scope", {"topics": topics, "redirect": phrases()}),
        ("answers_in_scope", {"topics": topics, "expected": phrases()}),
        ("disclaimer_when", {"triggers": ("refund", "Atlas"), "disclaimers": phrases()}),
        (
            "disclaimer_when",
            {"triggers": ("cat", "喵"), "disclaimers": phrases(), "where": "answer"},
        ),
        ("keeps_secret", {"secrets": phrases()}),
        ("never_opens_with", {"phrases": phrases()}),
        ("never_closes_with", {"phrases": phrases()}),
        ("han_latin_spacing", {"space": random.choice(["required", "none"])}),
        ("punctuation_width", {"width": random.choice(["full", "half"])}),
        ("keeps_script", {"script": random.choice(["simplified", "traditional"])}),
        ("ordered_template", {"headings": phrases()}),
        ("markdown_required", {"elements": ("bold text", "bullet"), "mode": "any"}),
        ("json_schema", {"schema": random.choice(shapes)}),
        ("date_format", {"styles": ("YYYY-MM-DD",)}),
        ("currency_format", {"marks": ("$",), "position": "before"}),
        ("unit_system", {"units": random.choice(["metric", "imperial"])}),
        ("asks_back", {}),
        ("no_placeholders", {}),
        ("think_hygiene", {}),
        ("no_repetition", {}),
        ("punctuation:no_comma", {}),
        ("format:no_whitespace", {}),
        ("format:emoji", {}),
        ("keywords:existence", {"keywords": phrases()}),
        ("keywords:forbidden_words", {"forbidden_words": phrases()}),
        ("keywords:frequency", {"keyword": part(), "frequency": 1, "relation": relation}),
        ("startend:end_checker", {"end_phrase": part()}),
        (
            "length_constraints:number_words",
            {"num_words": 1 + count, "relation": relation, "unit": random.choice([None, "han"])},
        ),
        ("count:numbers", {"N": count // 6}),
    ]


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
    drawn = [compile_rule(f"r{n}", *some_rule(random, text)) for n in range(110)]
    kept = tuple(rule for rule in drawn if rule.check(text, ASKED).passed)
    assert len(kept) > 10
    role = RoleFile("role.yaml", "", "Atlas", "", "en", "", False, kept, ())
    findings = list(contradictions(role))
    assert [each.message for each in findings if each.severity == "error"] == [], text
    assert all(any(name in each.message for name in ESCAPABLE) for each in findings), text
