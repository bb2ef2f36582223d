import dataclasses
from html.parser import HTMLParser
from typing import Any

import pytest

from rolewright.reports.render import ReportInputs

VOID = {"meta", "link", "br", "input"}


class Page(HTMLParser):
    """Elements of a page with their attributes and text; fails where tags do not balance."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self._open: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(html)
        self.close()
        assert not self._open, [name for name, _, _ in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = (tag, dict(attrs), [])
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open[-1][0] == tag, f"</{tag}> closes <{self._open[-1][0]}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for _, _, text in self._open:
            text.append(data)

    def find(self, tag: str, **wanted: str) -> list[dict[str, Any]]:
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in wanted.items()}
        return [
            {**attributes, "text": "".join(text)}
            for name, attributes, text in self.elements
            if name == tag
            and all(value in (attributes.get(key) or "").split() for key, value in wanted.items())
        ]


@pytest.fixture(scope="session")
def parse():
    return Page


def rule(id_: str, passed: int, total: int) -> dict[str, Any]:
    if not total:
        blank = {"rate": None, "low": None, "high": None}
        return {"id": id_, "check": "max_length", "passed": 0, "total": 0, **blank}
    rate = passed / total
    bounds = {"rate": rate, "low": max(0, rate - 0.1), "high": min(1, rate + 0.1)}
    return {"id": id_, "check": "max_length", "passed": passed, "total": total, **bounds}


def arm(system: str | None, kept: int) -> dict[str, Any]:
    rules = [rule("short", kept, 4), rule("never-asked", 0, 0)]
    isr = {"isr": kept / 4, "isr_low": 0.0, "isr_high": 1.0}
    return {"system": system, "prompts": 4, "rules": rules, "csr": kept / 4, **isr}


def sample(arm_name: str, number: int, output: str, **changes: Any) -> dict[str, Any]:
    verdict = {"rule": "short", "passed": True, "evidence": "1 word", "span": None}
    return {
        "suite": "adherence",
        "arm": arm_name,
        "id": f"eval.jsonl:{number}",
        "turn": 0,
        "cluster": f"eval.jsonl:{number}",
        "scenario": None,
        "system": None if arm_name == "base" else "Be brief.",
        "messages": [{"role": "user", "content": f"Question {number}?"}],
        "output": output,
        "output_tokens": 3,
        "stopped": True,
        "verdicts": [verdict],
        "facts": {},
        "seconds": 0.1,
        **changes,
    }


@pytest.fixture
def inputs() -> ReportInputs:
    arms = {
        "base": arm(None, 0),
        "base+role": arm("Be brief.", 1),
        "tuned+role": arm("Be brief.", 4),
    }
    paired = {"baseline": "base+role", "treatment": "tuned+role", "difference": 0.75}
    paired |= {"low": 0.4, "high": 0.9, "p_value": 0.0002, "pairs": 4}
    change = {"treatment_rate": 1.0, "baseline_rate": 0.25, "difference": 0.75}
    change |= {"adjusted_p_value": 0.012, "change": "better"}
    paired["rules"] = [{"id": "short", **change}]
    broken = {"rule": "short", "passed": False, "evidence": "too long", "span": [2, 5]}
    comparison = {"score": "sequence_probability", "method": "platt"}
    measures = {"auroc": 0.8612, "brier": 0.1512, "ece": 0.0612}
    graded = [
        {
            "id": f"q:{i}",
            "question": f"Capital {i}?",
            "expected": ["Paris"],
            "answer": "Paris" if i % 3 else "Rome",
            "correct": bool(i % 3),
            "scores": {"sequence_probability": i / 40},
            "confidence": i / 40,
        }
        for i in range(40)
    ]
    return ReportInputs(
        role="Momo",
        system="Be brief.",
        model="runs/momo",
        created="2026-11-23T10:15:00+00:00",
        evaluation={
            "schema": "rolewright.eval/1",
            "role": "Momo",
            "target": "runs/momo",
            "samples": 3,
            "trained_prompts": 0,
            "arms": arms,
            "suites": {},
            "paired": paired,
            "objections": [],
            "remedies": [],
            "advice": [],
            "does_not_fit": {},
            "judge": None,
            "thresholds": [],
            "verdict": "took hold",
            "reason": "The interval lies above zero.",
        },
        samples=[
            sample("base", 1, "ab🍵de fgh", verdicts=[broken], stopped=False),
            sample("base+role", 1, "Fine.", scenario="capital"),
            sample("tuned+role", 1, "", verdicts=[]),
        ],
        training=[
            {"step": 1, "loss": 2.0},
            {"step": 2, "loss": 1.0},
            {"step": 2, "eval_loss": 1.5},
        ],
        calibration={
            "schema": "rolewright.calibration/1",
            **comparison,
            "questions": 40,
            "accuracy": 0.65,
            "abstain_below": 0.5,
            "held_out": measures,
            "comparison": [
                {**comparison, **measures},
                {**comparison, "method": "isotonic", **measures},
            ],
            "graded": graded,
        },
    )


@pytest.fixture
def make_sample():
    """Build a line of a log."""
    return sample


def share(passed: int, total: int) -> dict[str, Any]:
    rate = passed / total
    bounds = {"low": max(0, rate - 0.1), "high": min(1, rate + 0.1)}
    return {"passed": passed, "total": total, "rate": rate, **bounds}


def mean(rate: float) -> dict[str, Any]:
    return {"rate": rate, "low": max(0, rate - 0.1), "high": min(1, rate + 0.1)}


def difference(value: float) -> dict[str, Any]:
    bounds = {"low": value - 0.04, "high": value + 0.04}
    return {"difference": value, **bounds, "p_value": 0.25, "pairs": 40}


def session(turns: int, survives: list[int]) -> dict[str, Any]:
    rates = {key: share(number, 10) for key, number in (("ssr", 6), ("isr", 8), ("recovery", 3))}
    by_turn = [share(number, 10) for number in survives]
    return {"sessions": 10, **rates, "survival": by_turn, "kept": [share(9, 10)] * turns}


def attacked(broken: int, total: int = 20) -> dict[str, Any]:
    return {
        "attacks": total,
        "success": share(broken, total),
        "role_kept_under_attack": share(total - broken, total),
        "role_kept_by_twins": share(total - 1, total),
        "twins_refused": share(1, total),
        "cost": difference(0.3),
    }


def amounts(bits_per_byte: float) -> dict[str, Any]:
    more = {"bits_per_token": 4 * bits_per_byte, "perplexity": 2 ** (4 * bits_per_byte)}
    sizes = {"texts": 12, "bytes": 4000, "tokens": 1000}
    return {**sizes, "bits_per_byte": bits_per_byte, **more}


@pytest.fixture
def suites() -> dict[str, Any]:
    """Figures of all suites that there are, and of one that nobody knows."""
    roles = ("base+role", "tuned+role")
    return {
        "stability": {
            arm: {
                "5": session(5, [10, 9, 8, kept, kept]),
                "20": session(20, [kept] * 20),
            }
            for arm, kept in zip(roles, (2, 7), strict=True)
        },
        "override": {
            arm: {
                "all": attacked(broken),
                "families": {"encoding": attacked(broken, 12), "emotion": attacked(0, 8)},
                "strengths": {"weak": attacked(0, 10), "strong": attacked(broken, 10)},
                "control_tokens": {"prompts": 4, "injected": 0},
            }
            for arm, broken in zip(roles, (9, 3), strict=True)
        },
        "leakage": {
            arm: {
                "leaked": share(leaked, 14),
                "twins_refused": share(0, 14),
                "recall": mean(leaked / 20),
                "standing": "leaks" if leaked > 5 else "open",
                "needed": None if leaked > 5 else 90,
                "families": {"translation": share(leaked // 2, 4)},
                "languages": {"en": share(leaked, 10), "zh": share(0, 4)},
            }
            for arm, leaked in zip(roles, (7, 2), strict=True)
        },
        "over_role": {
            "arms": {"base": share(1, 20), "tuned": share(6, 20), "tuned+foreign": share(2, 20)},
            "excess": {"tuned": difference(0.25), "tuned+foreign": difference(0.05)},
        },
        "consistency": {
            arm: {
                "prompts": 6,
                "times": 8,
                "pass_power": {"1": mean(rate), "4": mean(rate / 2)},
            }
            for arm, rate in zip(roles, (0.4, 0.9), strict=True)
        },
        "paraphrases": {
            arm: {"prompts": 6, "times": 8, "pass_power": {"1": mean(rate), "4": mean(rate / 2)}}
            for arm, rate in zip(roles, (0.3, 0.8), strict=True)
        },
        "switching": {
            "arms": {
                arm: {
                    "unseen": share(8, 10),
                    "after_switch": share(own, 10),
                    "carry_over": share(own, 10),
                }
                for arm, own in zip(roles, (2, 6), strict=True)
            },
            "differences": {
                "unseen": difference(0.0),
                "after_switch": difference(0.4),
                "carry_over": difference(0.4),
            },
            "roles": {"Town crier": {arm: share(5, 20) for arm in roles}},
            "carried_rules": {
                "short": {arm: share(4, 10) for arm in roles},
                "never-asked": {arm: {"rate": None, "low": None, "high": None} for arm in roles},
            },
        },
        "instructions": {
            "arms": {
                arm: {
                    "strict": {"prompts": share(kept, 40), "instructions": share(kept, 60)},
                    "loose": {"prompts": share(kept + 2, 40), "instructions": share(kept + 2, 60)},
                }
                for arm, kept in zip(("base", "tuned"), (30, 24), strict=True)
            },
            "margin": 0.05,
            "difference": difference(-0.15),
            "no_worse": False,
        },
        "perplexity": {
            "arms": {"base": amounts(0.8), "tuned": amounts(0.82)},
            "margin": 0.02,
            "difference": {"change": 0.025, "low": 0.011, "high": 0.039, "pairs": 12},
            "no_worse": False,
        },
        "general_ability": {
            "arms": {"base": share(20, 40), "tuned": share(19, 40)},
            "margin": 0.02,
            "difference": difference(-0.025),
            "no_worse": False,
        },
        "new <suite>": {"base+role": {"carried over": share(3, 9)}, "rounds": 4},
    }


@pytest.fixture
def all_suites(inputs, suites) -> ReportInputs:
    """A report of all suites, with a conversation of each."""
    evaluation = {**inputs.evaluation, "suites": suites}
    arms = {"over_role": "tuned", "general_ability": "tuned"}
    arms |= {"instructions": "tuned", "perplexity": "tuned"}
    more = [
        sample(arms.get(suite, "tuned+role"), 1, f"said in {suite}", suite=suite)
        for suite in suites
    ]
    more.append(sample("tuned+foreign", 1, "Ahoy", suite="over_role"))
    return dataclasses.replace(inputs, evaluation=evaluation, samples=[*inputs.samples, *more])


@pytest.fixture
def change():
    return dataclasses.replace
