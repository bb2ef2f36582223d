"""IFEval's loose mode: forgive an opening line, a closing line and Markdown's asterisks."""

from collections.abc import Callable

from rolewright.verifiers.verdict import Verdict


def loose_variants(text: str) -> tuple[str, ...]:
    """Return the eight texts of which one has to pass; the text as written comes first.

    The first line ("Sure, here it is:"), the last line ("I hope this helps!"), both or neither are
    left out, with and without all asterisks.

    Source: IFEval (arXiv 2311.07911), section 2.3.
    """
    lines = text.split("\n")
    cut = [lines[1:], lines[:-1], lines[1:-1]]
    shortened = [text, *("\n".join(kept).strip() for kept in cut)]
    return (*shortened, *(variant.replace("*", "") for variant in shortened))


def judge_loosely(check: Callable[[str], Verdict], text: str) -> Verdict:
    """Judge a text in loose mode by any check.

    Args:
        check: a verifier or a rule with all but the text filled in, such as
            ``lambda variant: rule.check(variant, conversation)``.
        text: the answer as written.

    Returns:
        The verdict on the first variant that passes, without a span; if none passes, the verdict
        on the text as written.
    """
    as_written = check(text)
    if as_written.passed:
        return as_written
    variants = dict.fromkeys(loose_variants(text)[1:])
    verdicts = (check(variant) for variant in variants if variant.strip())
    return next((verdict for verdict in verdicts if verdict.passed), as_written)
