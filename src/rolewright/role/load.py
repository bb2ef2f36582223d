"""Read a role file, and say all that is wrong with it at once."""

import difflib
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from rolewright.conversations.control_tokens import control_tokens_in
from rolewright.errors import Fault, UserError
from rolewright.role.schema import RoleEntry, RoleFile, Rule, RuleEntry
from rolewright.verifiers import find_verifier, verifier_names
from rolewright.yaml_document import Key, YamlDocument, describe, read_yaml, validate


def load_role(path: str | Path) -> RoleFile:
    """Read and compile a role file.

    Raises:
        UserError: naming file, line and key of every fault: an unknown key, an unknown verifier, a
            missing or wrong parameter, an id that stands twice, a scenario that does not exist, a
            control token in the system text or a paraphrase of it.
    """
    document = read_yaml(path)
    entry = validate(RoleEntry, document)
    faults: list[Fault] = []
    rules = [_compile(rule, ("rules", i), document, faults) for i, rule in enumerate(entry.rules)]
    faults += _references(entry, document)
    faults += _control_tokens(entry, document)
    if faults:
        raise UserError(*faults)
    return RoleFile(
        file=str(path),
        source=document.text,
        name=entry.name,
        description=entry.description,
        language=entry.language,
        # YAML's block scalars end with a newline that nobody means.
        system=None if entry.system is None else entry.system.removesuffix("\n"),
        literal_control_tokens=entry.literal_control_tokens,
        rules=tuple(rule for rule in rules if rule is not None),
        scenarios=entry.scenarios,
        paraphrases=tuple(text.removesuffix("\n") for text in entry.paraphrases),
    )


def _compile(
    entry: RuleEntry, key: Key, document: YamlDocument, faults: list[Fault]
) -> Rule | None:
    verifier = find_verifier(entry.check)
    if verifier is None:
        near = difflib.get_close_matches(entry.check, verifier_names(), n=1)
        faults.append(
            Fault(
                document.place((*key, "check")),
                f"there is no verifier named {entry.check!r}",
                f"one of: {', '.join(verifier_names())}",
                f"did you mean {near[0]!r}?" if near else "choose one of them",
            )
        )
        return None
    try:
        parameters = verifier.parameters.model_validate(entry.model_extra or {})
    except ValidationError as error:
        faults += [
            describe(problem, document, verifier.parameters, key) for problem in error.errors()
        ]
        return None
    return Rule(
        id=entry.id,
        verifier=verifier,
        # Attributes, not model_dump(): nested values keep their types.
        parameters={name: getattr(parameters, name) for name in verifier.parameters.model_fields},
        scenarios=None if entry.scenarios is None else frozenset(entry.scenarios),
    )


def _references(entry: RoleEntry, document: YamlDocument) -> Iterator[Fault]:
    rule_ids = [rule.id for rule in entry.rules]
    scenario_ids = [scenario.id for scenario in entry.scenarios]
    for section, ids in (("rules", rule_ids), ("scenarios", scenario_ids)):
        for index, id_ in enumerate(ids):
            if id_ in ids[:index]:
                place = document.place((section, index, "id"))
                yield Fault(place, f"the id {id_!r} stands twice", "a unique id", "rename one")
    for index, rule in enumerate(entry.rules):
        for position, scenario in enumerate(rule.scenarios or ()):
            if scenario not in scenario_ids:
                yield Fault(
                    document.place(("rules", index, "scenarios", position)),
                    f"there is no scenario {scenario!r}",
                    f"one of: {', '.join(scenario_ids)}"
                    if scenario_ids
                    else "a scenario of this file",
                    "add it under `scenarios`, or remove it here",
                )


def _control_tokens(entry: RoleEntry, document: YamlDocument) -> Iterator[Fault]:
    texts: list[tuple[Key, str]] = [(("system",), entry.system or "")]
    texts += [(("paraphrases", index), text) for index, text in enumerate(entry.paraphrases)]
    for key, text in texts:
        for token in control_tokens_in(text):
            yield Fault(
                document.place(key),
                f"the system text holds the control token {token!r}",
                "plain text: the chat template adds the control tokens",
                "remove it",
            )
