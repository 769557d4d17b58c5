"""A report in the XML format of JUnit, which build servers show."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from euicc.check.outcome import Outcome, Report, Result

KINDS = {
    Outcome.FAILED: "failure",
    Outcome.ERROR: "error",
    Outcome.NOT_APPLICABLE: "skipped",
    Outcome.SKIPPED: "skipped",
}
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(report: Report) -> str:
    """The document."""
    counts = report.counts
    suite = ElementTree.Element(
        "testsuite",
        name=report.program,
        tests=str(len(report.results)),
        failures=str(counts[Outcome.FAILED]),
        errors=str(counts[Outcome.ERROR]),
        skipped=str(counts[Outcome.NOT_APPLICABLE] + counts[Outcome.SKIPPED]),
        time=f"{report.seconds:.3f}",
        timestamp=report.started.isoformat(timespec="seconds"),
    )
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in report.card:
        ElementTree.SubElement(properties, "property", name=name, value=value)
    for result in report.results:
        suite.append(_case(result, report.program))
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _case(result: Result, program: str) -> ElementTree.Element:
    name = result.case.id.partition("/")[2]
    case = ElementTree.Element(
        "testcase",
        classname=f"{program.replace(' ', '.')}.{result.area}",
        name=name,
        time=f"{result.seconds:.6f}",
    )
    kind = KINDS.get(result.outcome)
    if kind is not None:
        told = ElementTree.SubElement(case, kind, message=_text(f"{result.outcome.value}: {result.reason}"))
        lines = (result.case.title, "; ".join(result.case.sections), result.trace.explain())
        told.text = _text("\n".join(lines))
    return case


def _text(text: str) -> str:
    """What a card says may have characters that XML has not."""
    return _NOT_IN_XML.sub("\ufffd", text)
