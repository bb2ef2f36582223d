"""What is said of rules that no answer keeps together."""

from dataclasses import dataclass

from rolewright.role.schema import Rule


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Rules of one scenario that no answer keeps together.

    Attributes:
        rules: two or more; the first is the one that requires something.
        is_certain: whether there is no such answer, or merely hardly any.
        message: why.
    """

    rules: tuple[Rule, ...]
    is_certain: bool
    message: str
