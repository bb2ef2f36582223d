"""Which verifiers require something to be said, and what."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from rolewright.conversations.conversation import Conversation
from rolewright.role.lint.contradictions.requirement import (
    NEUTRAL,
    NOTHING,
    Option,
    Requirement,
    ask,
    option_of_phrase,
)
from rolewright.role.schema import Rule
from rolewright.verifiers.matching import quoted

_METACHARACTERS = re.compile(r"[\\^$.|?*+()\[\]{}]")

# They find fault with a piece of an answer, whatever stands around it.
_PROHIBITIONS = frozenset(
    {
        "address_user",
        "catchphrase_rate",
        "does_not_refuse",
        "keeps_secret",
        "max_questions",
        "never_base_identity",
        "never_matches",
        "never_say",
        "no_emoji",
        "no_markdown",
        "no_meta_talk",
        "register_banned",
    }
)
_OF_THE_END = frozenset({"ends_with_punctuation", "no_final_period"})

_REFUSALS = (
    "I'm sorry, but I can't help with that.",
    "I must decline.",
    "I'd rather not.",
    "That is beyond what I do.",
    "抱歉，我无法回答这个问题。",
    "我不能告诉您。",
    "恕难从命。",
    "这超出了我的能力。",
)
_WORDS = {
    "en": ("Yes", "House", "Three boats", "Green", "Sunday", "My key", "Fly", "Why not ask Bob?"),
    "zh": ("好", "是", "水", "山上有风", "三", "绿", "周日", "门开着", "借书证"),
    "ja": ("はい", "うみ", "やま", "そら", "どうぞ", "みどり", "かぎ", "ください"),
    "ko": ("네", "바다", "산", "하늘", "문", "초록", "일요일", "열쇠"),
    "ru": ("Да", "Море", "Гора", "Небо", "Три", "Ключ", "Дом", "Жёлтый"),
    "ar": ("نعم", "بحر", "جبل", "سماء", "ثلاثة", "مفتاح", "بيت", "كل يوم"),
}


def requirements_of(rule: Rule) -> Iterator[Requirement]:
    """What a rule requires to be said; nothing where its verifier is not known to require any."""
    build = _BUILDERS.get(rule.verifier.name)
    return iter(()) if build is None else build(rule)


def _phrases(
    rule: Rule,
    asked: Conversation = NOTHING,
    when: str = "",
    decisive: frozenset[str] = _PROHIBITIONS,
    named: str = "phrases",
) -> Iterator[Requirement]:
    """One requirement for any of several phrases, or one for each where all are required."""
    phrases = rule.parameters[named]
    groups = [(each,) for each in phrases] if rule.parameters.get("mode") == "all" else [phrases]
    for group in groups:
        part = replace(rule, parameters={**rule.parameters, named: group})
        options = tuple(option_of_phrase(part, phrase, asked) for phrase in group)
        yield Requirement(rule, options, when, decisive=decisive)


def _must_say_when(rule: Rule) -> Iterator[Requirement]:
    trigger = rule.parameters["triggers"][0]
    yield from _phrases(rule, ask(trigger), f"when the user mentions {quoted(trigger)}")


def _self_name(rule: Rule) -> Iterator[Requirement]:
    asked = ask("Who are you? 你是谁？")
    yield from _phrases(rule, asked, "when the user asks who it is", named="names")


def _closes_with(rule: Rule) -> Iterator[Requirement]:
    is_exact = not rule.parameters["ignore_punctuation"]
    yield from _phrases(rule, decisive=_PROHIBITIONS | (_OF_THE_END if is_exact else frozenset()))


def _exact_answer(rule: Rule) -> Iterator[Requirement]:
    options = tuple(
        Option(quoted(text), rule, NOTHING, (text,), (text.lower(), text.upper(), text.title()))
        for text in rule.parameters["options"]
    )
    yield Requirement(rule, options, is_whole=True)


def _matches(rule: Rule) -> Iterator[Requirement]:
    pattern = rule.parameters["pattern"]
    if pattern and not _METACHARACTERS.search(pattern):  # it stands for itself
        is_whole = rule.parameters["full"]
        whole = Option(quoted(pattern), rule, NOTHING, (pattern,))
        option = whole if is_whole else option_of_phrase(rule, pattern)
        yield Requirement(rule, (option,), is_whole=is_whole, decisive=_PROHIBITIONS)


def _catchphrase_rate(rule: Rule) -> Iterator[Requirement]:
    phrase, least = rule.parameters["phrase"], rule.parameters["min"]
    if least:
        repeated = [mark.join([phrase] * least) for mark in (" ", "，", "。", ". ")]
        several = [option_of_phrase(rule, text) for text in repeated]
        written = tuple(text for option in several for text in option.written)
        variants = tuple(text for option in several for text in option.variants)
        option = Option(quoted(phrase), rule, NOTHING, written, variants, phrase)
        yield Requirement(rule, (option,), decisive=_PROHIBITIONS)


def _refuses(rule: Rule) -> Iterator[Requirement]:
    words = Option("words of refusal", rule, NOTHING, _REFUSALS)
    further = [option_of_phrase(rule, phrase) for phrase in rule.parameters["extra"]]
    yield Requirement(rule, (words, *further), decisive=frozenset({"does_not_refuse"}))


def _ends_with_punctuation(rule: Rule) -> Iterator[Requirement]:
    endings = ("ok", "好", "Well, I do not know", "我不知道")
    ellipses = ("ok..", "ok。。", "ok…", "")
    options = tuple(
        Option(
            f"{quoted(mark)} at the end",
            rule,
            NOTHING,
            tuple(text + mark for text in endings),
            tuple(text + mark for text in ellipses),
        )
        for mark in rule.parameters["marks"]
    )
    yield Requirement(rule, options, decisive=frozenset({"no_final_period"}))


def _language(rule: Rule) -> Iterator[Requirement]:
    language = rule.parameters["language"]
    texts = [word + end for end in ("", "。", ".", "!", "?") for word in _WORDS[language]]
    cases = [*map(str.lower, texts), *map(str.upper, texts)]
    option = Option(f"words of the language {language!r}", rule, NOTHING, tuple(texts + cases))
    yield Requirement(rule, (option,), decisive=frozenset({"never_matches"}))


def _json_object(rule: Rule) -> Iterator[Requirement]:
    values: tuple[object, ...] = (1, None, [], "ok", "好", "Yes.", "好。", *NEUTRAL)
    keys = rule.parameters["required_keys"]
    objects: list[dict[str, object]] = [
        {},
        *(dict.fromkeys(keys or ("a",), value) for value in values),
    ]
    compact = tuple(json.dumps(each, ensure_ascii=False) for each in objects)
    indented = tuple(json.dumps(each, ensure_ascii=False, indent=1) for each in objects)
    fenced = tuple(f"```json\n{each}\n```" for each in compact)
    option = Option("a JSON object", rule, NOTHING, (*compact, *indented), fenced)
    yield Requirement(rule, (option,), decisive=_PROHIBITIONS)


_BUILDERS: dict[str, Callable[[Rule], Iterator[Requirement]]] = {
    "catchphrase_rate": _catchphrase_rate,
    "closes_with": _closes_with,
    "ends_with_punctuation": _ends_with_punctuation,
    "exact_answer": _exact_answer,
    "json_object": _json_object,
    "language": _language,
    "matches": _matches,
    "must_include": _phrases,
    "must_say_when": _must_say_when,
    "opens_with": _phrases,
    "refuses": _refuses,
    "self_name": _self_name,
}
