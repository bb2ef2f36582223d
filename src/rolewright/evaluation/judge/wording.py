"""The words of what a judge is asked, in English and Chinese, read from this package's files."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from string import Template
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from rolewright.conversations.conversation import Message
from rolewright.file_hash import hash_text
from rolewright.role.language import Language
from rolewright.yaml_document import read_yaml, validate


@dataclass(frozen=True, slots=True)
class Choice:
    """A question of two statements, of which one is true.

    Attributes:
        instructions: the system message.
        material: what the statements are about.
        yes: the statement that something holds.
        no: that it does not.
        template: of the question, with ``$first`` and ``$second``.
    """

    instructions: str
    material: str
    yes: str
    no: str
    template: str

    def messages(self, *, yes_first: bool) -> list[dict[str, str]]:
        """The chat messages that ask for one of A and B."""
        first, second = (self.yes, self.no) if yes_first else (self.no, self.yes)
        question = Template(self.template).substitute(first=first, second=second)
        return [
            {"role": "system", "content": self.instructions},
            {"role": "user", "content": f"{self.material}\n\n{question}"},
        ]


class Control(BaseModel):
    """An answer whose judgement is beyond doubt, to see whether a judge can be trusted at all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    criterion: str
    user: str
    answer: str
    kept: bool


class Wording(BaseModel):
    """A language's words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    instructions: str
    answer: str
    kept: str
    broken: str
    demands: str
    compatible: str
    contradictory: str
    choose: str
    everywhere: str
    system: str
    rule: str
    controls: Annotated[tuple[Control, ...], Field(min_length=1)]

    @property
    def hash(self) -> str:
        """Of all words, as ``hash_text`` gives it: another wording is another judge."""
        return hash_text(self.model_dump_json())

    def about_answer(self, criterion: str, messages: Sequence[Message], answer: str) -> Choice:
        """Whether an answer meets a criterion.

        Args:
            criterion: of a judged rule.
            messages: what was said before the answer, without a system message: it would tell
                which arm of an evaluation is judged.
            answer: without thoughts.
        """
        turns = [{"role": turn.role, "content": turn.content} for turn in messages]
        material = Template(self.answer).substitute(
            criterion=_as_data(criterion), conversation=_as_data(turns), answer=_as_data(answer)
        )
        return Choice(self.instructions, material, self.kept, self.broken, self.choose)

    def about_demands(self, first: Mapping[str, Any], second: Mapping[str, Any]) -> Choice:
        """Whether two demands on an answer contradict each other."""
        material = Template(self.demands).substitute(first=_as_data(first), second=_as_data(second))
        yes, no = self.contradictory, self.compatible
        return Choice(self.instructions, material, yes, no, self.choose)


def read_wording(language: Language) -> Wording:
    """The words of a language."""
    file = resources.files(__package__).joinpath(f"wording_{language}.yaml")
    with resources.as_file(file) as path:
        return validate(Wording, read_yaml(path))


def _as_data(value: Any) -> str:
    """What people or models wrote, as JSON without a "<".

    So it can neither end the tag that it stands in nor spell a control token of the judge's own
    chat template.
    """
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text.replace("<", "\\u003c")
