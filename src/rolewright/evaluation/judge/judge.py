"""A judge: a model behind an endpoint that decides between two statements, asked in both orders."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rolewright.conversations.conversation import Message
from rolewright.errors import UserError
from rolewright.evaluation.endpoint import Completion, Endpoint, Request
from rolewright.evaluation.judge.wording import Choice, Wording
from rolewright.verifiers.thought import without_thoughts

TEMPERATURE = 0.0
SEED = 0
MAX_TOKENS = 4096
"""Of a reply; a judge that thinks needs most of them before it speaks."""
JUDGE_API_KEY = "JUDGE_API_KEY"
"""Environment variable of the judge's key: it may live elsewhere than the model it judges."""

Pick = Literal["first", "second"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a judge made of a choice.

    Attributes:
        picks: the place of the statement that it took, with yes first and with no first; None
            where its reply named none.
        reasons: its own words, one for each order; the reply itself where it cannot be read.
        model: that replied, as the server reports it.
    """

    picks: tuple[Pick | None, Pick | None]
    reasons: tuple[str, str]
    model: str

    @property
    def holds(self) -> bool | None:
        """Whether something holds, in both orders alike; None = undecided."""
        return None if self.follows_order is not False else self.picks[0] == "first"

    @property
    def follows_order(self) -> bool | None:
        """Whether the same place was taken twice; None where a reply cannot be read."""
        return None if None in self.picks else self.picks[0] == self.picks[1]


OnDecision = Callable[[int, Decision], None]


@dataclass(frozen=True, slots=True)
class Judge:
    """A judge that has shown itself.

    Attributes:
        endpoint: where it is asked.
        wording: in which words.
        model: its name, as the server reports it.
        controls_right: how many of the wording's controls it got right.
    """

    endpoint: Endpoint
    wording: Wording
    model: str
    controls_right: int

    @property
    def is_sound(self) -> bool:
        """Whether it got every control right, those that try to talk it round among them."""
        return self.controls_right == len(self.wording.controls)

    def conditions(self) -> dict[str, Any]:
        """All that its decisions depend on, as JSON values."""
        return {
            "url": self.endpoint.url,
            "model": self.endpoint.model,
            "reported_model": self.model,
            "temperature": TEMPERATURE,
            "seed": SEED,
            "prompt": self.wording.hash,
        }

    def as_record(self) -> dict[str, Any]:
        """The conditions, and how many controls it got right."""
        controls = len(self.wording.controls)
        return self.conditions() | {"controls": controls, "controls_right": self.controls_right}

    def decide(self, choices: Sequence[Choice], on_decision: OnDecision) -> None:
        """Ask for decisions.

        Args:
            choices: to decide.
            on_decision: told each choice's index and decision as they become ready.

        Raises:
            UserError: the endpoint fails, or another model replies than before.
        """

        def check(index: int, decision: Decision) -> None:
            _refuse_other(self.endpoint, self.model, decision.model)
            on_decision(index, decision)

        _ask(self.endpoint, choices, check)


def open_judge(endpoint: Endpoint, wording: Wording) -> Judge:
    """Ask a model the controls, by which it shows which model it is and what it is good for.

    Raises:
        UserError: the endpoint fails, or several models reply.
    """
    decisions: dict[int, Decision] = {}
    controls = wording.controls
    choices = [
        wording.about_answer(each.criterion, [Message("user", each.user)], each.answer)
        for each in controls
    ]
    _ask(endpoint, choices, decisions.__setitem__)
    model = decisions[0].model
    for decision in decisions.values():
        _refuse_other(endpoint, model, decision.model)
    right = sum(decisions[index].holds == each.kept for index, each in enumerate(controls))
    return Judge(endpoint, wording, model, right)


def _ask(endpoint: Endpoint, choices: Sequence[Choice], on_decision: OnDecision) -> None:
    settings = {"max_tokens": MAX_TOKENS, "temperature": TEMPERATURE, "seed": SEED}
    requests = [
        Request(choice.messages(yes_first=yes_first), settings)
        for choice in choices
        for yes_first in (True, False)
    ]
    waiting: dict[int, tuple[bool, Completion]] = {}

    def pair(request: int, completion: Completion) -> None:
        index, no_first = divmod(request, 2)
        other = waiting.pop(index, None)
        if other is None:
            waiting[index] = (bool(no_first), completion)
            return
        by_order = dict([other, (bool(no_first), completion)])
        first, second = by_order[False], by_order[True]
        _refuse_other(endpoint, first.model, second.model)
        (pick_1, reason_1), (pick_2, reason_2) = _read(first.text), _read(second.text)
        on_decision(index, Decision((pick_1, pick_2), (reason_1, reason_2), first.model))

    endpoint.complete(requests, pair)


def _refuse_other(endpoint: Endpoint, before: str, now: str) -> None:
    if now != before:
        raise UserError.at(
            endpoint.url,
            f"the endpoint answered as {before!r} first, and now as {now!r}",
            expected="one judge for all",
            fix="pin a version of the model by --judge-model",
        )


def _read(reply: str) -> tuple[Pick | None, str]:
    """The place that a reply names, and its reason; None and the reply where it names none.

    Words or a code fence around the JSON object do no harm.
    """
    text = without_thoughts(reply).text
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(text, text.index("{"))
        option = str(value["option"]).strip().upper()
        return _PLACES[option], str(value.get("reason", "")).strip()
    except (ValueError, KeyError, RecursionError):
        return None, text.strip()


_PLACES: dict[str, Pick] = {"A": "first", "B": "second"}
