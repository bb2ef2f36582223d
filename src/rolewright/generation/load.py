"""Load a model one can ask: a base model, or a bundle's tuned one."""

from rolewright.bundle.read import Bundle
from rolewright.errors import UserError
from rolewright.generation.chat_model import ChatModel
from rolewright.models.builtin import Say
from rolewright.models.fingerprint import fingerprint_model
from rolewright.models.load import Precision, load_model, load_tokenizer, locate_model
from rolewright.models.quantization import Quantization, quantization_obstacle
from rolewright.tokens.chat_format import Thinking
from rolewright.tokens.chatml import ChatEncoder


def load_chat_model(
    name: str,
    *,
    precision: Precision = "auto",
    say: Say = print,
    thinking: Thinking | None = None,
) -> ChatModel:
    """Load a base model by hub id, folder or built-in name.

    Args:
        name: of the model.
        precision: of its weights.
        say: told in plain words what is happening.
        thinking: whether it reasons before it answers; None = not, if it can be told so.

    Raises:
        UserError: it cannot be loaded, or speaks no ChatML.
    """
    encoder = ChatEncoder(load_tokenizer(name, say), name, thinking=thinking)
    return ChatModel(name, encoder, load_model(name, precision=precision, say=say))


def load_bundle_model(
    bundle: Bundle, *, precision: Precision = "auto", say: Say = print
) -> ChatModel:
    """Load a bundle's tuned model.

    Raises:
        UserError: the base model is not the one that was trained, or cannot be loaded.
    """
    encoder = ChatEncoder(load_tokenizer(str(bundle.tokenizer_folder), say), str(bundle.folder))
    model = load_model(
        bundle.weights,
        adapter=bundle.adapter_folder,
        precision=precision,
        quantization=_quantization(bundle, say),
        say=say,
    )
    if bundle.adapter_folder is not None:
        check_base_model(bundle, say)
    return ChatModel(str(bundle.folder), encoder, model)


def _quantization(bundle: Bundle, say: Say) -> Quantization:
    """That of the training where this machine can do it, else none."""
    trained: Quantization = bundle.manifest.settings.get("quantization", "none")
    obstacle = None if trained == "none" else quantization_obstacle()
    if obstacle is None:
        return trained
    say(
        f"trained on a base model in {trained}; here it is not quantised, as {obstacle}: "
        "answers may differ a little"
    )
    return "none"


def check_base_model(bundle: Bundle, say: Say) -> None:
    """Make sure that the base model is the one that a bundle was trained on.

    Raises:
        UserError: it is another.
    """
    record = bundle.manifest.base_model
    found = fingerprint_model(locate_model(record.name, say))
    if found != record.fingerprint:
        raise UserError.at(
            record.name,
            f"this is not the base model that {bundle.folder} was trained on",
            expected=f"fingerprint {record.fingerprint}, found {found}",
            fix="restore the base model, or train the bundle again",
        )
