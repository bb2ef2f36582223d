"""Rules that one answer keeps are never called a contradiction."""

import json

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rolewright.conversations.conversation import Conversation, Message
from rolewright.errors import Place
from rolewright.role.lint.contradictions.find import contradictions
from rolewright.role.load import load_role

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
REQUEST = "Who are you? refund"
ASKED = Conversation((Message("user", REQUEST),), None, "x", Place("x"))
UNITS = ["words", "characters", "han", "han+punct", "word_style", "nonspace", "sentences"]
UNITS += ["lines", "paragraphs"]

texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=14).flatmap(
    lambda pieces: st.sampled_from(
        [
            " ".join(pieces),
            "".join(pieces),
            json.dumps({"answer": "".join(pieces)}, ensure_ascii=False),
        ]
    )
)


@st.composite
def rules_about(draw, text):
    """Rules that have to do with a text, most of which it keeps."""

    def part():
        start = draw(st.integers(0, len(text) - 1))
        piece = text[start : start + draw(st.integers(1, 24))]
        return draw(st.sampled_from([piece, piece, piece.upper(), *PIECES])).strip() or "zzz"

    def phrases():
        return [part() for _ in range(draw(st.integers(1, 3)))]

    count = st.integers(0, 12)
    unit = draw(st.sampled_from(UNITS))
    boolean = draw(st.booleans())
    language = draw(st.sampled_from(["en", "zh", "ja"]))
    return draw(
        st.sampled_from(
            [
                {"check": "must_include", "phrases": phrases(), "whole_words": boolean},
                {"check": "must_include", "phrases": phrases(), "mode": "any"},
                {"check": "never_say", "phrases": phrases(), "whole_words": boolean},
                {
                    "check": "opens_with",
                    "phrases": [*phrases(), text[: draw(count)].strip() or "a"],
                },
                {"check": "closes_with", "phrases": [*phrases(), text[-4:].strip() or "a"]},
                {
                    "check": "closes_with",
                    "phrases": [*phrases(), text[-4:-1].strip() or "a"],
                    "ignore_punctuation": True,
                },
                {"check": "exact_answer", "options": [*phrases(), text]},
                {"check": "must_say_when", "triggers": ["refund"], "phrases": phrases()},
                {"check": "self_name", "names": phrases()},
                {"check": "catchphrase_rate", "phrase": part(), "min": draw(count), "max": 12},
                {"check": "catchphrase_rate", "phrase": part(), "max": draw(count)},
                {"check": "max_length", "unit": unit, "max": draw(count) * draw(count)},
                {"check": "min_length", "unit": unit, "min": 1 + draw(count) * draw(count)},
                {"check": "matches", "pattern": draw(st.sampled_from(["a", "我", "is", "^I"]))},
                {"check": "never_matches", "pattern": draw(st.sampled_from(["[0-9]", "b", "^我"]))},
                {"check": "bullet_list", "min": draw(count)},
                {"check": "max_questions", "max": draw(st.integers(0, 2))},
                {"check": "language", "language": language, "share": draw(st.floats(0.1, 1))},
                {"check": "ends_with_punctuation", "marks": draw(st.sampled_from([".", "。!"]))},
                {"check": "address_user", "term": draw(st.sampled_from(["您", "你"]))},
                {"check": "refuses", "extra": phrases()[: draw(st.integers(0, 1))]},
                {"check": draw(st.sampled_from(["refuses", "does_not_refuse", "json_object"]))},
                {"check": draw(st.sampled_from(["no_markdown", "no_emoji", "no_final_period"]))},
                {"check": draw(st.sampled_from(["single_line", "no_meta_talk"]))},
                {
                    "check": "never_base_identity",
                    "where": draw(st.sampled_from(["anywhere", "claims"])),
                },
            ]
        )
    )


@settings(max_examples=60)
@given(st.data())
def test_no_contradiction_among_rules_that_an_answer_keeps(tmp_path_factory, data):
    text = data.draw(texts.filter(lambda text: any(map(str.isalpha, text))))
    rules = data.draw(st.lists(rules_about(text), min_size=4, max_size=14))
    for rule in rules:
        if rule["check"] == "ends_with_punctuation":
            rule["marks"] = list(rule["marks"])
    numbered = [{"id": f"r{number}", **rule} for number, rule in enumerate(rules)]
    path = tmp_path_factory.mktemp("role") / "role.yaml"
    role = load(path, numbered)
    kept = [each for each in role.rules if each.check(text, ASKED).passed]
    assume(len(kept) >= 2)
    ids = {each.id for each in kept}
    role = load(path, [rule for rule in numbered if rule["id"] in ids])
    errors = [each for each in contradictions(role) if each.severity == "error"]
    assert errors == [], (text, [each.message for each in errors])


def load(path, rules):
    content = {"name": "Atlas", "system": "You are Atlas.", "rules": rules}
    path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return load_role(path)
