"""What the ISD-R hears of the network, and what it does then: the listener of SGP.02 3.2, 3.15 and 3.16.

    what is pending             service                      no service                   the alarm rings
    nothing                     losses are forgotten         a loss; too many: fall back  fall back
    not registered since the    registered: it is sent       a refusal; too many:         retreat
    switch                                                   retreat
    registered, a switch        it is sent, once             (the alarm is set)           sent again; too often:
                                                                                          retreat
    registered, anything else   the same                     a loss; too many: fall back  sent again, later at last

"Retreat" is `euicc.m2m.rollback`. While the emergency profile or a test profile is on, nothing of this happens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apdu import TlvError
from apdu.cat import Event
from apdu.cat.codes import LocalInformation
from apdu.cat.commands import provide_local_information, set_up_event_list
from apdu.cat.information import Imei
from apdu.cat.objects import LocationStatus
from euicc.m2m import fallback, local
from euicc.m2m.alarm import Alarm
from euicc.m2m.notification import NotificationType
from euicc.m2m.rollback import retreat
from euicc.toolkit.applet import ToolkitApplet
from euicc.toolkit.procedure import CardReset, ToolkitError

if TYPE_CHECKING:
    from apdu.cat import Envelope
    from euicc.m2m.isdr import M2mIsdR
    from euicc.m2m.notification import PendingNotification, Transport
    from euicc.toolkit.procedure import Procedure

NORMAL_SERVICE = 0x00
"""Location status, TS 102 223 8.27; 01 is limited service, 02 none."""
_IMEI_LENGTH = 8


class Registration(ToolkitApplet):
    """The listener of one card. registered: whether the network has taken the enabled profile since the reset."""

    events = frozenset({Event.LOCATION_STATUS})
    timers = 1

    def __init__(self, isdr: M2mIsdR) -> None:
        self._isdr = isdr
        self._alarm = Alarm()
        self._told = False
        self._sending = False
        self.registered = False
        self.patience = isdr.config.patience

    def profile_taken(self) -> None:
        """As `ToolkitApplet`: the terminal begins to look for a network."""
        self._alarm.clear()
        self._sending = self.registered = False
        self._told = self._is_told()
        if local.active(self._isdr.nvm):
            return
        pending = self._isdr.notifications_m2m.pending
        if pending is None:
            if fallback.losses(self._isdr):
                self._set_alarm(self.patience.loss_seconds)
        elif pending.registered:
            self._set_alarm(self.patience.retry_seconds)
        else:
            self._set_alarm(self.patience.registration_seconds)
            self._refused(pending)

    def event(self, event: int, envelope: Envelope) -> None:
        """As `ToolkitApplet`: Location status. TlvError when the envelope has none."""
        found = envelope.find(LocationStatus)
        if found is None:
            raise TlvError("no location status")
        if local.active(self._isdr.nvm):
            return
        if found.value == NORMAL_SERVICE:
            self._in_service()
        else:
            self._out_of_service()

    def timer_expired(self, timer: int, seconds: int) -> None:
        """As `ToolkitApplet`."""
        if self._alarm.expired():
            self._rang()

    def polled(self) -> None:
        """As `ToolkitApplet`; a terminal that tells nothing of its location is taken to have a network."""
        if not self._told and not self.registered and not local.active(self._isdr.nvm):
            self._in_service()
        elif self._alarm.polled():
            self._rang()

    def confirmed(self) -> None:
        """The pending notification is confirmed."""
        self._alarm.clear()

    def _is_told(self) -> bool:
        terminal = self.toolkit.terminal_profile
        return (
            terminal is not None
            and terminal.reports(Event.LOCATION_STATUS)
            and self.toolkit.supports(set_up_event_list(self.events))
        )

    def _set_alarm(self, seconds: int) -> None:
        self._alarm.set(self.toolkit, seconds)

    def _in_service(self) -> None:
        """The first time since the reset, unless another one is due, after which there is more to tell."""
        if self.registered or self._isdr.switching.asked is not None:
            return
        self.registered = True
        fallback.found(self._isdr)
        notifications = self._isdr.notifications_m2m
        notifications.declare()
        pending = notifications.pending
        if pending is None:
            self._alarm.clear()
            return
        if not pending.registered:
            notifications.update(registered=True, attempts=0)
        self._notify()

    def _out_of_service(self) -> None:
        self.registered = False
        pending = self._isdr.notifications_m2m.pending
        if pending is not None and not pending.registered:
            self._refused(pending)
        elif pending is None or pending.kind is not NotificationType.SWITCHED:
            self._lost()

    def _lost(self) -> None:
        if not fallback.possible(self._isdr) or self._isdr.switching.asked is not None:
            return
        if fallback.lost(self._isdr) >= self.patience.losses:
            fallback.fall_back(self._isdr)
        elif not self._alarm.running:
            self._set_alarm(self.patience.loss_seconds)

    def _refused(self, pending: PendingNotification) -> None:
        if pending.attempts >= self.patience.refusals:
            self._retreat(pending)
        else:
            self._isdr.notifications_m2m.update(registered=False, attempts=pending.attempts + 1)

    def _rang(self) -> None:
        pending = self._isdr.notifications_m2m.pending
        if local.active(self._isdr.nvm) or self._isdr.switching.asked is not None:
            return
        if pending is None:
            fallback.fall_back(self._isdr)
        elif pending.registered:
            self._notify()
        else:
            self._retreat(pending)

    def _retreat(self, pending: PendingNotification) -> None:
        """Another profile; where there is none, the same attempts once more, later."""
        if self._isdr.switching.asked is not None or retreat(self._isdr, pending):
            self._alarm.clear()
            return
        self._isdr.notifications_m2m.update(registered=pending.registered, attempts=0)
        self._set_alarm(self.patience.rest_seconds)

    def _notify(self) -> None:
        """Send the pending notification, unless that is going on, or was tried too often."""
        pending = self._isdr.notifications_m2m.pending
        if pending is None or self._sending or self._isdr.switching.asked is not None:
            return
        if pending.attempts >= self.patience.attempts:
            self._retreat(pending)
            return
        self._isdr.notifications_m2m.update(registered=True, attempts=pending.attempts + 1)
        self._sending = True
        self.toolkit.start(self._send())

    def _send(self) -> Procedure[None]:
        try:
            payload = self._isdr.notifications_m2m.payload((yield from self._imei()))
            out = payload is not None and (yield from self._is_sent(payload))
        finally:
            self._sending = False
        if self._isdr.notifications_m2m.pending is not None:
            self._set_alarm(self.patience.confirmation_seconds if out else self.patience.retry_seconds)

    def _imei(self) -> Procedure[bytes | None]:
        """IMEI, where the terminal tells one."""
        command = provide_local_information(LocalInformation.IMEI)
        if not self.toolkit.supports(command):
            return None
        response = yield command
        found: bytes | None = response.value(Imei.TAG)
        return found if found is not None and len(found) == _IMEI_LENGTH else None

    def _is_sent(self, payload: bytes) -> Procedure[bool]:
        for transport in self._isdr.notifications_m2m.transports:
            if (yield from self._by(transport, payload)):
                return True
        return False

    def _by(self, transport: Transport, payload: bytes) -> Procedure[bool]:
        try:
            return (yield from transport(self._isdr, payload))
        except CardReset:
            raise
        except (ToolkitError, TlvError):
            return False
