"""How an answer ends, and whether it stands in quotation marks."""

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.instruction import instruction
from rolewright.verifiers.matching import Phrase, quoted
from rolewright.verifiers.verdict import Verdict

_QUOTATION_MARKS = {'"': '"', "“": "”", "「": "」", "『": "』", "＂": "＂"}
_CLOSING_MARKS = "".join(_QUOTATION_MARKS.values())


@instruction("startend:end_checker")
def end_checker(text: str, conversation: Conversation, *, end_phrase: Phrase) -> Verdict:
    """Check that the answer ends with a phrase, word for word.

    Rule parameters:
        end_phrase: the ending; case and closing quotation marks after it do not matter.

    Source: IFEval.
    """
    phrase = end_phrase.strip()
    kept = text.rstrip().rstrip(_CLOSING_MARKS)
    # A phrase that itself ends with a quotation mark is compared with the marks left on.
    if any(answer.lower().endswith(phrase.lower()) for answer in (kept, text.rstrip())):
        return Verdict(True, f"ends with {quoted(phrase)}")
    start = max(0, len(kept) - len(phrase))
    evidence = f"ends with {quoted(kept[start:])}, not with {quoted(phrase)}"
    return Verdict(False, evidence, (start, len(kept)) if kept else None)


@instruction("startend:quotation")
def quotation(text: str, conversation: Conversation) -> Verdict:
    """Check that the whole answer stands in double quotation marks.

    "…", “…”, 「…」 and 『…』 are double quotation marks.

    Source: IFEval.
    """
    answer = text.strip()
    if len(answer) > 1 and _QUOTATION_MARKS.get(answer[0]) == answer[-1]:
        return Verdict(True, "stands in double quotation marks")
    start = text.find(answer)
    if answer[0] not in _QUOTATION_MARKS:
        evidence = f"begins with {quoted(answer[0])}, not with a double quotation mark"
        return Verdict(False, evidence, (start, start + 1))
    end = start + len(answer)
    evidence = f"ends with {quoted(answer[-1])}, not with the closing quotation mark"
    return Verdict(False, evidence, (end - 1, end))
