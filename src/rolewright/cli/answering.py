"""One answer with its confidence, for ``ask`` and ``chat``."""

from dataclasses import dataclass
from typing import Any

from rolewright.bundle.read import Bundle
from rolewright.cli.output import say
from rolewright.cli.reading import read_calibration
from rolewright.confidence.calibration import Calibration
from rolewright.confidence.conditions import conditions_of
from rolewright.confidence.head import Head
from rolewright.confidence.sampling.meaning_model import load_meaning_model
from rolewright.confidence.scorer import SOFTMAX_ONLY, Scorer, read_joint_head
from rolewright.conversations.conversation import Conversation, Message
from rolewright.errors import Place, UserError
from rolewright.generation.chat_model import Answer, ChatModel
from rolewright.generation.decode import TokenCallback
from rolewright.generation.load import load_bundle_model
from rolewright.models.load import Precision


@dataclass(frozen=True, slots=True)
class Assistant:
    """A bundle that answers.

    Attributes:
        bundle: whose role speaks.
        model: its tuned model.
        max_new_tokens: limit on an answer's length.
        calibration: None where none has been fitted: answers then have scores and no confidence.
        scorer: what is computed of each answer.
        expired: what has changed since a certificate was made; nothing is certified then.
    """

    bundle: Bundle
    model: ChatModel
    max_new_tokens: int
    calibration: Calibration | None
    scorer: Scorer = SOFTMAX_ONLY
    expired: tuple[str, ...] = ()

    def answer(
        self,
        messages: list[Message],
        *,
        scenario: str | None = None,
        on_token: TokenCallback | None = None,
    ) -> "tuple[Answer, dict[str, Any]]":
        """Answer the last user turn.

        Args:
            messages: that end with it.
            scenario: whose certificate is asked for; None = that of all questions.
            on_token: told of every token, for streaming.

        Returns:
            The answer, and its ``confidence`` (None without calibration), ``abstained``,
            ``certified`` (whether a promise covers it; None where none was asked for), ``scores``
            and ``stopped`` (False = the token limit cut the answer).
        """
        place = Place("the question")
        conversation = Conversation(tuple(messages), self.bundle.role.system, "question", place)
        model, max_new_tokens = self.model, self.max_new_tokens
        self.scorer.check_room(model, [conversation], max_new_tokens=max_new_tokens)
        if self.scorer.asks_again:
            model = model.having_read([conversation], max_new_tokens=max_new_tokens)
        [answer] = model.answer(
            [conversation],
            max_new_tokens=max_new_tokens,
            tap=self.scorer.tap(model.model),
            on_token=on_token,
        )
        scores = self.scorer.scores(model.model, answer.generation)
        for _, [found] in self.scorer.asked_by_route(
            model, [conversation], [answer], max_new_tokens=max_new_tokens
        ):
            scores |= found
        confidence, abstained, certified = None, False, None
        if self.calibration is not None:
            confidence = self.calibration.confidence(scores)
            abstained = confidence < self.calibration.threshold(scenario)
            if self.calibration.certificate is not None:
                certified = not self.expired and self.calibration.certifies(confidence, scenario)
        stopped = answer.generation.stopped
        scored = {"confidence": confidence, "abstained": abstained, "certified": certified}
        return answer, scored | {"scores": scores, "stopped": stopped}


def open_assistant(bundle: Bundle, precision: Precision, max_new_tokens: int) -> Assistant:
    """Open a bundle to answer with it; says so where it has no calibration, or its promise expired.

    Raises:
        UserError: another version wrote its calibration, or its base model is not the one it was
            trained on.
    """
    calibration = read_calibration(bundle)
    if calibration is None:
        say(f"no confidence yet: fit one with `rolewright calibrate {bundle.folder} QA`")
        model = load_bundle_model(bundle, precision=precision, say=say)
        return Assistant(bundle, model, max_new_tokens, None)
    scorer = open_scorer(bundle, calibration)
    model = load_bundle_model(bundle, precision=precision, say=say)
    expired = expired_conditions(bundle, model, calibration, max_new_tokens)
    return Assistant(bundle, model, max_new_tokens, calibration, scorer, expired)


def check_scenario(bundle: Bundle, scenario: str | None) -> None:
    """Make sure that a bundle has a certificate, or why it has none, for a scenario.

    Raises:
        UserError: it has not.
    """
    if scenario is None:
        return
    calibration = read_calibration(bundle)
    known = [] if calibration is None else sorted(calibration.scenario_certificates)
    if scenario not in known:
        raise UserError.at(
            "--scenario",
            f"found {scenario!r}",
            expected=", ".join(known) or "nothing: no scenario has a certificate of its own",
            fix="make one with `rolewright calibrate --max-error … --by-scenario`",
        )


def open_scorer(bundle: Bundle, calibration: Calibration, *, all_routes: bool = False) -> Scorer:
    """What a bundle's confidence in force needs of each answer, or all of its routes.

    Raises:
        UserError: the model that tells which answers mean the same cannot be found.
    """
    record = calibration.head
    head = None if record is None else Head.from_bytes((bundle.folder / record.file).read_bytes())
    needed = frozenset(calibration.routes) if all_routes else calibration.needs()
    sampling = calibration.sampling if "sampling" in needed else None
    layers = () if record is None or "head" not in needed else record.layers
    return Scorer(
        head_layers=layers,
        head=head if layers else None,
        joint_head=read_joint_head(bundle) if layers else None,
        dropout=calibration.dropout if "dropout" in needed else None,
        self_report="self_report" in needed,
        sampling=sampling,
        meaning=load_meaning_model(sampling.same_meaning if sampling else None, say),
    )


def expired_conditions(
    bundle: Bundle, model: ChatModel, calibration: Calibration, max_new_tokens: int
) -> tuple[str, ...]:
    """What has changed since a certificate was made, and says so; () where nothing is promised."""
    certificates = (calibration.certificate, *calibration.scenario_certificates.values())
    if calibration.certificate is None or all(
        each is None or each.threshold is None for each in certificates
    ):
        return ()
    then = calibration.certificate.conditions
    now = conditions_of(bundle.manifest, model.model, max_new_tokens)
    changed = calibration.certificate.expired(now)
    if changed:
        others = ", ".join(
            _describe_change(name, then.get(name), now.get(name)) for name in changed
        )
        say(
            f"the certificate has expired: other {others} than when it was made; no answer is "
            "certified until it is again as it was, or `rolewright calibrate` is run again"
        )
    return tuple(changed)


def _describe_change(name: str, then: str | None, now: str | None) -> str:
    """A condition that has changed, with its values where people can read them."""
    if then is None or now is None or "sha256:" in now:
        return name
    return f"{name} ({now}, not {then})"


def describe_confidence(scored: dict[str, Any]) -> str:
    """A confidence as one line for people."""
    cut = "" if scored["stopped"] else "; the token limit cut the answer"
    if scored["confidence"] is None:
        probability = scored["scores"]["mean_probability"]
        return f"uncalibrated; mean token probability {probability:.0%}{cut}"
    abstained = " (below the threshold: better not relied on)" if scored["abstained"] else ""
    certified = ", certified" if scored["certified"] else ""
    return f"confidence {scored['confidence']:.0%}{certified}{abstained}{cut}"
