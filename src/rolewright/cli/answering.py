"""One answer with its confidence, for ``ask`` and ``chat``."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from rolewright.bundle.read import Bundle, read_bundle
from rolewright.cli.output import say
from rolewright.confidence.calibrate import Calibration
from rolewright.confidence.softmax import softmax_scores
from rolewright.conversations.conversation import Conversation, Message
from rolewright.errors import Place, UserError
from rolewright.generation.chat_model import Answer, ChatModel, load_bundle_model
from rolewright.generation.decode import TokenCallback
from rolewright.models.load import Precision


@dataclass(frozen=True, slots=True)
class Assistant:
    """A bundle that answers.

    Attributes:
        bundle: whose role speaks.
        model: its tuned model.
        calibration: None where none has been fitted: answers then have scores and no confidence.
    """

    bundle: Bundle
    model: ChatModel
    calibration: Calibration | None

    def answer(
        self,
        messages: list[Message],
        *,
        max_new_tokens: int,
        on_token: TokenCallback | None = None,
    ) -> "tuple[Answer, dict[str, Any]]":
        """Answer the last user turn.

        Returns:
            The answer, and its ``confidence`` (None without calibration), ``abstained``,
            ``certified`` (whether a promise covers it; None where none was asked for), ``scores``
            and ``stopped`` (False = the token limit cut the answer).
        """
        place = Place("the question")
        conversation = Conversation(tuple(messages), self.bundle.role.system, "question", place)
        [answer] = self.model.answer(
            [conversation], max_new_tokens=max_new_tokens, on_token=on_token
        )
        scores = softmax_scores(answer.generation)
        confidence, abstained, certified = None, False, None
        if self.calibration is not None:
            confidence = self.calibration.confidence(scores)
            abstained = confidence < self.calibration.abstain_below
            if self.calibration.certificate is not None:
                certified = self.calibration.certifies(confidence)
        stopped = answer.generation.stopped
        scored = {"confidence": confidence, "abstained": abstained, "certified": certified}
        return answer, scored | {"scores": scores, "stopped": stopped}


def open_assistant(path: Path, precision: Precision) -> Assistant:
    """Open a bundle to answer with it; says so where it has no calibration.

    Raises:
        UserError: it is not whole, or its base model is not the one it was trained on.
    """
    bundle = read_bundle(path)
    text = bundle.calibration()
    try:
        calibration = None if text is None else Calibration.model_validate_json(text)
    except ValidationError as error:
        raise UserError.at(
            bundle.folder / str(bundle.manifest.calibration),
            "this is not a calibration that this version of Rolewright reads",
            fix="fit another with `rolewright calibrate`",
        ) from error
    if calibration is None:
        say(f"no confidence yet: fit one with `rolewright calibrate {path} QA`")
    return Assistant(bundle, load_bundle_model(bundle, precision=precision, say=say), calibration)


def describe_confidence(scored: dict[str, Any]) -> str:
    """A confidence as one line for people."""
    cut = "" if scored["stopped"] else "; the token limit cut the answer"
    if scored["confidence"] is None:
        probability = scored["scores"]["mean_probability"]
        return f"uncalibrated; mean token probability {probability:.0%}{cut}"
    abstained = " (below the threshold: better not relied on)" if scored["abstained"] else ""
    certified = ", certified" if scored["certified"] else ""
    return f"confidence {scored['confidence']:.0%}{certified}{abstained}{cut}"
