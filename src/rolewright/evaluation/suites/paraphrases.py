"""Consistency over paraphrases: whether the role holds however the same thing is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from rolewright.conversations.conversation import Conversation
from rolewright.evaluation.arms import BASE_ROLE, TUNED_ROLE
from rolewright.evaluation.probe import Probe, Turn
from rolewright.evaluation.suites.consistency import summarise_powers
from rolewright.evaluation.suites.rules import by_rules
from rolewright.evaluation.suites.suite import Suite
from rolewright.role.language import Language
from rolewright.role.schema import RoleFile
from rolewright.verifiers.language import is_written_in

PARAPHRASES = "paraphrases"
_WORDINGS: Final[Mapping[Language, tuple[str, ...]]] = {
    "en": (
        "{prompt}",
        "{bare}",
        "Hi! {prompt}",
        "{prompt} Thanks in advance.",
        "I have a question for you. {prompt}",
        "Sorry to bother you again. {prompt}",
        "Quick one:\n{prompt}",
        "Could you help me with this? {prompt}",
    ),
    "zh": (
        "{prompt}",
        "{bare}",
        "你好！{prompt}",
        "{prompt}先谢谢了。",
        "我有件事想问一下。{prompt}",
        "不好意思，又来打扰。{prompt}",
        "问一下：\n{prompt}",
        "麻烦帮我看一下这个。{prompt}",
    ),
}
"""What people write around a request. None of it changes what is asked; ``bare`` has no mark at the
end."""
_LEAST_CHINESE: Final = 0.5


def paraphrases(role: RoleFile, prompts: Sequence[Conversation], *, together: int = 4) -> Suite:
    """Each prompt is asked in several wordings, greedily, so that nothing but the wording varies.

    Args:
        role: its rules judge.
        prompts: as ``prompts_under_role`` chose them; their last user turns are reworded.
        together: k of pass^k.
    """
    return Suite(
        name=PARAPHRASES,
        probes=[probe for prompt in prompts for probe in _reworded(prompt)],
        arms=frozenset({BASE_ROLE, TUNED_ROLE}),
        judge=by_rules(role),
        summarise=lambda samples: summarise_powers(samples, together),
        judged_rules=role.judged_rules,
    )


def wordings_of(text: str) -> list[str]:
    """A prompt in several wordings, itself the first, each once."""
    prompt = text.strip()
    language: Language = "zh" if is_written_in(prompt, "zh", _LEAST_CHINESE) else "en"
    bare = prompt.rstrip(".?!。？！") or prompt
    worded = (each.format(prompt=prompt, bare=bare) for each in _WORDINGS[language])
    return list(dict.fromkeys(worded))


def _reworded(prompt: Conversation) -> list[Probe]:
    probe = Probe.of(prompt)
    return [
        replace(
            probe,
            id=f"{probe.id}~{number}",
            turns=(Turn(text, prompt.scenario),),
            cluster=probe.id,
        )
        for number, text in enumerate(wordings_of(probe.turns[0].text), start=1)
    ]
