"""Which of IFEval's languages an answer is written in."""

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.comparison import counted
from rolewright.verifiers.ifeval.function_words import LANGUAGES, Language, count_evidence
from rolewright.verifiers.instruction import instruction
from rolewright.verifiers.verdict import Verdict

# Common words make up a third to a half of prose; fewer come from names and lists.
_LEAST_SHARE = 0.05


@instruction("language:response_language")
def response_language(text: str, conversation: Conversation, *, language: Language) -> Verdict:
    """Check that the answer is written in a language.

    The script that most words are in decides first; among the languages of one script, their
    commonest words ("the", "und", "que") decide. The answer fails if another language has more of
    them, and they are more than a few: a name alone passes as any language of its script. Code,
    URLs and thoughts do not count unless there is nothing else; a text without letters passes.

    Rule parameters:
        language: code of the language.

    Source: IFEval, without its language guesser.
    """
    evidence = count_evidence(text)
    if evidence is None:
        return Verdict(True, "the answer has no letters")
    required, common = LANGUAGES[language].name, evidence.common
    if language not in common:
        return Verdict(False, f"most words are in another script than that of {required}")
    best = max(common, key=lambda code: (common[code], code == language))
    if best == language or common[best] < _LEAST_SHARE * evidence.words:
        return Verdict(True, f"no language has more common words here than {required}")
    return Verdict(
        False,
        f"{counted(common[best], 'common word')} of {LANGUAGES[best].name}, "
        f"{common[language]} of {required}",
    )
