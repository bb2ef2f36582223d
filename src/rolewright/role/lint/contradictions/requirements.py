"""Which verifiers require something to be said, and what."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from rolewright.conversations.conversation import Conversation
from rolewright.role.lint.contradictions.facets import Facet
from rolewright.role.lint.contradictions.requirement import (
    NEUTRAL,
    NOTHING,
    Option,
    Requirement,
    ask,
    option_of_phrase,
)
from rolewright.role.lint.contradictions.samples import DISCLOSURES, MARKDOWN, REFUSALS, WORDS
from rolewright.role.lint.contradictions.shapes import examples_of
from rolewright.role.schema import Rule
from rolewright.verifiers.matching import quoted

_ANCHORS = re.compile(r"\A(?:\^|\\A)|(?<!\\)(?:\$|\\Z)\Z")
_METACHARACTERS = re.compile(r"[\\^$.|?*+()\[\]{}]")

# They find fault with a piece of an answer, whatever stands around it.
_PROHIBITIONS = frozenset(
    {
        "address_user",
        "ai_disclosure",
        "catchphrase_rate",
        "currency_format",
        "date_format",
        "does_not_refuse",
        "first_person",
        "format:no_whitespace",
        "han_latin_spacing",
        "keeps_script",
        "keeps_secret",
        "keywords:forbidden_words",
        "max_questions",
        "never_base_identity",
        "never_matches",
        "never_say",
        "no_emoji",
        "no_markdown",
        "no_meta_talk",
        "no_placeholders",
        "punctuation:no_comma",
        "punctuation_width",
        "register_banned",
        "think_hygiene",
        "tone_markers",
        "unit_system",
    }
)
_OF_THE_START = frozenset({"never_opens_with"})
_OF_THE_END = frozenset({"ends_with_punctuation", "never_closes_with", "no_final_period"})

# A value may be any; the keys that a schema requires are what they are.
_OF_KEYS = frozenset({"never_say"})


def requirements_of(facet: Facet) -> Iterator[Requirement]:
    """What a rule requires to be said; nothing where its verifier is not known to require any."""
    build = _BUILDERS.get(facet.rule.verifier.name)
    if build is None:
        return
    for requirement in build(facet.rule):
        if not facet.topics:
            yield requirement
            continue
        topic = facet.topics[0]
        options = tuple(replace(option, asked=ask(topic)) for option in requirement.options)
        yield replace(requirement, options=options, when=f"when the user mentions {quoted(topic)}")


def needs_more(rule: Rule) -> bool:
    """Whether a rule that forbids asks for something too, or allows some of what it forbids."""
    parameters = rule.parameters
    match rule.verifier.name:
        case "ai_disclosure":
            return bool(parameters["mode"] != "never")
        case "first_person":
            return bool(parameters["required"])
        case "tone_markers":
            return bool(parameters["min"] or parameters["max"] != 0)
        case "keeps_script":
            return bool(parameters["max"])
        case _:
            return bool(parameters.get("min"))


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


def _opens_with(rule: Rule) -> Iterator[Requirement]:
    yield from _phrases(rule, decisive=_PROHIBITIONS | _OF_THE_START)


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
    pattern = _ANCHORS.sub("", rule.parameters["pattern"])
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


def _tone_markers(rule: Rule) -> Iterator[Requirement]:
    if rule.parameters["min"]:
        options = tuple(option_of_phrase(rule, each) for each in rule.parameters["markers"])
        yield Requirement(rule, options, "in longer answers")  # short ones may go without


def _refuses(rule: Rule) -> Iterator[Requirement]:
    words = Option("words of refusal", rule, NOTHING, REFUSALS)
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
    yield Requirement(rule, options, decisive=frozenset({"no_final_period", "punctuation_width"}))


def _language(rule: Rule) -> Iterator[Requirement]:
    language = rule.parameters["language"]
    texts = [word + end for end in ("", "。", ".", "!", "?") for word in WORDS[language]]
    cases = [*map(str.lower, texts), *map(str.upper, texts)]
    option = Option(f"words of the language {language!r}", rule, NOTHING, tuple(texts + cases))
    yield Requirement(rule, (option,), decisive=frozenset({"never_matches"}))


def _first_person(rule: Rule) -> Iterator[Requirement]:
    if rule.parameters["required"]:
        yield from _phrases(rule, named="pronouns")


def _ai_disclosure(rule: Rule) -> Iterator[Requirement]:
    mode = rule.parameters["mode"]
    if mode == "never":
        return
    asked = ask("Are you a robot? 你是机器人吗？") if mode == "when_asked" else NOTHING
    when = "when the user asks what is speaking" if mode == "when_asked" else ""
    words = Option("that an AI is speaking", rule, asked, DISCLOSURES)
    further = [option_of_phrase(rule, phrase, asked) for phrase in rule.parameters["extra"]]
    yield Requirement(rule, (words, *further), when, decisive=frozenset({"ai_disclosure"}))


def _asks_back(rule: Rule) -> Iterator[Requirement]:
    texts = ("Well?", "You?", "好吗？", "您呢？", "?", "Shall we go on?", "ok?)", "“好吗？”")
    odd = ("ok?.", "好吗？。", "ok?!", "好吗？！", "好吗？…")
    option = Option("a question at the end", rule, NOTHING, texts, odd)
    decisive = frozenset({"max_questions", "ends_with_punctuation"})
    yield Requirement(rule, (option,), decisive=decisive)


def _markdown_required(rule: Rule) -> Iterator[Requirement]:
    elements = rule.parameters["elements"]
    texts = [MARKDOWN[element] for element in elements]
    together = "\n\n".join(texts)
    written = tuple(texts) if rule.parameters["mode"] == "any" else (together,)
    option = Option(f"Markdown ({', '.join(elements)})", rule, NOTHING, written)
    yield Requirement(rule, (option,), decisive=frozenset({"no_markdown"}))


def _emoji(rule: Rule) -> Iterator[Requirement]:
    texts = ("Yes 🙂", "好🙂", "ok. 🎉", "🎉")
    option = Option("emoji", rule, NOTHING, texts)
    yield Requirement(rule, (option,), decisive=frozenset({"no_emoji"}))


def _json_schema(rule: Rule) -> Iterator[Requirement]:
    compact = tuple(examples_of(rule.parameters["schema"], ("ok", "好", "Yes.", "好。", *NEUTRAL)))
    fenced = tuple(f"```json\n{each}\n```" for each in compact)
    option = Option("JSON of its shape", rule, NOTHING, compact, fenced)
    yield Requirement(rule, (option,), decisive=_OF_KEYS)


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
    "ai_disclosure": _ai_disclosure,
    "asks_back": _asks_back,
    "catchphrase_rate": _catchphrase_rate,
    "closes_with": _closes_with,
    "ends_with_punctuation": _ends_with_punctuation,
    "exact_answer": _exact_answer,
    "first_person": _first_person,
    "format:emoji": _emoji,
    "json_object": _json_object,
    "json_schema": _json_schema,
    "language": _language,
    "markdown_required": _markdown_required,
    "matches": _matches,
    "must_include": _phrases,
    "must_say_when": _must_say_when,
    "opens_with": _opens_with,
    "refuses": _refuses,
    "self_name": _self_name,
    "tone_markers": _tone_markers,
}
