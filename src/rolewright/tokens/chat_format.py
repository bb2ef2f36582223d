"""What a checkpoint's own chat template does, observed by rendering probes through it."""

from dataclasses import dataclass
from importlib import resources
from typing import Any

from rolewright.errors import UserError

START = "<|im_start|>"
END = "<|im_end|>"
_WITHOUT_THINKING = "{%- set enable_thinking = false %}\n"


@dataclass(frozen=True, slots=True)
class ChatFormat:
    """ChatML, and what the checkpoint's template adds to it.

    Attributes:
        answer_prefix: text between ``<|im_start|>assistant``, its newline and the answer to the
            last user turn, with thinking switched off: "" for most models, an empty think block for
            Qwen3. A generation prompt ends with it.
        trims: whether white space around what people wrote is cut off.
        template: the Jinja chat template that renders the same tokens; a bundle carries it.
    """

    answer_prefix: str
    trims: bool
    template: str

    @property
    def thinks(self) -> bool:
        """Whether the template puts reasoning into a think block."""
        return "<think>" in self.answer_prefix


def observe_chat_format(tokenizer: Any, name: str) -> ChatFormat:
    """Find out how a tokenizer's chat template renders ChatML.

    A default system message in the template is left out of what is observed: Rolewright never
    inserts one. A tokenizer with the two ChatML tokens and no template (a base model) gets plain
    ChatML.

    Args:
        tokenizer: a transformers fast tokenizer.
        name: the model's name, for errors.

    Raises:
        UserError: the tokenizer has no ChatML tokens, or its template renders something else.
    """
    vocabulary = tokenizer.get_vocab()
    missing = [token for token in (START, END) if token not in vocabulary]
    if missing:
        raise UserError.at(
            name,
            f"the tokenizer has no {' and no '.join(missing)}",
            expected="a ChatML vocabulary, as every Qwen chat model has",
            fix="choose a Qwen 1, 1.5, 2, 2.5 or 3 model, or another one with ChatML",
        )
    plain = plain_template()
    if not tokenizer.chat_template:
        return ChatFormat("", trims=False, template=plain)
    question = {"role": "user", "content": "Q"}
    system = {"role": "system", "content": "S"}
    answer = {"role": "assistant", "content": "A"}
    head = f"{START}system\nS{END}\n{START}user\nQ{END}\n{START}assistant\n"
    prompt = _render(tokenizer, [system, question], prompt=True, name=name)
    answered = _render(tokenizer, [system, question, answer], prompt=False, name=name)
    longer = _render(tokenizer, [system, question, answer, question], prompt=True, name=name)
    prefix = answered.removeprefix(head).partition("A")[0]
    continued = f"{head}A{END}\n{START}user\nQ{END}\n{START}assistant\n"
    # Some templates end an answered conversation without the newline; what follows is the same.
    if (
        not prompt.startswith(head)
        or answered.rstrip("\n") != f"{head}{prefix}A{END}"
        or not longer.startswith(continued)
    ):
        raise UserError.at(
            name,
            f"its chat template is not ChatML: it renders {answered!r}",
            expected=f"{head}A{END}",
            fix="choose a model whose template is ChatML",
        )
    if prompt != head + prefix:
        supplied = prompt.removeprefix(head)
        raise UserError.at(
            name,
            f"its chat template begins an answer with {supplied!r}, but shows it with {prefix!r}",
            expected="the same before an answer that is written as before one that is shown",
            fix="choose the Instruct version of the model, or one that can answer without thinking",
        )
    spaced = [system, {"role": "user", "content": " Q "}]
    return ChatFormat(
        answer_prefix=prefix,
        trims=_render(tokenizer, spaced, prompt=True, name=name) == prompt,
        # Whoever serves the bundle gets what training and evaluation used: no thinking.
        template=_WITHOUT_THINKING + tokenizer.chat_template if prefix else plain,
    )


def plain_template() -> str:
    """ChatML without a default system message, as a Jinja chat template."""
    return resources.files("rolewright.tokens").joinpath("chatml.jinja").read_text("utf-8")


def _render(tokenizer: Any, messages: list[dict[str, str]], *, prompt: bool, name: str) -> str:
    try:
        text = tokenizer.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=prompt, enable_thinking=False
        )
    except Exception as error:  # a template may raise whatever its author wrote
        raise UserError.at(
            name,
            f"its chat template fails on a system, a user and an assistant turn: {error}",
            fix="choose a model whose template takes a system message",
        ) from error
    return str(text)
