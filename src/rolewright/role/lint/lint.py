"""All findings about a role file itself."""

from collections.abc import Callable, Iterator

from rolewright.errors import Place
from rolewright.finding import Finding
from rolewright.role.lint.contradictions.find import contradictions
from rolewright.role.lint.coverage import scenarios_left_out
from rolewright.role.lint.example_answers import faulty_example_answers, rules_without_example
from rolewright.role.lint.judged import criteria_for_code
from rolewright.role.lint.request_share import long_system_message
from rolewright.role.lint.secrets import secrets_in_system
from rolewright.role.lint.statements import rules_not_stated, statements_not_checked
from rolewright.role.lint.vagueness import vague_words
from rolewright.role.schema import RoleFile


def lint_role(
    role: RoleFile, count_tokens: Callable[[str], int] | None = None
) -> Iterator[Finding]:
    """Findings about a role: contradictions, faulty examples, secrets, then advice.

    Args:
        role: as loaded.
        count_tokens: of the model's tokenizer; without it the length of the system message is
            estimated.
    """
    yield from _missing_parts(role)
    yield from contradictions(role)
    yield from faulty_example_answers(role)
    yield from secrets_in_system(role)
    yield from vague_words(role)
    yield from scenarios_left_out(role)
    yield from rules_without_example(role)
    yield from statements_not_checked(role)
    yield from rules_not_stated(role)
    yield from criteria_for_code(role)
    yield from long_system_message(role, count_tokens)


def _missing_parts(role: RoleFile) -> Iterator[Finding]:
    if not role.rules:
        which = " that code decides" if role.judged_rules else ""
        message = f"the role has no rules{which}"
        yield Finding("RW001", Place(role.file), message, "add some under `rules`")
    if not role.system:
        yield Finding(
            "RW002",
            Place(role.file),
            "the role has no system message",
            "add `system`, unless the role is meant to hold without one",
        )
