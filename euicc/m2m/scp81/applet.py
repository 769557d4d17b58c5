"""Who carries out administration sessions on the card: an applet of the toolkit with one channel and one timer.

Sessions are never parallel: who asks for another waits. A session that failed is tried again as its retry policy says,
unless somebody asks for another meanwhile. The timer measures the time until then, and during a session the silence of
the server: on a terminal without timers nothing is tried again, and a silent server is waited for until a reset.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from apdu.cat import commands
from euicc.m2m.scp81.parameters import ParametersError, RetryPolicy, SessionParameters
from euicc.m2m.scp81.session import FAILURES, Administration, Session, prepare
from euicc.toolkit.applet import ToolkitApplet
from euicc.toolkit.procedure import CardReset, CommandNotAllowed, Procedure

WAITING_MAX = 4
"""How many sessions may wait for the one that is going on."""
SILENCE_SECONDS = 60
"""After so long without a word of the server, twice that at most, a session is over."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended: whether the server ended the session; attempts: of how many; reason: of the last failure."""

    completed: bool
    attempts: int
    reason: str = ""


Done = Callable[[Outcome], None]


@dataclass(frozen=True, slots=True)
class _Order:
    """Somebody's wish for a session. once: he will try again himself."""

    parameters: SessionParameters
    message: bytes
    done: Done
    once: bool = False


@dataclass(slots=True)
class _Undertaking:
    """A session, and how often it was tried."""

    session: Session
    policy: RetryPolicy
    done: Done
    attempts: int = 0
    reason: str = ""

    def conclude(self, completed: bool) -> None:
        """Tell how it ended."""
        self.done(Outcome(completed, self.attempts, "" if completed else self.reason))


def _ignore(outcome: Outcome) -> None:
    """For who does not want to know."""


class AdministrationAgent(ToolkitApplet):
    """The agent of one security domain."""

    timers = 1
    channels = 1

    def __init__(self, administration: Administration) -> None:
        self._administration = administration
        self._orders: deque[_Order] = deque()
        self._retry: _Undertaking | None = None
        self._working = self._in_session = self._heard = self._timing = False

    def request(self, parameters: SessionParameters, message: bytes = b"", done: Done = _ignore) -> bool:
        """Hold an administration session; whether there was room to remember it.

        parameters: of the trigger, the rest is as the domain keeps it. message: that a notification carries in its
        first request. done: told how it ended; a reset of the card ends it, and nobody is told.
        """
        if len(self._orders) >= WAITING_MAX:
            return False
        self._orders.append(_Order(parameters, message, done))
        if not self._working:
            self.toolkit.start(self._work())
        return True

    def hold(self, parameters: SessionParameters, message: bytes = b"") -> Procedure[Outcome]:
        """The same at once, as a part of somebody's procedure, and without another attempt.

        While another session is going on there is none, and an Outcome without attempts.
        """
        if self._working:
            return Outcome(False, 0, "another session is going on")
        outcomes: list[Outcome] = []
        self._orders.append(_Order(parameters, message, outcomes.append, once=True))
        yield from self._work()
        return outcomes[0]

    def profile_taken(self) -> None:
        """There was a reset: what was to be tried again is forgotten, and the timer is stopped."""
        self._retry = None
        self._timing = False

    def timer_expired(self, timer: int, seconds: int) -> Procedure[None] | None:
        """It is time for another attempt, or to see whether the server was silent."""
        self._timing = False
        if not self._in_session:
            return self._work() if self._retry else None
        if self._heard:
            return self._watch()
        for channel in self.toolkit.channels:
            # As if the link were lost: whoever waits for the server hears of that.
            channel.available, channel.established = 0, False
        return None

    def _work(self) -> Procedure[None]:
        self._working = True
        try:
            while self._due():
                yield from self._next()
                if not self._due() and not self._retry:
                    yield from self._stop_timer()
        finally:
            # After a reset, or without power, nobody waits for anything any more.
            self._orders.clear()
            self._working = self._in_session = False

    def _due(self) -> bool:
        """Whether there is something to do now."""
        return bool(self._orders) or (self._retry is not None and not self._timing)

    def _next(self) -> Procedure[None]:
        """Try again, or what somebody else wants instead."""
        retry, self._retry = self._retry, None
        if not self._orders and retry:
            yield from self._try(retry)
            return
        if retry:
            retry.conclude(False)
        order = self._orders.popleft()
        parameters = order.parameters.over(self._administration.kept())
        try:
            prepared = prepare(self._administration, parameters, order.message)
        except ParametersError as error:
            order.done(Outcome(False, 0, str(error)))
            return
        session = Session(self._administration, prepared, self._hear)
        policy = RetryPolicy() if order.once else parameters.retry or RetryPolicy()
        yield from self._try(_Undertaking(session, policy, order.done))

    def _try(self, undertaking: _Undertaking) -> Procedure[None]:
        undertaking.attempts += 1
        failure = yield from self._attempt(undertaking.session)
        undertaking.reason = str(failure)
        # What the terminal's profile does not allow, it does not allow later either.
        hopeless = failure is None or isinstance(failure, CommandNotAllowed)
        left = not hopeless and undertaking.attempts <= undertaking.policy.counter
        if left and (yield from self._start_timer(max(1, undertaking.policy.seconds))):
            self._retry = undertaking
        else:
            undertaking.conclude(failure is None)

    def _attempt(self, session: Session) -> Procedure[Exception | None]:
        """Why it failed; None when it did not."""
        self._in_session = True
        self._administration.begin()
        failure: Exception | None = None
        try:
            yield from self._watch()
            yield from session.run(self.toolkit)
        except CardReset:
            raise
        except FAILURES as error:
            failure = error
        self._in_session = False
        self._administration.end()
        return failure

    def _hear(self) -> None:
        self._heard = True

    def _watch(self) -> Procedure[None]:
        """Listen for as long as a server may be silent."""
        self._heard = False
        yield from self._start_timer(SILENCE_SECONDS)

    def _start_timer(self, seconds: int) -> Procedure[bool]:
        """Start it anew; whether the terminal did."""
        try:
            response = yield commands.start_timer(self.toolkit.timers[0], seconds)
        except CommandNotAllowed:
            return False
        self._timing = bool(response.performed)
        return self._timing

    def _stop_timer(self) -> Procedure[None]:
        if self._timing:
            self._timing = False
            yield commands.deactivate_timer(self.toolkit.timers[0])
