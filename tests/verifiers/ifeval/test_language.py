import json
from pathlib import Path

import pytest

from rolewright.verifiers.ifeval.function_words import LANGUAGES

SENTENCES = json.loads(
    (Path(__file__).parents[3] / "benchmarks" / "sentences.json").read_text("utf-8")
)
ZH = "这座城市很大，但是这里的人很友好，我们可以问问他们。"
CASES = {
    **SENTENCES,
    "en": ["The city is large, but its people are kind to all of us."],
    "zh": [ZH],
}


@pytest.mark.parametrize("code", CASES)
def test_each_language_is_told_from_all_others(judge, code):
    text = " ".join(CASES[code])
    passed = [
        other
        for other in LANGUAGES
        if judge("language:response_language", text, language=other).passed
    ]
    assert passed == [code]


@pytest.mark.parametrize(
    ("text", "language", "passed"),
    [
        ("我用 Python 和 TensorFlow 写代码", "zh", True),
        ("我用 Python 和 TensorFlow 写代码", "en", False),
        ("東京は大きい", "ja", True),
        ("東京", "ja", False),
        ("42 👍", "de", True),
        ("Paris", "fr", True),
        ("Paris", "en", True),
        ("Paris", "ru", False),
        ("Καλημέρα", "en", False),
        ("`print(the)` is what it prints", "en", True),
        ("Voilà le code, il est dans la fonction:\n```\nthe = this if that\n```", "fr", True),
        ("```json\n{\"answer\": \"der Hund und die Katze\"}\n```", "de", True),
        ("Oslo, Helsinki, Tallinn, Reykjavik, Riga, Vilnius, Warsaw, Prague, La Paz, Rome, Bern, "
         "Athens, Sofia, Bucharest, Ankara, Kyiv, Lisbon, Madrid, London, Cardiff", "en", True),
        ("THE CITY IS LARGE AND FULL OF LIFE", "en", True),
        ("Sure, here is my answer:\n\nเราไม่รู้ว่ารถไฟจะมาเมื่อไหร่แต่เราถามได้", "th", True),
        ("```\nder Hund und die Katze\n```", "en", False),
    ],
)  # fmt: skip
def test_mixed_and_short_texts(judge, text, language, passed):
    assert judge("language:response_language", text, language=language).passed == passed


def test_the_evidence_counts(judge):
    verdict = judge("language:response_language", "Ich bin der Autor und du nicht.", language="en")
    assert verdict.evidence == "4 common words of German, 0 of English"
    assert judge("language:response_language", ZH, language="en").evidence == (
        "most words are in another script than that of English"
    )
