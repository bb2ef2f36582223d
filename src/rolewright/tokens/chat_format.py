"""What a checkpoint's own chat template does, observed by rendering probes through it."""

from dataclasses import dataclass
from functools import partial
from importlib import resources
from typing import Any, Literal

from rolewright.errors import UserError

START = "<|im_start|>"
END = "<|im_end|>"
Thinking = Literal["off", "on"]
"""Whether a model reasons in a think block before it answers."""

_EMPTY_BLOCK = "<think>\n\n</think>\n\n"
_SETTLED = {
    "off": "{%- set enable_thinking = false %}\n",
    "on": "{%- set enable_thinking = true %}\n",
}


@dataclass(frozen=True, slots=True)
class ChatFormat:
    """ChatML, and what the checkpoint's template adds to it.

    Attributes:
        answer_prefix: text between ``<|im_start|>assistant``, its newline and the answer to the
            last user turn, which a generation prompt ends with: "" for most models; for Qwen3 with
            thinking off an empty think block; for Qwen3-Thinking the block's opening.
        trims: whether white space around what people wrote is cut off.
        template: the Jinja chat template that renders the same tokens; a bundle carries it.
        thinks: whether the template shows the last answer with a think block.
        thinking: whether the model is to reason before it answers.
    """

    answer_prefix: str
    trims: bool
    template: str
    thinks: bool = False
    thinking: Thinking = "off"


def observe_chat_format(tokenizer: Any, name: str, thinking: Thinking | None = None) -> ChatFormat:
    """Find out how a tokenizer's chat template renders ChatML.

    A default system message in the template is left out of what is observed: Rolewright never
    inserts one. A tokenizer with the two ChatML tokens and no template (a base model) gets plain
    ChatML.

    Args:
        tokenizer: a transformers fast tokenizer.
        name: the model's name, for errors.
        thinking: what the template is told; None = off, but a model that thinks all the same may.

    Raises:
        UserError: the tokenizer has no ChatML tokens, or its template renders something else or
            does not think as it is told.
    """
    find = tokenizer.backend_tokenizer.token_to_id  # the whole vocabulary takes long to copy
    missing = [token for token in (START, END) if find(token) is None]
    if missing:
        raise UserError.at(
            name,
            f"the tokenizer has no {' and no '.join(missing)}",
            expected="a ChatML vocabulary, as every Qwen chat model has",
            fix="choose a Qwen 1, 1.5, 2, 2.5 or 3 model, or another one with ChatML",
        )
    template = tokenizer.chat_template or plain_template()
    open_template = template.removeprefix(_SETTLED["off"]).removeprefix(_SETTLED["on"])
    # What a bundle has settled may be settled anew.
    observed = template if thinking is None else open_template
    render = partial(_render, tokenizer, observed, thinking=thinking == "on", name=name)
    question = {"role": "user", "content": "Q"}
    system = {"role": "system", "content": "S"}
    answer = {"role": "assistant", "content": "A"}
    head = f"{START}system\nS{END}\n{START}user\nQ{END}\n{START}assistant\n"
    prompt = render([system, question], prompt=True)
    answered = render([system, question, answer], prompt=False)
    longer = render([system, question, answer, question], prompt=True)
    shown = answered.removeprefix(head).partition("A")[0]
    continued = f"{head}A{END}\n{START}user\nQ{END}\n{START}assistant\n"
    # Some templates end an answered conversation without the newline; what follows is the same.
    if (
        not prompt.startswith(head)
        or answered.rstrip("\n") != f"{head}{shown}A{END}"
        or not longer.startswith(continued)
    ):
        raise UserError.at(
            name,
            f"its chat template is not ChatML: it renders {answered!r}",
            expected=f"{head}A{END}",
            fix="choose a model whose template is ChatML",
        )
    supplied = prompt.removeprefix(head)
    found = _thinking(supplied, shown, name)
    if thinking not in {None, found}:
        raise UserError.at(
            name,
            f"its chat template begins an answer with {supplied!r} although thinking is {thinking}",
            expected="a template that can switch thinking on and off",
            fix=f"set `thinking: {found}`, or choose another version of the model",
        )
    spaced = [system, {"role": "user", "content": " Q "}]
    return ChatFormat(
        answer_prefix=supplied,
        trims=render(spaced, prompt=True) == prompt,
        # Whoever serves the bundle gets what training and evaluation used.
        template=_SETTLED[found] + open_template if shown else plain_template(),
        thinks=bool(shown),
        thinking=found,
    )


def _thinking(supplied: str, shown: str, name: str) -> Thinking:
    """Whether a model thinks, from how its prompt begins an answer and how an answer is shown."""
    if supplied == shown and shown in {"", _EMPTY_BLOCK}:
        return "off"
    if shown == _EMPTY_BLOCK and supplied in {"", "<think>\n"}:
        return "on"
    raise UserError.at(
        name,
        f"its chat template begins an answer with {supplied!r}, but shows it with {shown!r}",
        expected="the same before an answer that is written as before one that is shown, or a "
        "think block that the model completes",
        fix="choose a Qwen 1, 1.5, 2, 2.5 or 3 model, or another one with ChatML",
    )


def plain_template() -> str:
    """ChatML without a default system message, as a Jinja chat template."""
    return resources.files("rolewright.tokens").joinpath("chatml.jinja").read_text("utf-8")


def _render(
    tokenizer: Any,
    template: str,
    messages: list[dict[str, str]],
    *,
    prompt: bool,
    thinking: bool,
    name: str,
) -> str:
    try:
        text = tokenizer.apply_chat_template(
            messages,
            chat_template=template,
            tokenize=False,
            add_generation_prompt=prompt,
            enable_thinking=thinking,
        )
    except Exception as error:  # a template may raise whatever its author wrote
        raise UserError.at(
            name,
            f"its chat template fails on a system, a user and an assistant turn: {error}",
            fix="choose a model whose template takes a system message",
        ) from error
    return str(text)
