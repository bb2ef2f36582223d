"""Read a role file, and say all that is wrong with it at once."""

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from rolewright.conversations.control_tokens import control_tokens_in
from rolewright.errors import Fault, UserError
from rolewright.finding import CODES
from rolewright.role.schema import (
    JudgedParameters,
    JudgedRule,
    RoleEntry,
    RoleFile,
    Rule,
    RuleEntry,
)
from rolewright.role.user_verifiers import read_verifier_files, run_verifier_files, seal
from rolewright.verifiers.registry import JUDGED, Verifier, registered_verifiers
from rolewright.yaml_document import Key, Model, YamlDocument, describe, read_yaml, validate


def load_role(
    path: str | Path, *, verifier_folder: Path | None = None, run_code: bool = True
) -> RoleFile:
    """Read and compile a role file, and run the Python files with verifiers that it names.

    Args:
        path: the role file.
        verifier_folder: where these Python files lie; None = their paths are relative to the role
            file.
        run_code: False = leave them unrun, for a role whose rules nobody is to judge by: the rules
            that need them raise a UserError when they are asked.

    Raises:
        UserError: naming file, line and key of every fault: an unknown key, an unknown verifier, a
            missing or wrong parameter, an id that stands twice, a scenario that does not exist, a
            control token in the system text or a paraphrase of it, an unknown code under
            ``silence``, a file of verifiers that is missing or fails.
    """
    document = read_yaml(path)
    try:
        entry = validate(RoleEntry, document)
    except UserError as error:
        raise UserError(*error.faults, *_faults_of_sound_rules(document)) from None
    files = read_verifier_files(entry, document, verifier_folder or Path(path).parent)
    table = registered_verifiers()
    if files and not run_code:
        table = {rule.check: seal(rule.check, files) for rule in entry.rules} | table
    elif files:
        table |= run_verifier_files(files, document)
    faults: list[Fault] = []
    rules = [
        _compile(rule, ("rules", index), document, table, faults)
        for index, rule in enumerate(entry.rules)
    ]
    faults += _references(entry, document)
    faults += _control_tokens(entry, document)
    faults += _unknown_codes(entry, document)
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
        rules=tuple(rule for rule in rules if isinstance(rule, Rule)),
        judged_rules=tuple(rule for rule in rules if isinstance(rule, JudgedRule)),
        scenarios=entry.scenarios,
        silenced=frozenset(entry.silence),
        lines=_lines(entry, document),
        verifier_files=files,
        paraphrases=tuple(text.removesuffix("\n") for text in entry.paraphrases),
    )


def _faults_of_sound_rules(document: YamlDocument) -> list[Fault]:
    """What is wrong inside rules of the right shape, where another part of the file has not its.

    Nothing of files of verifiers, which such a role may not have named rightly.
    """
    rules = document.value.get("rules")
    if not isinstance(rules, list) or "verifiers" in document.value:
        return []
    faults: list[Fault] = []
    for index, rule in enumerate(rules):
        try:
            entry = RuleEntry.model_validate(rule)
        except ValidationError:
            continue  # its faults are told already
        _compile(entry, ("rules", index), document, registered_verifiers(), faults)
    return faults


def _compile(
    entry: RuleEntry,
    key: Key,
    document: YamlDocument,
    table: Mapping[str, Verifier],
    faults: list[Fault],
) -> Rule | JudgedRule | None:
    scenarios = None if entry.scenarios is None else frozenset(entry.scenarios)
    if entry.check == JUDGED:
        judged = _parameters(entry, JudgedParameters, key, document, faults)
        return None if judged is None else JudgedRule(entry.id, judged.criterion, scenarios)
    verifier = table.get(entry.check)
    if verifier is None:
        near = difflib.get_close_matches(entry.check, [*table, JUDGED], n=3)
        plain = ", ".join(sorted(name for name in table if ":" not in name))
        faults.append(
            Fault(
                document.place((*key, "check")),
                f"there is no verifier named {entry.check!r}",
                f"one such as {', '.join(near)}"
                if near
                else f"one of: {plain}, or an id of IFEval or IFBench",
                f"did you mean {near[0]!r}?" if near else "choose one of them",
            )
        )
        return None
    parameters = _parameters(entry, verifier.parameters, key, document, faults)
    if parameters is None:
        return None
    return Rule(
        id=entry.id,
        verifier=verifier,
        # Attributes, not model_dump(): nested values keep their types.
        parameters={name: getattr(parameters, name) for name in verifier.parameters.model_fields},
        scenarios=scenarios,
    )


def _parameters(
    entry: RuleEntry,
    model: type[Model],
    key: Key,
    document: YamlDocument,
    faults: list[Fault],
) -> Model | None:
    try:
        return model.model_validate(entry.model_extra or {})
    except ValidationError as error:
        faults += [describe(problem, document, model, key) for problem in error.errors()]
        return None


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


def _unknown_codes(entry: RoleEntry, document: YamlDocument) -> Iterator[Fault]:
    for index, code in enumerate(entry.silence):
        if code not in CODES:
            near = difflib.get_close_matches(code.upper(), CODES, n=3)
            yield Fault(
                document.place(("silence", index)),
                f"there is no finding {code!r}",
                "codes of findings (docs/findings.md)",
                f"did you mean {' or '.join(near)}?" if near else "remove it",
            )


def _lines(entry: RoleEntry, document: YamlDocument) -> dict[str, int]:
    keys: dict[str, Key] = {"system": ("system",)}
    keys |= {f"rules.{rule.id}": ("rules", i) for i, rule in enumerate(entry.rules)}
    keys |= {f"scenarios.{each.id}": ("scenarios", i) for i, each in enumerate(entry.scenarios)}
    return {name: document.lines[key] for name, key in keys.items() if key in document.lines}
