"""One finding about a role or its data."""

import re
from dataclasses import dataclass
from typing import Literal

from rolewright.errors import Place

Severity = Literal["error", "warning", "info"]

CODES: dict[str, tuple[Severity, str]] = {
    "RW001": ("warning", "a role without rules: nothing can be evaluated"),
    "RW002": ("warning", "a role without a system message"),
    "RW003": ("error", "rules that no answer can keep together"),
    "RW004": ("warning", "rules that hardly any answer keeps together"),
    "RW005": ("error", "an example answer that breaks a rule of its role"),
    "RW006": ("warning", "a secret in the system message that no rule keeps"),
    "RW007": ("info", "vague words in the system message"),
    "RW008": ("info", "a scenario without example inputs"),
    "RW009": ("info", "a scenario that no rule applies to"),
    "RW010": ("info", "a rule that no example answer shows"),
    "RW011": ("info", "a system message that states what no rule checks"),
    "RW012": ("info", "a rule that the system message does not state"),
    "RW013": ("info", "a long system message"),
    "RW014": ("info", "demands that a model finds contradictory"),
    "RW015": ("info", "a criterion for a model that code can check"),
    "RW100": ("info", "more findings of one kind than are listed"),
    "RW101": ("error", "a row that cannot be read"),
    "RW102": ("warning", "rows under another system message than the role's"),
    "RW103": ("warning", "rows without a scenario, where rules depend on it"),
    "RW104": ("error", "rows of a scenario that the role does not declare"),
    "RW105": ("warning", "a row that is longer than training takes in"),
    "RW106": ("info", "a turn that poses as another speaker"),
    "RW107": ("warning", "text that the model's tokenizer takes for a control token"),
    "RW108": ("warning", "a system message that is nearly the role's"),
    "RW109": ("warning", "characters that nobody types, or text in a wrong encoding"),
    "RW110": ("warning", "tags, entities or escapes that are left of another format"),
    "RW111": ("warning", "a blank that nobody has filled in"),
    "RW112": ("warning", "a key, a password or a private number"),
    "RW113": ("warning", "reasoning in some of the answers"),
    "RW114": ("warning", "answers that break off"),
    "RW115": ("warning", "an answer that only repeats itself, or the user"),
    "RW201": ("error", "a training answer that breaks a rule of its role"),
    "RW202": ("warning", "an answer in which the model underneath speaks"),
    "RW301": ("warning", "the same conversation several times"),
    "RW302": ("warning", "a declared scenario with fewer than 20 training rows"),
    "RW303": ("warning", "nearly the same conversation several times"),
    "RW310": ("info", "rows whose scenario can only be guessed"),
    "RW311": ("warning", "a declared scenario with fewer than 5 held-out prompts"),
    "RW312": ("warning", "rows spread unevenly over the declared scenarios"),
    "RW315": ("warning", "inputs that open in too few ways"),
    "RW316": ("warning", "inputs that are too much alike"),
    "RW317": ("warning", "answers that repeat each other's wording"),
    "RW320": ("warning", "one way of answering that takes over"),
    "RW321": ("warning", "answers that open in too few ways"),
    "RW322": ("warning", "answers that close in too few ways"),
    "RW323": ("warning", "a phrase that too many answers say"),
    "RW324": ("warning", "a scenario whose answers decline more or less often than declared"),
    "RW325": ("warning", "answers whose lengths are far apart"),
    "RW326": ("warning", "answers in another language than the role's"),
    "RW327": ("info", "rows under a single system message"),
    "RW328": ("info", "a scenario that answers and declines, without a declared rate"),
    "RW401": ("error", "the same prompt with different answers"),
    "RW402": ("warning", "nearly the same prompt with unlike answers"),
    "RW403": ("warning", "nearly the same prompt, once answered and once declined"),
    "RW501": ("error", "an evaluation prompt that stands in the training data"),
    "RW502": ("warning", "an evaluation prompt that nearly stands in the training data"),
    "RW503": ("warning", "an evaluation prompt that shares a run of words with the training data"),
}
"""Code → severity and meaning; docs/findings.md has a section for each."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    Attributes:
        code: a key of ``CODES``.
        place: file, line and key.
        message: what is the matter here.
        fix: what to do about it.
    """

    code: str
    place: Place
    message: str
    fix: str

    @property
    def concerns(self) -> str:
        """The code of what is the matter; RW100 counts further rows of another code."""
        named = re.search(r"RW\d{3}", self.message) if self.code == "RW100" else None
        return named.group() if named else self.code

    @property
    def severity(self) -> Severity:
        """Of the code."""
        return CODES[self.code][0]
