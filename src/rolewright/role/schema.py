"""The role file's shape, and the rules compiled from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from rolewright.conversations.conversation import Conversation
from rolewright.errors import Place
from rolewright.verifiers import Verdict
from rolewright.verifiers.registry import Verifier
from rolewright.verifiers.user_file import VerifierFile

Identifier = Annotated[str, StringConstraints(pattern=r"^[\w][\w.-]*$")]
Text = Annotated[str, StringConstraints(min_length=1)]


class RuleEntry(BaseModel):
    """A rule as it is written: any further key is a parameter of the verifier."""

    model_config = ConfigDict(extra="allow", frozen=True)

    id: Identifier
    """Unique among the rules."""
    check: Text
    """A verifier's name, or ``judged``."""
    scenarios: tuple[Identifier, ...] | None = None
    """Where the rule applies; everywhere when left out."""


class JudgedParameters(BaseModel):
    """The further keys of a rule with ``check: judged``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    criterion: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    """What an answer has to be like, in words."""


class Example(BaseModel):
    """A user input, written as a text or as ``user`` with the ``assistant``'s answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    user: Text
    assistant: Text | None = None
    """An answer that keeps all rules; None where none is given."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"user": value}
        if not isinstance(value, dict):
            raise ValueError("a text was expected, or `user` and `assistant`")
        return value


class Scenario(BaseModel):
    """A kind of request that the role meets."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Identifier
    description: str = ""
    examples: tuple[Example, ...] = ()
    """User inputs that belong to it."""
    refusal_rate: Annotated[float, Field(ge=0, le=1)] | None = None
    """Share of its answers that are meant to decline; nothing is said about them when left out."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The texts of the user inputs."""
        return tuple(example.user for example in self.examples)


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
    verifiers: tuple[Text, ...] = ()
    """Python files with verifiers of the user's own, relative to the role file."""
    rules: tuple[RuleEntry, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    silence: tuple[Text, ...] = ()
    """Codes of findings that ``check`` leaves out."""


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
class JudgedRule:
    """A rule that no code can decide: whether an answer keeps it is a model's judgement.

    Attributes:
        id: unique among the role's rules of both kinds.
        criterion: what an answer has to be like, in words.
        scenarios: where it applies; None = everywhere.
    """

    id: str
    criterion: str
    scenarios: frozenset[str] | None = None

    def applies_to(self, scenario: str | None) -> bool:
        """Whether the rule holds for a conversation of this scenario (None = undeclared)."""
        return self.scenarios is None or scenario in self.scenarios


@dataclass(frozen=True, slots=True)
class RoleFile:
    """A role: its system message, and what follows from it.

    Attributes:
        file: where it was read.
        source: the file's text, which a bundle keeps word for word.
        name, description, language, system, literal_control_tokens, paraphrases: as in
            ``RoleEntry``.
        rules: that code decides, compiled, in the file's order.
        scenarios: in the file's order.
        silenced: codes of findings that ``check`` leaves out.
        lines: line number of ``system``, ``rules.ID`` and ``scenarios.ID``.
        verifier_files: the code that the rules need, which a bundle keeps too.
        judged_rules: that no code decides, in the file's order.
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
    silenced: frozenset[str] = frozenset()
    lines: Mapping[str, int] = field(default_factory=dict)
    verifier_files: tuple[VerifierFile, ...] = ()
    paraphrases: tuple[str, ...] = ()
    judged_rules: tuple[JudgedRule, ...] = ()

    def place(self, key: str) -> Place:
        """The place of ``system``, ``rules.ID`` or ``scenarios.ID``."""
        return Place(self.file, self.lines.get(key), key)

    def rules_for(self, scenario: str | None) -> list[Rule]:
        """The rules that code decides and that hold for a conversation of this scenario."""
        return [rule for rule in self.rules if rule.applies_to(scenario)]
