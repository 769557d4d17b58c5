"""`euicc check`: a conformance report for any card over any Transport.

Named by the sections of SGP.23-1, SGP.33-1 and TS 102 221. It knows cards from outside only: nothing of the emulator's
own card is imported here.
"""

from __future__ import annotations

from euicc.check.catalogue import Area, Case, Finding, NotApplicable, all_cases
from euicc.check.outcome import Outcome, Report, Result
from euicc.check.runner import check
from euicc.check.subject import AkaKeys, Subject

__all__ = [
    "AkaKeys",
    "Area",
    "Case",
    "Finding",
    "NotApplicable",
    "Outcome",
    "Report",
    "Result",
    "Subject",
    "all_cases",
    "check",
]
