"""Two answers in one, and the request repeated before the answer."""

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.instruction import instruction
from rolewright.verifiers.matching import Phrase, quoted
from rolewright.verifiers.verdict import Verdict

_DIVIDER = "******"


@instruction("combination:two_responses")
def two_responses(text: str, conversation: Conversation) -> Verdict:
    """Check that the answer is two different answers with ****** between them.

    Source: IFEval.
    """
    pieces = [piece.strip() for piece in text.split(_DIVIDER)]
    if not all(pieces[1:-1]):
        return Verdict(False, f"an answer between two dividers {_DIVIDER} is empty")
    answers = [piece for piece in pieces if piece]
    if len(answers) != 2:
        noun = "answer" if len(answers) == 1 else "answers"
        return Verdict(False, f"{len(answers)} {noun} between dividers {_DIVIDER}, 2 required")
    if answers[0] == answers[1]:
        start = text.rindex(answers[1])
        return Verdict(False, "both answers are the same", (start, start + len(answers[1])))
    return Verdict(True, f"2 different answers with {_DIVIDER} between them")


@instruction("combination:repeat_prompt")
def repeat_prompt(text: str, conversation: Conversation, *, prompt_to_repeat: Phrase) -> Verdict:
    """Check that the answer begins by repeating the request, word for word.

    Rule parameters:
        prompt_to_repeat: the request; case does not matter.

    Source: IFEval.
    """
    prompt = prompt_to_repeat.strip()
    answer = text.strip()
    if answer.lower().startswith(prompt.lower()):
        return Verdict(True, f"begins with {quoted(prompt)}")
    start = text.find(answer)
    opening = text[start : start + min(len(prompt), len(answer))]
    evidence = f"begins with {quoted(opening)}, not with {quoted(prompt)}"
    return Verdict(False, evidence, (start, start + len(opening)))
