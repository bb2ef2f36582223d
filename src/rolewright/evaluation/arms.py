"""The arms that are compared: which weights, with or without the role's system message."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from rolewright.bundle.read import Bundle
from rolewright.generation.chat_model import (
    ChatModel,
    check_base_model,
    load_bundle_model,
    load_chat_model,
)
from rolewright.models.builtin import Say
from rolewright.models.load import Precision
from rolewright.tokens.chat_format import Thinking

BASE = "base"
BASE_ROLE = "base+role"
TUNED_ROLE = "tuned+role"


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm.

    Attributes:
        name: ``base``, ``base+role`` or ``tuned+role``.
        with_role: whether prompts carry the role's system message.
        weights: opens the model for as long as the arm runs.
    """

    name: str
    with_role: bool
    weights: Callable[[], AbstractContextManager[ChatModel]]


def arms_of_model(
    name: str, precision: Precision, say: Say, thinking: Thinking | None = None
) -> list[Arm]:
    """A base model, without and with the role as a prompt; ``thinking`` as for ``ChatEncoder``."""
    model = load_chat_model(name, precision=precision, say=say, thinking=thinking)

    @contextmanager
    def base() -> Iterator[ChatModel]:
        yield model

    return [Arm(BASE, False, base), Arm(BASE_ROLE, True, base)]


def arms_of_bundle(bundle: Bundle, precision: Precision, say: Say) -> list[Arm]:
    """The base model without and with the role as a prompt, and the tuned one with it.

    With an adapter the arms share one set of weights; where all weights were trained, the base
    model is loaded beside them.
    """
    tuned = load_bundle_model(bundle, precision=precision, say=say)

    @contextmanager
    def as_tuned() -> Iterator[ChatModel]:
        yield tuned

    if bundle.adapter_folder is not None:
        arms = [
            Arm(BASE, False, tuned.without_adapter),
            Arm(BASE_ROLE, True, tuned.without_adapter),
        ]
    else:
        check_base_model(bundle, say)
        thinking = tuned.encoder.format.thinking
        arms = arms_of_model(bundle.manifest.base_model.name, precision, say, thinking)
    return [*arms, Arm(TUNED_ROLE, True, as_tuned)]
