"""Judging replies: by the role's rules, or by a verifier of a suite's own choice."""

from rolewright.conversations.conversation import Conversation
from rolewright.evaluation.probe import Probe
from rolewright.evaluation.suites.suite import Judge
from rolewright.evaluation.targets.target import Reply
from rolewright.role.schema import RoleFile, Rule
from rolewright.verifiers import Verdict
from rolewright.verifiers.refusal import first_refusal
from rolewright.verifiers.registry import registered_verifiers


def by_rules(role: RoleFile) -> Judge:
    """Judge by the rules that apply to a turn's scenario, by rule id."""

    def judge(probe: Probe, conversation: Conversation, reply: Reply) -> dict[str, Verdict]:
        return {
            rule.id: rule.check(reply.text, conversation)
            for rule in role.rules_for(conversation.scenario)
        }

    return judge


def by_verifier(
    name: str, conversation: Conversation, reply: Reply, **parameters: object
) -> Verdict:
    """Judge by one of the built-in verifiers, as a rule would; a thought in the reply is left out.

    Raises:
        KeyError: there is none of this name.
    """
    verifier = registered_verifiers()[name]
    checked = verifier.parameters(**parameters)
    fields = type(checked).model_fields
    return verifier(reply.text, conversation, {field: getattr(checked, field) for field in fields})


def asks_to_refuse(role: RoleFile, conversation: Conversation) -> bool:
    """Whether a refusal of the last user turn can be what the role wants.

    It is where the scenario declares a ``refusal_rate``, or a rule asks for a refusal or for a
    phrase that is one.
    """
    declared = {scenario.id: scenario.refusal_rate for scenario in role.scenarios}
    if declared.get(conversation.scenario or ""):
        return True
    return any(_asks_to_refuse(r, conversation) for r in role.rules_for(conversation.scenario))


def _asks_to_refuse(rule: Rule, conversation: Conversation) -> bool:
    match rule.verifier.name:
        case "refuses" | "refuses_topic":
            return not rule.check("Yes.", conversation).passed
        case "must_include" | "opens_with" | "closes_with":
            demanded = rule.parameters["phrases"]
        case "exact_answer":
            demanded = rule.parameters["options"]
        case _:
            return False
    return any(first_refusal(phrase) is not None for phrase in demanded)
