"""Tell a rule from another of the same id."""

import json

from rolewright.file_hash import hash_text
from rolewright.role.schema import RoleFile, Rule
from rolewright.verifiers import find_verifier


def hash_rules(role: RoleFile) -> dict[str, str]:
    """By rule id a hash of what the rule demands, and of the code of its own that judges it."""
    return {rule.id: _hash_rule(role, rule) for rule in role.rules}


def _hash_rule(role: RoleFile, rule: Rule) -> str:
    own = find_verifier(rule.verifier.name) is None
    demanded = [
        rule.verifier.name,
        rule.verifier.parameters(**rule.parameters).model_dump(mode="json"),
        None if rule.scenarios is None else sorted(rule.scenarios),
        [file.hash for file in role.verifier_files] if own else [],
    ]
    return hash_text(json.dumps(demanded, ensure_ascii=False))
