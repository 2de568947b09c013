"""A gate as JUnit XML, for the reports of CI."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from eval.gating import Verdict
from eval.outcomes import faults, told, worst_first
from eval.runs.manifest import RunManifest
from eval.samples import Sample

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SAMPLES = "samples"
"""The suite of the questions that went wrong."""


@dataclass(frozen=True, slots=True)
class _Test:
    suite: str
    name: str
    failure: str | None
    tolerated: str | None = None
    """What went wrong without a bar falling short."""


def junit_xml(
    verdicts: Sequence[Verdict], samples: Sequence[Sample], manifest: RunManifest
) -> bytes:
    """Return the verdicts of a gate as JUnit XML.

    Args:
        verdicts: One a bar.
        samples: Of the run: those that went wrong are listed, the gravest first. They fail where
            a bar falls short, and are skipped, with what went wrong, where all bars are met: so
            that CI comes to the same end as the exit status.
        manifest: Of the run.

    Returns:
        UTF-8, a suite for each group of measures and one for samples.
    """
    is_short = any(verdict.shortfall for verdict in verdicts)
    tests = [
        _Test(v.group, v.bar.slug, v.shortfall and f"{v.told}: {v.shortfall}") for v in verdicts
    ]
    for sample in worst_first(samples):
        wrong = "; ".join(f"{fault.kind} {fault.text}" for fault in faults(sample))
        tests.append(
            _Test(SAMPLES, told(sample), wrong if is_short else None, None if is_short else wrong)
        )
    root = etree.Element("testsuites")
    for number, name in enumerate(dict.fromkeys(test.suite for test in tests)):
        suite = [test for test in tests if test.suite == name]
        root.append(_suite(number, name, suite, manifest.created.partition("+")[0]))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _suite(number: int, name: str, tests: Sequence[_Test], created: str) -> etree._Element:
    suite = etree.Element(
        "testsuite",
        name=name,
        id=str(number),
        package="eval",
        hostname="localhost",
        timestamp=created,
        tests=str(len(tests)),
        failures=str(sum(test.failure is not None for test in tests)),
        errors="0",
        skipped=str(sum(test.tolerated is not None for test in tests)),
        time="0",
    )
    etree.SubElement(suite, "properties")
    for test in tests:
        case = etree.SubElement(
            suite, "testcase", name=_clean(test.name), classname=f"eval.{name}", time="0"
        )
        if test.failure is not None:
            text = _clean(test.failure)
            etree.SubElement(case, "failure", message=text, type="shortfall").text = text
        elif test.tolerated is not None:
            etree.SubElement(case, "skipped", message=_clean(test.tolerated))
    etree.SubElement(suite, "system-out")
    etree.SubElement(suite, "system-err")
    return suite


def _clean(text: str) -> str:
    """Return text without the characters that XML cannot hold."""
    return _UNPRINTABLE.sub("�", text)
