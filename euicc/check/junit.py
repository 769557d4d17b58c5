"""A report in the XML format of JUnit, which build servers show."""

from __future__ import annotations

from xml.etree import ElementTree

from euicc.check.outcome import Outcome, Report, Result

KINDS = {
    Outcome.FAILED: "failure",
    Outcome.ERROR: "error",
    Outcome.NOT_APPLICABLE: "skipped",
    Outcome.SKIPPED: "skipped",
}


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
        told = ElementTree.SubElement(case, kind, message=f"{result.outcome.value}: {result.reason}")
        told.text = "\n".join((result.case.title, "; ".join(result.case.sections), result.trace.explain()))
    return case
