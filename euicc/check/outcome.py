"""How a check ended: each case's outcome, with a reason and the trace of what was exchanged."""

from __future__ import annotations

import enum
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from apdu import Trace


class Outcome(enum.Enum):
    """How one case ended."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    """The case did not come to an end: the card went away, or something happened that nobody foresaw."""
    NOT_APPLICABLE = "not applicable"
    SKIPPED = "skipped"
    """It would change the card, and nobody allowed that."""


TROUBLE = (Outcome.FAILED, Outcome.ERROR)


class Described(Protocol):
    """What a report says of a case."""

    @property
    def id(self) -> str:
        """area/name."""
        ...

    @property
    def sections(self) -> tuple[str, ...]:
        """Where it comes from."""
        ...

    @property
    def title(self) -> str:
        """What is right."""
        ...


@dataclass(frozen=True)
class Result:
    """One case: `reason` is "" for a case that passed, `seconds` how long it took."""

    case: Described
    outcome: Outcome
    reason: str = ""
    seconds: float = 0.0
    trace: Trace = field(default=Trace(), repr=False)

    @property
    def area(self) -> str:
        """The part of the card it is about."""
        return self.case.id.partition("/")[0]


@dataclass(frozen=True)
class Report:
    """All of a check. card: what was found out about the card before, in words; of `ipa check`, about the program.

    program: whose report it is. left: what the check changed and could not take back, in words.
    """

    results: tuple[Result, ...]
    card: tuple[tuple[str, str], ...]
    started: datetime
    seconds: float = 0.0
    program: str = "euicc check"
    left: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many cases ended in each way, those that did not happen included."""
        counted = Counter(each.outcome for each in self.results)
        return {outcome: counted[outcome] for outcome in Outcome}

    @property
    def conforms(self) -> bool:
        """Whether no case failed and none went wrong."""
        return not self.troubles

    @property
    def troubles(self) -> tuple[Result, ...]:
        """What failed or went wrong."""
        return tuple(each for each in self.results if each.outcome in TROUBLE)

    def summary(self) -> str:
        """The counts in one line."""
        return ", ".join(f"{count} {outcome.value}" for outcome, count in self.counts.items() if count)

    def to_json(self) -> dict[str, object]:
        """The report as JSON values."""
        return {
            "started": self.started.isoformat(),
            "seconds": round(self.seconds, 3),
            "card": dict(self.card),
            "counts": {outcome.value: count for outcome, count in self.counts.items()},
            "left": list(self.left),
            "cases": [
                {
                    "id": each.case.id,
                    "sections": list(each.case.sections),
                    "title": each.case.title,
                    "outcome": each.outcome.value,
                    "reason": each.reason,
                    "seconds": round(each.seconds, 6),
                }
                for each in self.results
            ],
        }
