"""An evaluation as JUnit XML, as build servers read it.

The elements and attributes are those of Jenkins' xUnit plugin (``junit-10.xsd``), which others
(Surefire, GitLab, pytest) share.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from xml.etree import ElementTree

from rolewright.evaluation.sample import Sample
from rolewright.evaluation.suites.adherence import ADHERENCE
from rolewright.evaluation.target_arm import samples_of_target
from rolewright.evaluation.thresholds import describe

Failures = Mapping[tuple[str, str], str]
"""By suite and name of a case why it fails."""
EVERY_CHECK = "every check"
_SHOWN = 5
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 does not allow, not even escaped (section 2.2)."""


@dataclass(frozen=True, slots=True)
class Case:
    """A figure as a test case.

    Attributes:
        group: suite and arm.
        name: of the rule, family or figure.
        said: what was found, with the evidence.
        failure: why it fails; None = it does not.
        seconds: that its answers took, told once a suite.
    """

    group: str
    name: str
    said: str
    failure: str | None = None
    seconds: float = 0.0


def render_junit(
    results: Mapping[str, Any], samples: Mapping[str, Mapping[str, Sequence[Sample]]]
) -> bytes:
    """Write an evaluation as JUnit XML: a test suite a suite, a test case a figure.

    A case fails for what makes the command end with exit code 1: the verdict "not proven", a rule
    that training made worse, a share below its threshold. All carry their figure, and the evidence
    of answers that do not pass.

    Args:
        results: ``rolewright.eval/1``.
        samples: that they sum up, by suite and arm.
    """
    failures = _failures(results)
    suites = {"verdict": list(_verdict_cases(results))}
    for suite, judged in samples_of_target(samples).items():
        suites[suite] = list(_cases(suite, judged, failures))
    root = ElementTree.Element("testsuites", {"name": _clean(f"rolewright: {results['role']}")})
    for name, cases in suites.items():
        seconds = sum(case.seconds for case in cases)
        counts = {**_counts(cases), "time": f"{seconds:.3f}"}
        element = ElementTree.SubElement(root, "testsuite", {"name": name, **counts})
        for case in cases:
            _append(element, case)
    root.attrib.update(_counts([case for cases in suites.values() for case in cases]))
    ElementTree.indent(root)
    rendered: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return rendered


def _failures(results: Mapping[str, Any]) -> Failures:
    found: dict[tuple[str, str], list[str]] = {}
    for each in results["thresholds"]:
        if not each["reached"]:
            name = (each["suite"], each["rule"] or EVERY_CHECK)
            found.setdefault(name, []).append(describe(each))
    for each in [] if results["paired"] is None else results["paired"]["rules"]:
        if each["change"] == "worse":
            found.setdefault((ADHERENCE, each["id"]), []).append(
                f"training made it worse: kept by {each['treatment_rate']:.1%} of the answers, "
                f"{each['baseline_rate']:.1%} before"
            )
    return {name: "; ".join(reasons) for name, reasons in found.items()}


def _verdict_cases(results: Mapping[str, Any]) -> Iterator[Case]:
    verdict, reason = results["verdict"], results["reason"]
    failure = reason if verdict == "not proven" else None
    yield Case("verdict", "the role took hold", f"{verdict}. {reason}", failure)
    for each in results["thresholds"]:
        if each["total"] == 0:  # it has no answers, and so no case of its own
            yield Case("verdict", each["rule"] or each["suite"], describe(each), describe(each))


def _cases(suite: str, samples: Sequence[Sample], failures: Failures) -> Iterator[Case]:
    """The suite as a whole, each of its checks, and each family of its probes."""
    group = f"{suite}.{samples[0].arm}"
    whole = _case(group, EVERY_CHECK, samples, lambda sample: sample.kept_all)
    seconds = sum(sample.seconds for sample in samples)
    yield replace(whole, failure=failures.get((suite, EVERY_CHECK)), seconds=seconds)
    for check in dict.fromkeys(check for sample in samples for check in sample.verdicts):
        judged = [sample for sample in samples if check in sample.verdicts]
        case = _case(group, check, judged, partial(_passes, check))
        yield replace(case, failure=failures.get((suite, check)))
    for family in dict.fromkeys(s.facts["family"] for s in samples if "family" in s.facts):
        of_family = [sample for sample in samples if sample.facts.get("family") == family]
        yield _case(group, f"family {family}", of_family, lambda sample: sample.kept_all)


def _passes(check: str, sample: Sample) -> bool:
    return sample.verdicts[check].passed


def _case(
    group: str, name: str, samples: Sequence[Sample], passed: Callable[[Sample], bool]
) -> Case:
    failed = [sample for sample in samples if not passed(sample)]
    kept = len(samples) - len(failed)
    lines = [f"{kept} of {len(samples)} answers pass ({kept / len(samples):.1%})"]
    for sample in failed[:_SHOWN]:
        lines.append(f"{sample.conversation.id}, turn {sample.turn + 1}: {_evidence(sample)}")
        lines.append(f"    {' '.join(sample.reply.text.split())[:200]}")
    if len(failed) > _SHOWN:
        lines.append(f"and {len(failed) - _SHOWN} more")
    return Case(group, name, "\n".join(lines))


def _evidence(sample: Sample) -> str:
    return "; ".join(f"{id_}: {v.evidence}" for id_, v in sample.verdicts.items() if not v.passed)


def _append(suite: ElementTree.Element, case: Case) -> None:
    attributes = {"classname": _clean(case.group), "name": _clean(case.name)}
    attributes["time"] = f"{case.seconds:.3f}"
    element = ElementTree.SubElement(suite, "testcase", attributes)
    if case.failure is None:
        ElementTree.SubElement(element, "system-out").text = _clean(case.said)
    else:
        why = {"type": "figure", "message": _clean(case.failure)}
        ElementTree.SubElement(element, "failure", why).text = _clean(case.said)


def _counts(cases: Sequence[Case]) -> dict[str, str]:
    failures = sum(case.failure is not None for case in cases)
    return {"tests": str(len(cases)), "failures": str(failures), "errors": "0"}


def _clean(text: str) -> str:
    """A text without characters that XML forbids: an escape that shows which they were."""
    return _FORBIDDEN.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
