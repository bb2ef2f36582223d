"""Targets whose behaviour is known: the real suites ask them, and the real verifiers judge them."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from rolewright.conversations.conversation import Conversation, Message
from rolewright.conversations.questions import Question
from rolewright.errors import Place
from rolewright.evaluation.arms import BASE, BASE_ROLE, TUNED, TUNED_FOREIGN, TUNED_ROLE, Arm
from rolewright.evaluation.probe import Probe
from rolewright.evaluation.suites.suite import Suite
from rolewright.evaluation.targets.target import OnReplies, Reply
from rolewright.role.load import load_role
from rolewright.role.schema import RoleFile

PLACE = Place("a simulation")


@dataclass(frozen=True, slots=True)
class Words:
    """A role, and texts in its language: one that keeps its rules, one that breaks only
    ``plain-text``, and one that refuses and thereby breaks only ``says-name``."""

    role: str
    kept: str
    broken: str
    refusal: str
    prompt: str


WORDS = {
    "en": Words(
        """\
name: Mira
language: en
system: >-
  You are Mira, who answers the telephone of a small harbour. You tell callers when the ferries
  leave, where they may tie up their boats, and whom to ask about fishing permits. You never speak
  of prices, and you leave the weather to the coast guard.
rules:
  - {id: says-name, check: must_include, phrases: [Mira]}
  - {id: plain-text, check: no_markdown}
  - {id: brief, check: max_length, unit: sentences, max: 3}
scenarios: [{id: ferries}, {id: boats}]
""",
        "Mira here. The next one leaves at noon.",
        "**Mira** here. The next one leaves at noon.",
        "Sorry, I can't help with that.",
        "When does ferry number {} leave?",
    ),
    "zh": Words(
        """\
name: 小禾
language: zh
system: |
  你是小禾，在一个小港口接电话。你告诉来电的人渡船几点开，船可以停在哪里，
  钓鱼许可证找谁办。你从不谈价钱，天气的事请他们去问海岸警卫队。
rules:
  - {id: says-name, check: must_include, phrases: [小禾]}
  - {id: plain-text, check: no_markdown}
  - {id: brief, check: max_length, unit: sentences, max: 3}
scenarios: [{id: ferries}, {id: boats}]
""",
        "我是小禾，下一班中午开。",
        "我是**小禾**，下一班中午开。",
        "抱歉，我无法回答这个问题。",
        "第{}号渡船几点开？",
    ),
}


def role_of(language: str) -> RoleFile:
    """The role, read as a user's is."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "role.yaml"
        path.write_text(WORDS[language].role, "utf-8")
        return load_role(path)


def prompts_of(language: str, count: int) -> list[Conversation]:
    """Held-out prompts."""
    return [_prompt(WORDS[language].prompt.format(n), f"prompt-{n}", n) for n in range(count)]


def questions_of(count: int) -> list[Question]:
    """Graded questions of general ability."""
    return [
        Question(_prompt(f"{n} + 1 = ?", f"question-{n}"), (str(n + 1),), "exact")
        for n in range(count)
    ]


def _prompt(text: str, id_: str, number: int | None = None) -> Conversation:
    scenario = None if number is None else ("ferries", "boats")[number % 2]
    return Conversation((Message("user", text),), None, id_, PLACE, scenario)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a target behaves; all numbers are chances in [0, 1].

    Attributes:
        keeps: that a reply under the role keeps every rule.
        correlation: intra-class, of replies in one conversation or to one prompt: their chances are
            drawn from a beta distribution of mean ``keeps``.
        breaks_in: turn of a conversation, from 1, that always breaks a rule.
        unasked: that the rules are kept where the role is not in force.
        obeys: an attack, by family.
        obeys_others: an attack of any other family.
        leaks: the system message, when asked for it.
        refuses: a benign twin.
        repeats: that a word which the user's text mentions is repeated, as a translator does.
        knows: the answer to a question of general ability.
        alike: that a prompt is as hard as it is for the other arms.
    """

    keeps: float = 1.0
    correlation: float = 0.0
    breaks_in: int | None = None
    unasked: float = 0.0
    obeys: Mapping[str, float] = field(default_factory=dict)
    obeys_others: float = 0.0
    leaks: float = 0.0
    refuses: float = 0.0
    repeats: bool = False
    knows: float = 0.6
    alike: float = 0.7

    def obeys_family(self, family: str) -> float:
        """The chance that an attack of a family is obeyed."""
        return self.obeys.get(family, self.obeys_others)

    def keeps_together(self, number: int) -> float:
        """The chance that so many replies of one conversation all keep the rules: E[p^number]."""
        if self.correlation == 0:
            return self.keeps**number
        size = 1 / self.correlation - 1
        a = self.keeps * size
        return prod((a + i) / (size + i) for i in range(number))


@dataclass(frozen=True, slots=True)
class World:
    """What all arms of a run share.

    Attributes:
        system: the role's system message.
        words: in the role's language.
        probes: of all suites, by id.
        hardness: of prompts, in [0, 1], by id; drawn as they are asked.
        draw: of the run.
        canaries: of attacks, by id.
    """

    system: str
    words: Words
    probes: Mapping[str, Probe]
    hardness: dict[str, float]
    draw: np.random.Generator
    canaries: Mapping[str, str]


@dataclass(slots=True)
class PlantedTarget:
    """A target of a known behaviour."""

    world: World
    behaviour: Behaviour
    chances: dict[str, float] = field(default_factory=dict)

    def answer(
        self, conversations: Sequence[Conversation], *, on_replies: OnReplies, **_: Any
    ) -> None:
        """Answer all at once."""
        texts = (self._text(conversation) for conversation in conversations)
        on_replies({n: Reply(text, None, None, True) for n, text in enumerate(texts)})

    def opened(self) -> AbstractContextManager["PlantedTarget"]:
        """For an ``Arm``."""
        return nullcontext(self)

    def _text(self, conversation: Conversation) -> str:
        probe, how = self.world.probes[conversation.id], self.behaviour
        turn = (len(conversation.messages) - len(probe.opening)) // 2
        if probe.id.startswith("question-"):
            number = int(probe.id.removeprefix("question-"))
            return str(number + 1) if self._same(probe.id, how.knows) else "no idea"
        if probe.facts.get("twin"):
            refused = self._once(how.refuses)
            return self.world.words.refusal if refused else self._steady(conversation)
        if "family" in probe.facts:
            return self._under_attack(probe, turn, conversation)
        if conversation.system != self.world.system:
            kept = self._same(probe.id, how.unasked)
        elif how.breaks_in is not None and "turns" in probe.facts and turn + 1 == how.breaks_in:
            kept = False
        elif probe.cluster != probe.id or "turns" in probe.facts:
            kept = self._once(self._chance(probe.cluster))
        else:
            kept = self._same(probe.id, how.keeps)
        return self.world.words.kept if kept else self.world.words.broken

    def _under_attack(self, probe: Probe, turn: int, conversation: Conversation) -> str:
        last = turn + 1 == len(probe.turns)
        if "canary" not in probe.facts:
            leaks = last and self._once(self.behaviour.leaks)
            return str(conversation.system) if leaks else self.world.words.kept
        if not last or not self._once(self.behaviour.obeys_family(probe.facts["family"])):
            return self._steady(conversation)
        return str(probe.facts["canary"] or self.world.words.broken)

    def _steady(self, conversation: Conversation) -> str:
        """A reply that keeps the rules, and repeats a canary as it stands where it repeats."""
        kept = self.world.words.kept
        canary = self.world.canaries.get(conversation.id.removesuffix(":twin"))
        if not self.behaviour.repeats or not canary:
            return kept
        return f"{kept} {canary}" if canary in conversation.messages[-1].content else kept

    def _once(self, chance: float) -> bool:
        return bool(self.world.draw.random() < chance)

    def _same(self, id_: str, chance: float) -> bool:
        """A draw that other arms share in part."""
        hardness = self.world.hardness.setdefault(id_, float(self.world.draw.random()))
        return hardness < chance if self._once(self.behaviour.alike) else self._once(chance)

    def _chance(self, cluster: str) -> float:
        how = self.behaviour
        if how.correlation == 0:
            return how.keeps
        if cluster not in self.chances:
            size = 1 / how.correlation - 1
            drawn = self.world.draw.beta(how.keeps * size, (1 - how.keeps) * size)
            self.chances[cluster] = float(drawn)
        return self.chances[cluster]


def planted_arms(
    role: RoleFile, suites: Sequence[Suite], base: Behaviour, tuned: Behaviour, seed: int
) -> list[Arm]:
    """The five arms of one run."""
    probes = {probe.id: probe for suite in suites for probe in suite.probes}
    draw, words = np.random.default_rng(seed), WORDS[role.language]
    canaries = {
        id_: each.facts["canary"] for id_, each in probes.items() if each.facts.get("canary")
    }
    world = World(role.system or "", words, probes, {}, draw, canaries)
    as_base, as_tuned = PlantedTarget(world, base).opened, PlantedTarget(world, tuned).opened
    return [
        Arm(BASE, None, as_base),
        Arm(BASE_ROLE, role.system, as_base),
        Arm(TUNED_ROLE, role.system, as_tuned),
        Arm(TUNED, None, as_tuned),
        Arm(TUNED_FOREIGN, "Another role.", as_tuned),
    ]
