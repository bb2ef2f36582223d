"""What an answer must say, must never say, and how it begins and ends."""

from typing import Literal

from pydantic import NonNegativeInt

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.matching import (
    Phrase,
    Phrases,
    Span,
    first_occurrence,
    fold,
    fold_phrase,
    is_whole,
    listed,
    occurrences,
    quoted,
)
from rolewright.verifiers.registry import verifier
from rolewright.verifiers.verdict import Verdict

Mode = Literal["any", "all"]


@verifier("must_include")
def must_include(
    text: str,
    conversation: Conversation,
    *,
    phrases: Phrases,
    mode: Mode = "all",
    whole_words: bool = True,
) -> Verdict:
    """Check that the answer says certain phrases.

    Case, character width and spacing do not matter.

    Rule parameters:
        phrases: what is to be said.
        mode: whether all phrases or any one of them must stand in the answer.
        whole_words: whether "cat" must be a word of its own. Phrases in scripts without spaces are
            found anywhere.

    Source: IFEval (arXiv 2311.07911) ``keywords:existence``.
    """
    missing = [
        phrase
        for phrase in phrases
        if next(occurrences(text, phrase, whole_words=whole_words), None) is None
    ]
    said = [phrase for phrase in phrases if phrase not in missing]
    if not missing or (said and mode == "any"):
        return Verdict(True, f"says {listed(said)}")
    if mode == "any":
        return Verdict(False, f"says none of {listed(missing)}")
    return Verdict(False, f"does not say {listed(missing)}")


@verifier("never_say")
def never_say(
    text: str, conversation: Conversation, *, phrases: Phrases, whole_words: bool = True
) -> Verdict:
    """Check that the answer never says certain phrases.

    Case, character width and spacing do not matter. The span of a failure is the first phrase said.

    Rule parameters:
        phrases: what is not to be said.
        whole_words: whether "cat" must be a word of its own, so that "concatenate" is allowed.
            Phrases in scripts without spaces are found anywhere.

    Source: IFEval (arXiv 2311.07911) ``keywords:forbidden_words``.
    """
    span = first_occurrence(text, phrases, whole_words=whole_words)
    if span is None:
        return Verdict(True, f"says none of {listed(phrases)}")
    return Verdict(False, f"says {quoted(text[slice(*span)])}, which is forbidden", span)


@verifier("opens_with")
def opens_with(text: str, conversation: Conversation, *, phrases: Phrases) -> Verdict:
    """Check that the answer opens with one of the phrases.

    White space before it, case and character width do not matter; "Hi" is not found in "High".

    Rule parameters:
        phrases: the openings, any one of which will do.
    """
    folded = fold(text).text
    opening = folded.lstrip()
    offset = len(folded) - len(opening)
    for phrase in map(fold_phrase, phrases):
        if opening.startswith(phrase) and is_whole(folded, offset, offset + len(phrase)):
            return Verdict(True, f"opens with {quoted(phrase)}")
    span = _edge(text, offset, offset + max(map(len, map(fold_phrase, phrases))))
    return _edge_failure(text, "opens", phrases, span)


@verifier("closes_with")
def closes_with(
    text: str, conversation: Conversation, *, phrases: Phrases, ignore_punctuation: bool = False
) -> Verdict:
    """Check that the answer closes with one of the phrases.

    White space after it, case and character width do not matter.

    Rule parameters:
        phrases: the closings, any one of which will do.
        ignore_punctuation: whether marks and symbols after the phrase are allowed ("喵！" where
            "喵" is asked for).

    Source: IFEval (arXiv 2311.07911) ``startend:end_checker``.
    """
    closing = fold(text).text.rstrip()
    for phrase in map(fold_phrase, phrases):
        bare = _without_final_marks(closing, phrase) if ignore_punctuation else closing
        if bare.endswith(phrase) and is_whole(bare, len(bare) - len(phrase), len(bare)):
            return Verdict(True, f"closes with {quoted(phrase)}")
    longest = max(map(len, map(fold_phrase, phrases)))
    return _edge_failure(text, "closes", phrases, _edge(text, len(closing) - longest, len(closing)))


@verifier("never_opens_with")
def never_opens_with(text: str, conversation: Conversation, *, phrases: Phrases) -> Verdict:
    """Check that the answer does not open with any of the phrases.

    White space and marks before it, case and character width do not matter (``**Sure**`` opens with
    "sure"); "Hi" is not found in "High".

    Rule parameters:
        phrases: openings to refuse, such as "Great question" or 好的.
    """
    folded = fold(text)
    for phrase in map(fold_phrase, phrases):
        start, _ = _inner(folded.text, phrase)
        bare = phrase[slice(*_inner(phrase, phrase))]
        end = start + len(bare)
        if folded.text.startswith(bare, start) and is_whole(folded.text, start, end):
            span = folded.original(start, end)
            return Verdict(False, f"opens with {quoted(text[slice(*span)])}", span)
    return Verdict(True, f"opens with none of {listed(phrases)}")


@verifier("never_closes_with")
def never_closes_with(text: str, conversation: Conversation, *, phrases: Phrases) -> Verdict:
    """Check that the answer does not close with any of the phrases.

    White space and marks after it, case and character width do not matter.

    Rule parameters:
        phrases: closings to refuse, such as "let me know if you need more" or 希望对您有帮助.
    """
    folded = fold(text)
    for phrase in map(fold_phrase, phrases):
        _, end = _inner(folded.text, phrase)
        bare = phrase[slice(*_inner(phrase, phrase))]
        start = end - len(bare)
        if folded.text.endswith(bare, 0, end) and is_whole(folded.text, start, end):
            span = folded.original(start, end)
            return Verdict(False, f"closes with {quoted(text[slice(*span)])}", span)
    return Verdict(True, f"closes with none of {listed(phrases)}")


@verifier("exact_answer")
def exact_answer(text: str, conversation: Conversation, *, options: Phrases) -> Verdict:
    """Check that the whole answer is one of the options.

    White space around it, case and character width do not matter; punctuation does.

    Rule parameters:
        options: the allowed answers.

    Source: IFEval (arXiv 2311.07911) ``detectable_format:constrained_response``, made exact.
    """
    if fold_phrase(text) in map(fold_phrase, options):
        return Verdict(True, f"the answer is {quoted(text)}")
    whole = (0, len(text)) if text else None
    return Verdict(False, f"the answer is {quoted(text)}, not one of {listed(options)}", whole)


@verifier("must_say_when")
def must_say_when(
    text: str,
    conversation: Conversation,
    *,
    triggers: Phrases,
    phrases: Phrases,
    mode: Mode = "any",
    whole_words: bool = True,
) -> Verdict:
    """Check that the answer says certain phrases when the user mentions something.

    Rule parameters:
        triggers: phrases looked for in the last user turn; without any of them the rule holds.
        phrases: what is then to be said.
        mode: whether all phrases or any one of them must stand in the answer.
        whole_words: whether Latin-script triggers and phrases must be words of their own.
    """
    asked = last_user_turn(conversation)
    trigger = first_occurrence(asked, triggers, whole_words=whole_words)
    if trigger is None:
        return Verdict(True, f"the user mentions none of {listed(triggers)}")
    verdict = must_include(text, conversation, phrases=phrases, mode=mode, whole_words=whole_words)
    cause = f"the user mentions {quoted(asked[slice(*trigger)])} and the answer"
    return Verdict(verdict.passed, f"{cause} {verdict.evidence}")


@verifier("catchphrase_rate")
def catchphrase_rate(
    text: str,
    conversation: Conversation,
    *,
    phrase: Phrase,
    max: NonNegativeInt,
    min: NonNegativeInt = 0,
    whole_words: bool = True,
) -> Verdict:
    """Check that the answer uses a catchphrase neither too rarely nor too often.

    The span of a failure is the first use too many.

    Rule parameters:
        phrase: the catchphrase.
        max: how many times per answer are allowed.
        min: how many times per answer are required.
        whole_words: whether a Latin-script catchphrase must be a word of its own.

    Source: IFEval (arXiv 2311.07911) ``keywords:frequency``.
    """
    uses = list(occurrences(text, phrase, whole_words=whole_words))
    times = "1 time" if len(uses) == 1 else f"{len(uses)} times"
    evidence = f"says {quoted(phrase)} {times}, {min} to {max} allowed"
    excess = uses[max] if len(uses) > max else None
    return Verdict(min <= len(uses) <= max, evidence, excess)


def last_user_turn(conversation: Conversation) -> str:
    """Return what the user said last; empty where the user said nothing."""
    turns = (turn.content for turn in reversed(conversation.messages) if turn.role == "user")
    return next(turns, "")


def _inner(folded: str, phrase: str) -> Span:
    """The part of a text between its outer marks; of marks only where the phrase has no letters."""
    counts = str.isalnum if any(map(str.isalnum, phrase)) else str.isprintable
    end = len(folded)
    while end and (folded[end - 1] == " " or not counts(folded[end - 1])):
        end -= 1
    start = 0
    while start < end and (folded[start] == " " or not counts(folded[start])):
        start += 1
    return start, end


def _without_final_marks(closing: str, phrase: str) -> str:
    end = len(closing)
    while end and not closing[end - 1].isalnum() and not closing[:end].endswith(phrase):
        end -= 1
    return closing[:end]


def _edge(text: str, start: int, end: int) -> Span | None:
    folded = fold(text)
    start, end = max(start, 0), min(end, len(folded.text))
    return folded.original(start, end) if start < end else None


def _edge_failure(text: str, verb: str, phrases: Phrases, span: Span | None) -> Verdict:
    found = quoted(text[slice(*span)]) if span else "nothing"
    return Verdict(False, f"{verb} with {found}, not with any of {listed(phrases)}", span)
