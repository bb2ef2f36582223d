"""What the role talks about: topics that it refuses, answers or handles with a disclaimer."""

from typing import Literal

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.matching import Phrase, Phrases, first_occurrence, listed, quoted
from rolewright.verifiers.refusal import first_refusal
from rolewright.verifiers.registry import verifier
from rolewright.verifiers.segmentation import sentences_of
from rolewright.verifiers.verdict import Verdict
from rolewright.verifiers.wording import last_user_turn


@verifier("refuses_topic")
def refuses_topic(
    text: str,
    conversation: Conversation,
    *,
    topics: tuple[Phrase, ...] = (),
    redirect: tuple[Phrase, ...] = (),
    forbidden: tuple[Phrase, ...] = (),
    extra: tuple[Phrase, ...] = (),
    whole_words: bool = True,
) -> Verdict:
    """Check that the answer refuses a topic, says where to go instead, and gives nothing away.

    Rule parameters:
        topics: words looked for in the last user turn; without any of them the rule holds. Left out
            = every conversation is about the topic; use it with ``scenarios``.
        redirect: what the answer says instead, any one of the phrases. Left out = words of refusal
            in English or Chinese will do.
        forbidden: words that only an answer to the question has.
        extra: further phrases by which the role refuses.
        whole_words: whether Latin-script words must be words of their own.
    """
    absent = _absent_topic(conversation, topics, whole_words)
    if absent is not None:
        return absent
    given = first_occurrence(text, forbidden, whole_words=whole_words)
    if given is not None:
        evidence = f"says {quoted(text[slice(*given)])}, which belongs to an answer"
        return Verdict(False, evidence, given)
    if redirect:
        said = first_occurrence(text, redirect, whole_words=whole_words)
        if said is None:
            return Verdict(False, f"does not redirect: says none of {listed(redirect)}")
        return Verdict(True, f"redirects: {quoted(text[slice(*said)])}")
    refused = first_refusal(text, extra)
    if refused is None:
        return Verdict(False, "no words of refusal")
    return Verdict(True, f"refuses: {quoted(text[slice(*refused)])}")


@verifier("answers_in_scope")
def answers_in_scope(
    text: str,
    conversation: Conversation,
    *,
    topics: tuple[Phrase, ...] = (),
    redirect: tuple[Phrase, ...] = (),
    expected: tuple[Phrase, ...] = (),
    extra: tuple[Phrase, ...] = (),
    whole_words: bool = True,
) -> Verdict:
    """Check that the answer does not refuse or redirect a question that the role is there for.

    The twin of ``refuses_topic``: a role that refuses everything keeps that rule and breaks this.

    Rule parameters:
        topics: words looked for in the last user turn; without any of them the rule holds. Left out
            = every conversation is in scope; use it with ``scenarios``.
        redirect: what the role says to questions out of scope.
        expected: words of which an answer has at least one.
        extra: further phrases by which the role refuses.
        whole_words: whether Latin-script words must be words of their own.
    """
    absent = _absent_topic(conversation, topics, whole_words)
    if absent is not None:
        return absent
    if not text.strip():
        return Verdict(False, "the answer is empty")
    sent_away = first_occurrence(text, redirect, whole_words=whole_words)
    if sent_away is not None:
        return Verdict(False, f"redirects: {quoted(text[slice(*sent_away)])}", sent_away)
    refused = first_refusal(text, extra)
    if refused is not None:
        return Verdict(False, f"refuses: {quoted(text[slice(*refused)])}", refused)
    if expected and first_occurrence(text, expected, whole_words=whole_words) is None:
        return Verdict(False, f"says none of {listed(expected)}")
    return Verdict(True, "neither refuses nor redirects")


@verifier("disclaimer_when")
def disclaimer_when(
    text: str,
    conversation: Conversation,
    *,
    triggers: Phrases,
    disclaimers: Phrases,
    where: Literal["user", "answer", "either"] = "either",
    position: Literal["anywhere", "first sentence", "last sentence"] = "anywhere",
    whole_words: bool = True,
) -> Verdict:
    """Check that the answer has a disclaimer when something is talked about.

    Rule parameters:
        triggers: words that call for it (用药, 投资, "dosage").
        disclaimers: its wordings, any one of which will do.
        where: whether the last user turn, the answer or either is searched for the triggers.
        position: where in the answer the disclaimer has to stand.
        whole_words: whether Latin-script words must be words of their own.
    """
    asked = first_occurrence(last_user_turn(conversation), triggers, whole_words=whole_words)
    said = first_occurrence(text, triggers, whole_words=whole_words)
    called = [where != "answer" and asked is not None, where != "user" and said is not None]
    if not any(called):
        return Verdict(True, f"nothing is said of {listed(triggers)}")
    sentences = sentences_of(text)
    searched = (0, len(text))
    if position != "anywhere" and sentences:
        searched = sentences[0 if position == "first sentence" else -1]
    if first_occurrence(text[slice(*searched)], disclaimers, whole_words=whole_words) is not None:
        return Verdict(True, "has the disclaimer")
    place = "" if position == "anywhere" else f" in the {position}"
    span = said if where != "user" else None
    return Verdict(False, f"has none of {listed(disclaimers)}{place}", span)


def _absent_topic(
    conversation: Conversation, topics: tuple[str, ...], whole_words: bool
) -> Verdict | None:
    asked = last_user_turn(conversation)
    if not topics or first_occurrence(asked, topics, whole_words=whole_words) is not None:
        return None
    return Verdict(True, f"the user mentions none of {listed(topics)}")
