"""The role file's shape, and the rules compiled from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers import Verdict
from rolewright.verifiers.registry import Verifier

Identifier = Annotated[str, StringConstraints(pattern=r"^[\w][\w.-]*$")]
Text = Annotated[str, StringConstraints(min_length=1)]


class RuleEntry(BaseModel):
    """A rule as it is written: any further key is a parameter of the verifier."""

    model_config = ConfigDict(extra="allow", frozen=True)

    id: Identifier
    """Unique among the rules."""
    check: Text
    """A verifier's name."""
    scenarios: tuple[Identifier, ...] | None = None
    """Where the rule applies; everywhere when left out."""


class Scenario(BaseModel):
    """A kind of request that the role meets."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Identifier
    description: str = ""
    examples: tuple[Text, ...] = ()
    """User inputs that belong to it."""


class RoleEntry(BaseModel):
    """The whole role file as it is written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text
    description: str = ""
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z]+)?$")] = "en"
    """Code of the language that the role speaks: ``en``, ``zh`` …"""
    system: str | None = None
    """The system message; left out = none, "" = an empty one."""
    paraphrases: tuple[Text, ...] = ()
    """The system message in other words, for ``rolewright augment``."""
    literal_control_tokens: bool = False
    """Encode text such as ``<|im_end|>`` in the data as the characters it consists of, instead of
    refusing it."""
    rules: tuple[RuleEntry, ...] = ()
    scenarios: tuple[Scenario, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule ready to run.

    Attributes:
        id: unique among the role's rules.
        verifier: the check.
        parameters: validated keyword arguments for it.
        scenarios: where it applies; None = everywhere.
    """

    id: str
    verifier: Verifier
    parameters: Mapping[str, Any]
    scenarios: frozenset[str] | None = None

    def applies_to(self, scenario: str | None) -> bool:
        """Whether the rule holds for a conversation of this scenario (None = undeclared)."""
        return self.scenarios is None or scenario in self.scenarios

    def check(self, text: str, conversation: Conversation) -> Verdict:
        """Judge an answer to a conversation."""
        return self.verifier(text, conversation, self.parameters)


@dataclass(frozen=True, slots=True)
class RoleFile:
    """A role: its system message, and what follows from it.

    Attributes:
        file: where it was read.
        source: the file's text, which a bundle keeps word for word.
        name, description, language, system, literal_control_tokens, paraphrases: as in
            ``RoleEntry``.
        rules: compiled, in the file's order.
        scenarios: in the file's order.
    """

    file: str
    source: str
    name: str
    description: str
    language: str
    system: str | None
    literal_control_tokens: bool
    rules: tuple[Rule, ...]
    scenarios: tuple[Scenario, ...]
    paraphrases: tuple[str, ...] = ()

    def rules_for(self, scenario: str | None) -> list[Rule]:
        """The rules that hold for a conversation of this scenario."""
        return [rule for rule in self.rules if rule.applies_to(scenario)]
