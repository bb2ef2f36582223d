"""Which of IFEval's languages an answer is written in."""

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.comparison import counted
from rolewright.verifiers.ifeval.function_words import LANGUAGES, Language, count_evidence
from rolewright.verifiers.instruction import instruction
from rolewright.verifiers.verdict import Verdict


@instruction("language:response_language")
def response_language(text: str, conversation: Conversation, *, language: Language) -> Verdict:
    """Check that the answer is written in a language.

    The script that most words are in decides first; among the languages of one script, their
    commonest words ("the", "und", "que") decide. The answer fails if another language has more of
    them, so a name alone passes as any language of its script. Code, URLs and thoughts do not
    count unless there is nothing else; a text without letters passes.

    Rule parameters:
        language: code of the language.

    Source: IFEval, without its language guesser.
    """
    evidence = count_evidence(text)
    if evidence is None:
        return Verdict(True, "the answer has no letters")
    required = LANGUAGES[language].name
    if language not in evidence:
        return Verdict(False, f"most words are in another script than that of {required}")
    best = max(evidence, key=lambda code: (evidence[code], code == language))
    if evidence[language] == evidence[best]:
        return Verdict(True, f"nothing speaks against {required}")
    return Verdict(
        False,
        f"{counted(evidence[best], 'common word')} of {LANGUAGES[best].name}, "
        f"{evidence[language]} of {required}",
    )
