"""The arms that are compared: which weights, under which system message."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

from rolewright.bundle.read import Bundle
from rolewright.evaluation.targets.local import LocalTarget
from rolewright.evaluation.targets.target import Target
from rolewright.generation.load import check_base_model, load_bundle_model, load_chat_model
from rolewright.models.builtin import Say
from rolewright.models.load import Precision
from rolewright.role.language import Language, language_of
from rolewright.role.schema import RoleFile
from rolewright.tokens.chat_format import Thinking

BASE = "base"
BASE_ROLE = "base+role"
TUNED_ROLE = "tuned+role"
TUNED = "tuned"
TUNED_FOREIGN = "tuned+foreign"

FOREIGN_ROLE: dict[Language, str] = {
    "en": "You are the night porter of a small hotel by a lake. You chat at length with the guests"
    " about the weather, the boats and your garden, and you like to tell stories.",
    "zh": "你是湖边一家小旅馆的夜班门房。你喜欢和客人长谈天气、小船和自己的花园，还爱讲故事。",
}
"""A role of which no rule of any user's is known; ``augment`` does not train on it."""


Opened = Callable[[], AbstractContextManager[Target]]
"""Opens a model."""


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm.

    Attributes:
        name: one of those above.
        system: the system message of all its prompts; None = none.
        opened: opens the model for as long as the arm runs.
    """

    name: str
    system: str | None
    opened: Opened


@dataclass(frozen=True, slots=True)
class Opening:
    """How models are opened.

    Attributes:
        precision: of the weights.
        batch_size: prompts decoded together.
        say: told in plain words what is happening.
    """

    precision: Precision
    batch_size: int
    say: Say


def arms_of_target(role: RoleFile, target: Target, tuned: Target | None = None) -> list[Arm]:
    """One model, without and with the role as a prompt; the tuned one's arms, where there is one.

    Args:
        role: whose system message it is.
        target: the base model.
        tuned: made of it.
    """
    arms = _base_arms(role, lambda: nullcontext(target))
    return arms if tuned is None else [*arms, *_tuned_arms(role, lambda: nullcontext(tuned))]


def _base_arms(role: RoleFile, opened: Opened) -> list[Arm]:
    return [Arm(BASE, None, opened), Arm(BASE_ROLE, role.system, opened)]


def _tuned_arms(role: RoleFile, opened: Opened) -> list[Arm]:
    return [
        Arm(TUNED_ROLE, role.system, opened),
        Arm(TUNED, None, opened),
        Arm(TUNED_FOREIGN, FOREIGN_ROLE[language_of(role)], opened),
    ]


def arms_of_model(
    role: RoleFile, name: str, how: Opening, thinking: Thinking | None = None
) -> list[Arm]:
    """A base model, without and with the role as a prompt; ``thinking`` as for ``ChatEncoder``."""
    model = load_chat_model(name, precision=how.precision, say=how.say, thinking=thinking)
    return arms_of_target(role, LocalTarget(model, how.batch_size))


def arms_of_bundle(role: RoleFile, bundle: Bundle, how: Opening) -> list[Arm]:
    """The base model without and with the role, the tuned one with, without and under another.

    With an adapter the arms share one set of weights; where all weights were trained, the base
    model is loaded beside them.
    """
    tuned = load_bundle_model(bundle, precision=how.precision, say=how.say)

    @contextmanager
    def as_base() -> Iterator[Target]:
        with tuned.without_adapter() as base:
            yield LocalTarget(base, how.batch_size)

    if bundle.adapter_folder is not None:
        arms = _base_arms(role, as_base)
    else:
        check_base_model(bundle, how.say)
        thinking = tuned.encoder.format.thinking
        arms = arms_of_model(role, bundle.manifest.base_model.name, how, thinking)
    return [*arms, *_tuned_arms(role, lambda: nullcontext(LocalTarget(tuned, how.batch_size)))]
