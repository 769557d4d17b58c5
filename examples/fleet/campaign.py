"""How operator A takes one vehicle over from operator B: what EIS and card say decides what is done next, SGP.02 3.

    profile of A in the EIS     profile of B    next
    none                        there           ES2.DownloadProfile: CreateISDP, key establishment, SCP03t
    In-Creation, Created        there           the same, which goes on; if it fails, ES4.DeleteProfile before
    Disabled                    there           ES4.EnableProfile: the card attaches at A's network, tells, is confirmed
    Enabled                     there           ES4.SetFallbackAttribute: B's profile must not hold it when it goes
    Enabled, fallback           there           B: ES4.DeleteProfile, and the subscription is barred
    Enabled, fallback           none            ES4.PrepareSMSRChange, ES4.SMSRChange, if A has an SM-SR of its own

A card that goes back to B for the third time stays there; A's profile stays in it, disabled, for another day.

Nothing but how often that was is remembered: whoever begins again, after whatever went wrong, goes on where EIS and
card are.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, TypeVar

from euicc.testing.m2m.es2 import DownloadProfile
from euicc.testing.m2m.es3 import (
    AuditEis,
    DeleteIsdp,
    EisResponse,
    EnableProfile,
    GetEis,
    ProfileInfo,
    ProfileState,
    Request,
    Response,
)
from euicc.testing.m2m.es4 import PrepareSmsrChange, SetFallbackAttribute, SmsrChange
from euicc.testing.smsr import refusals
from examples.fleet.fates import HOUR, Flow
from examples.fleet.journal import Record
from examples.fleet.operators import Operator

ROLL_BACKS_MAX = 3
FAILURES_MAX = 20
STEPS_MAX = 100
BETWEEN_FAILURES = 600.0
BETWEEN_ROLL_BACKS = 2 * HOUR
NO_NETWORK = "no network of operator A where it is"


class Stage(Enum):
    """Where a vehicle stands."""

    WAITING = "waiting"
    DOWNLOAD = "download"
    ENABLE = "enable"
    FALLBACK = "fallback"
    DELETE = "delete"
    HANDOVER = "handover"
    AUDIT = "audit"
    ON_A = "on A"
    ON_B = "on B"


@dataclass(frozen=True)
class Ask:
    """A function of an SM-SR; what comes back: its response."""

    server: str
    requester: str
    request: Request[Any]


@dataclass(frozen=True)
class Wait:
    """For so many seconds."""

    seconds: float


T = TypeVar("T")
Steps = Generator["Ask | Wait", Any, T]


class GivenUp(Exception):
    """It failed too often; the reason is the last one."""


@dataclass(frozen=True)
class View:
    """What the SM-SR that has the card says of the profiles of the two operators."""

    server: str
    a: ProfileInfo | None
    b: ProfileInfo | None

    @property
    def on_a(self) -> bool:
        """Whether A's profile is enabled."""
        return self.a is not None and self.a.state is ProfileState.ENABLED


@dataclass(frozen=True)
class Servers:
    """Names of the SM-SRs, that of before and operator A's own, and of A's SM-DP."""

    old: str
    new: str
    smdp: str

    def target(self, flow: Flow) -> str:
        """Where the card is to be in the end."""
        return self.new if flow is Flow.HANDOVER else self.old


class Change:
    """The change of one vehicle. record, stage: where it stands; keep: is given the record whenever it changes."""

    def __init__(
        self,
        eid: bytes,
        number: int,
        flow: Flow,
        operators: tuple[Operator, Operator],
        servers: Servers,
        record: Record,
        keep: Callable[[Record], None],
    ) -> None:
        self.stage = Stage.WAITING
        self.record = record
        self._eid = eid
        self._number = number
        self._flow = flow
        self._a, self._b = operators
        self._servers = servers
        self._keep = keep
        self._failures = 0
        self._download_failed = False

    def steps(self) -> Steps[View]:
        """Until it is on A, or known to stay on B; what the EIS says then. GivenUp."""
        for _ in range(STEPS_MAX):
            view = yield from self._look()
            self.stage, step = self._next(view)
            if step is None:
                if view.b is None:
                    self._b.network.bar(self._b.imsi(self._number))
                return view
            response: Response = yield from step(view)
            if not response.status.ok:
                yield from self._failed(response)
        raise GivenUp(f"{self.stage.value}, again and again")

    def audit(self, view: View) -> Steps[EisResponse]:
        """ES4.AuditEIS, as both operators in turn: the EIS is what the card says."""
        self.stage = Stage.AUDIT
        while True:
            response: EisResponse = yield Ask(view.server, self._a.name, AuditEis(self._eid))
            if response.status.ok:
                return response
            yield from self._failed(response)

    def _look(self) -> Steps[View]:
        """The EIS, from whichever SM-SR has it."""
        while True:
            for server in (self._servers.old, self._servers.new):
                of_a: EisResponse = yield Ask(server, self._a.name, GetEis(self._eid))
                of_b: EisResponse = yield Ask(server, self._b.name, GetEis(self._eid))
                if of_a.eis is not None and of_b.eis is not None:
                    return View(server, _only(of_a), _only(of_b))
            yield from self._failed(of_a)

    def _next(self, view: View) -> tuple[Stage, Callable[[View], Steps[Response]] | None]:
        a, b = view.a, view.b
        if a is None:
            return Stage.DOWNLOAD, self._downloaded
        if a.state in (ProfileState.IN_CREATION, ProfileState.CREATED):
            return Stage.DOWNLOAD, self._tidied_up if self._download_failed else self._downloaded
        if a.state is ProfileState.DISABLED:
            tried = self.record.attempts >= ROLL_BACKS_MAX
            return (Stage.ON_B, None) if tried else (Stage.ENABLE, self._enabled)
        if not a.fallback:
            return Stage.FALLBACK, self._made_fallback
        if b is not None:
            return Stage.DELETE, self._deleted
        if view.server != self._servers.target(self._flow):
            return Stage.HANDOVER, self._handed_over
        return Stage.ON_A, None

    def _downloaded(self, view: View) -> Steps[Response]:
        request = DownloadProfile(self._eid, view.server, self._a.iccid(self._number))
        response: Response = yield Ask(self._servers.smdp, self._a.name, request)
        self._download_failed = not response.status.ok
        return response

    def _tidied_up(self, view: View) -> Steps[Response]:
        self._download_failed = False
        return (yield from self._ask(view, self._a, DeleteIsdp(self._eid, self._a.iccid(self._number))))

    def _enabled(self, view: View) -> Steps[Response]:
        request = EnableProfile(self._eid, self._a.iccid(self._number))
        response: Response = yield from self._ask(view, self._a, request)
        if response.status == refusals.ROLLED_BACK:
            self.record = replace(self.record, attempts=self.record.attempts + 1, reason=NO_NETWORK)
            self._keep(self.record)
            if self.record.attempts < ROLL_BACKS_MAX:
                yield Wait(BETWEEN_ROLL_BACKS)
            return Response()
        return response

    def _made_fallback(self, view: View) -> Steps[Response]:
        request = SetFallbackAttribute(self._eid, self._a.iccid(self._number))
        return (yield from self._ask(view, self._a, request))

    def _deleted(self, view: View) -> Steps[Response]:
        return (yield from self._ask(view, self._b, DeleteIsdp(self._eid, self._b.iccid(self._number))))

    def _handed_over(self, view: View) -> Steps[Response]:
        prepare = PrepareSmsrChange(self._eid, view.server)
        prepared: Response = yield Ask(self._servers.new, self._a.name, prepare)
        if not prepared.status.ok:
            return prepared
        return (yield from self._ask(view, self._a, SmsrChange(self._eid, self._servers.new)))

    def _ask(self, view: View, operator: Operator, request: Request[Any]) -> Steps[Response]:
        response: Response = yield Ask(view.server, operator.name, request)
        return response

    def _failed(self, response: Response) -> Steps[None]:
        """Later once more, unless that was tried often enough."""
        self._failures += 1
        if self._failures >= FAILURES_MAX:
            raise GivenUp(f"{self.stage.value}: {response.status.message}")
        yield Wait(BETWEEN_FAILURES)


def _only(response: EisResponse) -> ProfileInfo | None:
    """The one profile that the requester has to do with."""
    assert response.eis is not None
    return next(iter(response.eis.profiles), None)
