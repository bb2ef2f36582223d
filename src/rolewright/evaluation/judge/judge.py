"""A judge: a model behind an endpoint that decides between two statements, asked in both orders."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rolewright.conversations.conversation import Message
from rolewright.errors import UserError
from rolewright.evaluation.endpoint import Completion, Endpoint, Request
from rolewright.evaluation.judge.wording import Choice, Wording
from rolewright.verifiers.thought import without_thoughts

TEMPERATURE = 0.0
SEED = 0
TOKEN_LIMITS = (4096, 512)
"""Of a reply: a judge that thinks needs most of them before it speaks; one whose context has no
room for so many is asked again with fewer."""
SHOWN = 1000
"""Characters that are kept of a reply that cannot be read."""
_READ = 50_000
"""Characters of a reply's end that are read: more than ``TOKEN_LIMITS`` allow for."""
_NO_ROOM = "does not fit into the judge's context"
JUDGE_API_KEY = "JUDGE_API_KEY"
"""Environment variable of the judge's key: it may live elsewhere than the model it judges."""

Pick = Literal["first", "second"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a judge made of a choice.

    Attributes:
        picks: the place of the statement that it took, with yes first and with no first; None
            where its reply named none.
        reasons: its own words, one for each order; the reply itself, up to ``SHOWN`` characters,
            where it cannot be read.
        model: that replied, as the server reports it; "" where neither order fits into its context.
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
        controls: its decisions on the wording's controls, in their order.
    """

    endpoint: Endpoint
    wording: Wording
    model: str
    controls: tuple[Decision, ...]

    @property
    def controls_right(self) -> int:
        """How many controls it got right."""
        pairs = zip(self.wording.controls, self.controls, strict=True)
        return sum(decision.holds == control.kept for control, decision in pairs)

    @property
    def is_sound(self) -> bool:
        """Whether it got every control right, those that try to talk it round among them."""
        return self.controls_right == len(self.controls)

    @property
    def unreadable(self) -> tuple[str, ...]:
        """Its replies to controls that cannot be read."""
        return tuple(
            reason
            for decision in self.controls
            for pick, reason in zip(decision.picks, decision.reasons, strict=True)
            if pick is None
        )

    @property
    def in_words(self) -> str:
        """How it did in the controls, a phrase for people."""
        said = f"{self.controls_right} of {len(self.controls)} controls right"
        if self.unreadable:
            said += f", {len(self.unreadable)} of {2 * len(self.controls)} replies unreadable"
        return said

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
        return self.conditions() | {
            "controls": len(self.controls),
            "controls_right": self.controls_right,
            "controls_unreadable": len(self.unreadable),
        }

    def decide(self, choices: Sequence[Choice], on_decision: OnDecision) -> None:
        """Ask for decisions.

        Args:
            choices: to decide.
            on_decision: told each choice's index and decision as they become ready.

        Raises:
            UserError: the endpoint fails, or another model replies than before.
        """

        def check(index: int, decision: Decision) -> None:
            if decision.model:
                _refuse_other(self.endpoint, self.model, decision.model)
            on_decision(index, decision)

        _ask(self.endpoint, choices, check)


def open_judge(endpoint: Endpoint, wording: Wording) -> Judge:
    """Ask a model the controls, by which it shows which model it is and what it is good for.

    Raises:
        UserError: the endpoint fails, several models reply, or a control does not fit into the
            model's context.
    """
    decisions: dict[int, Decision] = {}
    choices = [
        wording.about_answer(each.criterion, [Message("user", each.user)], each.answer)
        for each in wording.controls
    ]
    _ask(endpoint, choices, decisions.__setitem__)
    controls = tuple(decisions[index] for index in range(len(choices)))
    if any(_NO_ROOM in decision.reasons for decision in controls):
        raise UserError.at(
            endpoint.url,
            f"a short control and {TOKEN_LIMITS[-1]} tokens of reply do not fit into the context "
            f"of {endpoint.model!r}",
            expected="a judge, or a server's setting, with a longer context: 8,192 tokens or so",
        )
    model = controls[0].model
    for decision in controls:
        _refuse_other(endpoint, model, decision.model)
    return Judge(endpoint, wording, model, controls)


_Question = tuple[int, bool]
"""The index of a choice, and whether no stands first."""


def _ask(endpoint: Endpoint, choices: Sequence[Choice], on_decision: OnDecision) -> None:
    replies: dict[_Question, Completion] = {}

    def pair(question: _Question, completion: Completion) -> None:
        replies[question] = completion
        index = question[0]
        if (index, not question[1]) in replies:
            orders = [replies.pop((index, no_first)) for no_first in (False, True)]
            on_decision(index, _decide(endpoint, *orders))

    waiting = [(index, no_first) for index in range(len(choices)) for no_first in (False, True)]
    for limit in TOKEN_LIMITS:
        waiting = _ask_within(limit, endpoint, choices, waiting, pair)


def _ask_within(
    limit: int,
    endpoint: Endpoint,
    choices: Sequence[Choice],
    questions: Sequence[_Question],
    on_reply: Callable[[_Question, Completion], None],
) -> list[_Question]:
    """Ask for replies of so many tokens; those that there is no room for are left, if not last."""
    settings = {"max_tokens": limit, "temperature": TEMPERATURE, "seed": SEED}
    requests = [Request(choices[i].messages(yes_first=not no), settings) for i, no in questions]
    left = []

    def ready(number: int, completion: Completion) -> None:
        if completion.fits or limit == TOKEN_LIMITS[-1]:
            on_reply(questions[number], completion)
        else:
            left.append(questions[number])

    endpoint.complete(requests, ready)
    return left


def _decide(endpoint: Endpoint, first: Completion, second: Completion) -> Decision:
    """What the replies to a choice with yes first, and with no first, come to."""
    models = [each.model for each in (first, second) if each.fits]
    for model in models:
        _refuse_other(endpoint, models[0], model)
    (pick_1, reason_1), (pick_2, reason_2) = _read(first), _read(second)
    return Decision((pick_1, pick_2), (reason_1, reason_2), models[0] if models else "")


def _refuse_other(endpoint: Endpoint, before: str, now: str) -> None:
    if now != before:
        raise UserError.at(
            endpoint.url,
            f"the endpoint answered as {before!r} first, and now as {now!r}",
            expected="one judge for all",
            fix="pin a version of the model by --judge-model",
        )


def _read(completion: Completion) -> tuple[Pick | None, str]:
    """The place that a reply names, and its reason; None and the reply where it names none, or two.

    Words, a code fence, an example of the form or a thought around the JSON object do no harm.
    """
    if not completion.fits:
        return None, _NO_ROOM
    found = dict(_picks_in(without_thoughts(completion.text).text[-_READ:]))
    if len(found) == 1:
        return found.popitem()
    return None, completion.text[:SHOWN]


def _picks_in(text: str) -> Iterator[tuple[Pick, str]]:
    """Every JSON object of a text that names a place, with its reason."""
    decoder, position = json.JSONDecoder(strict=False), 0
    while (start := text.find("{", position)) >= 0:
        try:
            value, position = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            position = start + 1
            continue
        option = _OPTION.fullmatch(str(value.get("option", "")))
        if option:
            yield _PLACES[option[1].upper()], str(value.get("reason", "")).strip()


_OPTION = re.compile(r"\W*(?:option|选项)?\W*([AB])\W*", re.IGNORECASE)
_PLACES: dict[str, Pick] = {"A": "first", "B": "second"}
