"""General ability: what training cost the model on questions that the role has no part in."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from rolewright.confidence.grade import grade
from rolewright.conversations.conversation import Conversation
from rolewright.conversations.questions import Question
from rolewright.errors import Fault, UserError
from rolewright.evaluation.arms import BASE, TUNED
from rolewright.evaluation.objections.objection import Objection
from rolewright.evaluation.power import pairs_for_margin, round_up
from rolewright.evaluation.probe import Probe
from rolewright.evaluation.prompts import distinct_ids
from rolewright.evaluation.statistics import paired_difference, proportion
from rolewright.evaluation.suites.margin import difference_values, margin_figures
from rolewright.evaluation.suites.suite import Samples, Suite
from rolewright.evaluation.targets.target import Reply
from rolewright.verifiers import Verdict

GENERAL_ABILITY = "general_ability"
CORRECT = "correct"
MARGIN = 0.02
"""How much worse, as a share of the questions, still counts as no worse."""


def general_ability(questions: Sequence[Question]) -> Suite:
    """Graded questions to the base model and to the tuned one, both without the role.

    Args:
        questions: the user's own; a response that one comes with is not looked at.

    Raises:
        UserError: a question comes graded, without answers that new replies could be compared with.
    """
    _require_answers(questions)
    prompts = distinct_ids([question.conversation for question in questions])
    return Suite(
        name=GENERAL_ABILITY,
        probes=[_probe(*each) for each in zip(prompts, questions, strict=True)],
        arms=frozenset({BASE, TUNED}),
        judge=judge_answer,
        summarise=_summarise,
        objections=_objections,
    )


def judge_answer(probe: Probe, conversation: Conversation, reply: Reply) -> dict[str, Verdict]:
    """Whether a reply is right, by what the probe says of right answers."""
    question = Question(conversation, tuple(probe.facts["answers"]), probe.facts["match"])
    right = grade(question, reply.text)
    return {
        CORRECT: Verdict(right, f"{'is' if right else 'is not'} {' or '.join(question.answers)}")
    }


def _require_answers(questions: Sequence[Question]) -> None:
    faults = [
        Fault(
            replace(question.conversation.place, key="answers"),
            "missing: only the response that is graded here is known to be right or wrong",
            "a list of texts that are right, to compare new replies with",
            "add it, or leave the row out",
        )
        for question in questions
        if not question.answers
    ]
    if faults:
        raise UserError(*faults)


def _probe(prompt: Conversation, question: Question) -> Probe:
    facts = {"answers": [*question.answers], "match": question.match}
    return replace(Probe.of(prompt), facts=facts)


def _summarise(samples: Samples) -> dict[str, Any]:
    """By arm the share of right answers, and whether the tuned model is no worse.

    ``difference`` (None without a tuned arm) is tuned less base, paired by question, with its 95%
    interval. ``no_worse`` says whether the whole interval lies above ``-margin`` (non-inferiority).
    """
    right = {arm: [s.kept_all for s in of_arm] for arm, of_arm in samples.items()}
    difference = paired_difference(right[TUNED], right[BASE]) if TUNED in right else None
    return {
        "arms": {arm: asdict(proportion(outcomes)) for arm, outcomes in right.items()},
        **margin_figures(difference, MARGIN),
    }


def _objections(figures: Mapping[str, Any]) -> list[Objection]:
    if figures["no_worse"] in {None, True}:
        return []
    found = figures["difference"]
    if found["high"] < 0:
        return [Objection("ability_lost", difference_values(found))]
    # One question more on each side: that none of few differs does not mean that none of many does.
    discordance = (found["gained"] + found["lost"] + 1) / (found["pairs"] + 2)
    needed = round_up(pairs_for_margin(figures["margin"], discordance))
    values = {"margin_points": 100 * figures["margin"], "needed": needed}
    return [Objection("ability_not_kept", difference_values(found) | values)]
