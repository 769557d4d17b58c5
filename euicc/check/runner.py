"""Runs the cases: each from a reset card, with an outcome whatever happens, and the card as it was afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from apdu import ReplayMismatch, StatusError, TlvError, Trace, TransportError
from asn1 import Asn1Error
from euicc.check.catalogue import Case, Finding, NotApplicable
from euicc.check.needs import Need
from euicc.check.outcome import TROUBLE, Outcome, Report, Result
from euicc.check.restoring import Restoring
from euicc.check.subject import Subject
from euicc.crypto.certificates import CertificateError
from euicc.testing.pki import IssuerError

GONE = "the card is gone"

FINDINGS: dict[type[Exception], str] = {
    Finding: "{}",
    StatusError: "the card refuses a right command: {}",
    TlvError: "an answer is not made of data objects: {}",
    Asn1Error: "an answer cannot be decoded: {}",
    CertificateError: "a certificate of the card does not hold: {}",
}
"""What the card did wrong, by what a case raises."""
UNRESTORED = (Finding, StatusError, TlvError, Asn1Error, TransportError, ReplayMismatch)
"""What may come of bringing the card back to how it was."""


def check(
    subject: Subject, cases: Iterable[Case], done: Callable[[Result], None] = lambda result: None
) -> Report:
    """The report. done: gets each result at once. TransportError when there is no card to begin with."""
    started, begun = datetime.now(UTC), time.monotonic()
    subject.learn()
    results: list[Result] = []
    left: list[str] = []
    for result in _results(subject, cases, left):
        done(result)
        results.append(result)
    seconds = time.monotonic() - begun
    return Report(tuple(results), subject.facts.in_words(), started, seconds, left=tuple(left))


def _results(subject: Subject, cases: Iterable[Case], left: list[str]) -> Iterator[Result]:
    """left: gets what could not be taken back."""
    restoring = Restoring(subject)
    gone = ""
    try:
        for case in cases:
            if gone:
                yield Result(case, Outcome.ERROR, gone)
                continue
            missing = _missing(subject, case)
            if missing is not None:
                yield Result(case, missing.outcome, missing.reason)
                continue
            result = _checked(subject, case)
            trouble = _restored(restoring.after_case)
            if trouble:
                left.append(f"after {case.id}: {trouble}")
            if (trouble or result.outcome is Outcome.ERROR) and not _answers(subject):
                gone = f"{GONE}: {trouble or result.reason}"
            yield result
    finally:
        # Also when the user breaks it off: no profile of ours stays.
        if not gone and (trouble := _restored(restoring.at_the_end)):
            left.append(f"at the end: {trouble}")


def _restored(restore: Callable[[], None]) -> str:
    """Why the card could not be brought back to how it was; "" when it could."""
    try:
        restore()
    except UNRESTORED as error:
        return str(error) or type(error).__name__
    return ""


def _answers(subject: Subject) -> bool:
    try:
        subject.guard.begin()
        subject.bare_reset()
    except TransportError:
        return False
    return True


def _missing(subject: Subject, case: Case) -> Need | None:
    """What the case needs and does not have; what --write would not make applicable is not called skipped."""
    unmet = [need for need in case.needs if not need.met(subject)]
    inapplicable = (each for each in unmet if each.outcome is Outcome.NOT_APPLICABLE)
    return next(inapplicable, unmet[0] if unmet else None)


def _checked(subject: Subject, case: Case) -> Result:
    begun = time.monotonic()
    outcome, reason = _outcome(subject, case)
    trace = subject.guard.trace if outcome in TROUBLE else Trace()
    return Result(case, outcome, reason, time.monotonic() - begun, trace)


def _outcome(subject: Subject, case: Case) -> tuple[Outcome, str]:
    try:
        subject.begin(case.id)
        case.run(subject)
    except NotApplicable as error:
        return Outcome.NOT_APPLICABLE, str(error)
    except IssuerError as error:
        return Outcome.NOT_APPLICABLE, f"needs more test keys: {error}"
    except tuple(FINDINGS) as error:
        words = next(words for kind, words in FINDINGS.items() if isinstance(error, kind))
        return Outcome.FAILED, words.format(error)
    # Whatever else a case runs into must not keep the others from being checked, and the report tells it.
    except Exception as error:
        return Outcome.ERROR, f"{type(error).__name__}: {error}"
    return Outcome.PASSED, ""
