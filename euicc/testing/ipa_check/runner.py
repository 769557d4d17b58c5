"""Runs the cases, each on a bench of its own, with an outcome whatever the program does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from apdu import StatusError, TlvError, Trace, TransportError
from asn1 import Asn1Error
from euicc import Card
from euicc.check.catalogue import Finding, NotApplicable
from euicc.check.outcome import TROUBLE, Outcome, Report, Result
from euicc.testing.http import ServeError
from euicc.testing.ipa_check.bench import Bench, Place
from euicc.testing.ipa_check.catalogue import Case, all_cases
from euicc.testing.ipa_check.doors import Door, opened
from euicc.testing.ipa_check.journal import Slot
from euicc.testing.ipa_check.program import CommandError, Commands, Patience
from euicc.testing.pki import Pki

PROGRAM = "ipa check"
MODEM = "modem"
MALFORMED = (StatusError, TlvError, Asn1Error)
"""What the program sends cannot be read, or has left the card in no state to be asked."""


def check(
    commands: Commands,
    door: Callable[[Path], Door],
    cases: Iterable[Case],
    *,
    patience: Patience = Patience(),
    done: Callable[[Result], None] = lambda result: None,
) -> Report:
    """The report on a program. door: makes the way to the card, given a directory of its own.

    done: gets each result at once. patience: with one run of the program. TransportError when the
    door does not open, CommandError when the program cannot be run.
    """
    started, begun = datetime.now(UTC), time.monotonic()
    with ExitStack() as stack:
        directory = Path(stack.enter_context(TemporaryDirectory(prefix="ipa-check-door-")))
        pki, way = Pki.default(), door(directory)
        slot = Slot(Card.manufacture(pki=pki))
        where = stack.enter_context(opened(way, slot)) if way.lasting else ""
        runner = _Runner(Place(commands, way, slot, pki, patience, where))
        results = []
        for case in cases:
            result = runner.result(case)
            done(result)
            results.append(result)
    facts = (("door", way.name), *commands.lines.items())
    return Report(tuple(results), facts, started, time.monotonic() - begun, PROGRAM)


class _Runner:
    """Remembers results: cases rely on others."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._results: dict[str, Result] = {}
        self._benches: dict[str, Bench] = {}
        self._known = {case.id: case for case in all_cases()}

    def result(self, case: Case) -> Result:
        """The result of a case; of one that others relied on, the one from then."""
        if case.id not in self._results:
            self._results[case.id] = self._result(case)
        return self._results[case.id]

    def _result(self, case: Case) -> Result:
        excuse = self._excuse(case)
        if excuse:
            return Result(case, Outcome.NOT_APPLICABLE, excuse)
        begun = time.monotonic()
        if case.judges:
            self.result(self._known[case.judges])
            judged = self._benches.get(case.judges)
            if judged is None:
                return Result(case, Outcome.NOT_APPLICABLE, f"{case.judges} did not run")
            return self._of(case, judged, begun)
        try:
            with self._place.bench(case.setting) as bench:
                self._benches[case.id] = bench
                return self._of(case, bench, begun)
        except (TransportError, ServeError) as error:
            return Result(case, Outcome.ERROR, str(error), time.monotonic() - begun)

    @staticmethod
    def _of(case: Case, bench: Bench, begun: float) -> Result:
        outcome, reason = _outcome(case, bench)
        trace = bench.journal.trace if outcome in TROUBLE else Trace()
        return Result(case, outcome, reason, time.monotonic() - begun, trace)

    def _excuse(self, case: Case) -> str:
        """Why the case says nothing about this program."""
        if case.action not in self._place.commands.lines:
            return f"there is no command for {case.action}"
        if case.not_by_modem and self._place.door.name == MODEM:
            return "behind a modem that is the modem's"
        if (
            case.relies_on
            and not case.judges
            and self.result(self._known[case.relies_on]).outcome is not Outcome.PASSED
        ):
            return f"{case.relies_on} has to pass before this says anything"
        return ""


def _outcome(case: Case, bench: Bench) -> tuple[Outcome, str]:
    try:
        case.perform(bench)
    except NotApplicable as error:
        return Outcome.NOT_APPLICABLE, str(error)
    except Finding as error:
        return Outcome.FAILED, _told(str(error), bench)
    except CommandError:
        raise
    except MALFORMED as error:
        return Outcome.FAILED, _told(f"what it sent cannot be read: {error}", bench)
    # Whatever else a case runs into must not keep the others from being checked, and the report tells it.
    except Exception as error:
        return Outcome.ERROR, _told(f"{type(error).__name__}: {error}", bench)
    return Outcome.PASSED, ""


def _told(reason: str, bench: Bench) -> str:
    """With what the servers heard, and how the program ended."""
    heard = [f"{each.server} {each.function}" for _, each in bench.talk.heard]
    calls = f"servers heard: {', '.join(heard) or 'nothing'}"
    return "; ".join((reason, calls, *map(str, bench.runs)))
