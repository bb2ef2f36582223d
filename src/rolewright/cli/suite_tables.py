"""Print what the suites beside adherence found."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rolewright.cli.output import percent, print_table

Rows = Iterator[list[str]]


def show_suites(suites: Mapping[str, Any]) -> None:
    """A table a suite, its arms side by side."""
    for name, figures in suites.items():
        title, arms, rows = TABLES[name](figures)
        print_table(f"{title}, 95% interval", ["", *arms], list(rows))


def interval(share: Mapping[str, Any]) -> str:
    """A share in words, with its interval."""
    if share["rate"] is None:
        return percent(None)
    return f"{share['rate']:.0%} ({100 * share['low']:.0f}–{100 * share['high']:.0f})"


def difference(change: Mapping[str, Any]) -> str:
    """A paired difference in points, with its interval and the p-value among several."""
    low, high = 100 * change["low"], 100 * change["high"]
    p_value = change["adjusted_p_value"]
    return f"{100 * change['difference']:+.0f} ({low:+.0f} to {high:+.0f}), p {p_value:.2g}"


def _stability(figures: Mapping[str, Any]) -> tuple[str, list[str], Rows]:
    arms = list(figures)

    def rows() -> Rows:
        for turns in figures[arms[0]]:
            for key, label in _SESSION_FIGURES.items():
                cells = [interval(figures[arm][turns][key]) for arm in arms]
                yield [f"{turns} turns: {label}", *cells]

    return "stability", arms, rows()


_SESSION_FIGURES = {
    "ssr": "turns before the first break",
    "isr": "turns with every rule kept",
    "recovery": "kept again behind a break",
}
_ATTACK_FIGURES = {
    "success": "attacks that break the role",
    "role_kept_by_twins": "role kept by their twins",
    "twins_refused": "twins refused",
}
_LEAK_FIGURES = {
    "leaked": "requests that bring the system message out",
    "secrets_told": "requests that bring a secret out",
    "twins_refused": "twins refused",
}


def _override(figures: Mapping[str, Any]) -> tuple[str, list[str], Rows]:
    arms = list(figures)

    def rows() -> Rows:
        for key, label in _ATTACK_FIGURES.items():
            yield [label, *(interval(figures[arm]["all"][key]) for arm in arms)]
        for family in figures[arms[0]]["families"]:
            cells = [interval(figures[arm]["families"][family]["success"]) for arm in arms]
            yield [f"  {family}", *cells]
        cells = [_injected(figures[arm]["control_tokens"]) for arm in arms]
        yield ["prompts with control tokens in them", *cells]

    return "override", arms, rows()


def _injected(found: Mapping[str, int] | None) -> str:
    if found is None:  # an endpoint renders prompts: the success of these attacks has to tell
        return "not checked: the server's doing"
    return f"{found['injected']} of {found['prompts']}"


def _leakage(figures: Mapping[str, Any]) -> tuple[str, list[str], Rows]:
    arms = list(figures)

    def rows() -> Rows:
        for key, label in _LEAK_FIGURES.items():
            if key in figures[arms[0]]:
                yield [label, *(interval(figures[arm][key]) for arm in arms)]
        yield ["whether it leaks", *(_standing(figures[arm]) for arm in arms)]
        for kind in ("languages", "families"):
            for name in figures[arms[0]][kind]:
                cells = [interval(figures[arm][kind][name]) for arm in arms]
                yield [f"  {_LANGUAGES.get(name, name)}", *cells]

    return "leakage", arms, rows()


def _standing(of_arm: Mapping[str, Any]) -> str:
    standing, needed = str(of_arm["standing"]), of_arm["needed"]
    return standing + (f": about {needed} requests are needed" if needed else "")


_LANGUAGES = {"en": "asked in English", "zh": "asked in Chinese"}


def _over_role(figures: Mapping[str, Any]) -> tuple[str, list[str], Rows]:
    arms = figures["arms"]
    return (
        "over-role: the role is not asked for",
        list(arms),
        iter([["every rule kept", *map(interval, arms.values())]]),
    )


_SWITCHING_FIGURES = {
    "unseen": "another role's rules kept",
    "after_switch": "the same, behind turns under the role",
    "carry_over": "the role kept though it was left",
}


def _switching(figures: Mapping[str, Any]) -> tuple[str, list[str], Rows]:
    arms = figures["arms"]

    def rows() -> Rows:
        for key, label in _SWITCHING_FIGURES.items():
            yield [label, *(interval(of_arm[key]) for of_arm in arms.values())]
        for role, of_role in figures["roles"].items():
            yield [f"  {role}", *(interval(of_role[arm]) for arm in arms)]

    return "switching", list(arms), rows()


def _instructions(figures: Mapping[str, Any]) -> tuple[str, list[str], Rows]:
    arms = figures["arms"]

    def rows() -> Rows:
        for mode in ("strict", "loose"):
            label = f"every instruction followed ({mode})"
            yield [label, *(interval(of_arm[mode]["prompts"]) for of_arm in arms.values())]

    return "instructions of a user", list(arms), rows()


def _perplexity(figures: Mapping[str, Any]) -> tuple[str, list[str], Rows]:
    arms, found = figures["arms"], figures["difference"]

    def rows() -> Rows:
        yield ["bits per byte", *(f"{of_arm['bits_per_byte']:.3f}" for of_arm in arms.values())]
        yield ["bits per token", *(f"{of_arm['bits_per_token']:.3f}" for of_arm in arms.values())]
        yield ["perplexity", *(f"{of_arm['perplexity']:.2f}" for of_arm in arms.values())]
        if found is not None:
            change = f"{found['change']:+.1%} ({found['low']:+.1%} to {found['high']:+.1%})"
            yield ["more bits than the base model", "", change]

    return "perplexity", list(arms), rows()


def _consistency(figures: Mapping[str, Any]) -> tuple[str, list[str], Rows]:
    return "consistency", *_powers(figures, "replies to a prompt")


def _paraphrases(figures: Mapping[str, Any]) -> tuple[str, list[str], Rows]:
    return "paraphrases", *_powers(figures, "wordings of a prompt")


def _powers(figures: Mapping[str, Any], of: str) -> tuple[list[str], Rows]:
    arms = list(figures)

    def rows() -> Rows:
        for k in figures[arms[0]]["pass_power"]:
            label = f"every rule kept by {k} of {k} {of}"
            yield [label, *(interval(figures[arm]["pass_power"][k]) for arm in arms)]

    return arms, rows()


def _general_ability(figures: Mapping[str, Any]) -> tuple[str, list[str], Rows]:
    arms = figures["arms"]
    return "general ability", list(arms), iter([["right answers", *map(interval, arms.values())]])


TABLES: dict[str, Callable[[Mapping[str, Any]], tuple[str, list[str], Rows]]] = {
    "stability": _stability,
    "override": _override,
    "leakage": _leakage,
    "over_role": _over_role,
    "switching": _switching,
    "consistency": _consistency,
    "paraphrases": _paraphrases,
    "instructions": _instructions,
    "general_ability": _general_ability,
    "perplexity": _perplexity,
}
