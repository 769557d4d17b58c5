"""Scripts of an SM-SR over SCP81, SGP.02 2.4.3: the card is told by short message to fetch them from its server.

An SM-SR that is in the middle of an answer to the card gives the next script with it, and needs no short message.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from apdu.aid import ISD_R
from euicc.testing.m2m.eis import Eis, Key, KeyType
from euicc.testing.m2m.https_admin import LOST, Answer, HttpsAdmin
from euicc.testing.m2m.https_admin_trigger import AdminTrigger, psk_identity
from euicc.testing.smsr import es5
from euicc.testing.smsr.errand import Exchange
from euicc.testing.smsr.steps import Refused, Silence

SCP81_VERSIONS = range(0x40, 0x50)
_TAR_UNKNOWN, _UNIDENTIFIED = 0x09, 0x06
_REFUSALS = {"unknown-application": _TAR_UNKNOWN}
"""X-Admin-Script-Status -> what a card would answer to a packet, TS 102 225 5.2; for all others: unidentified."""


class HttpsExchange:
    """A script on its way to a card; as `euicc.testing.smsr.errand.Exchange`.

    script: as the server has it. begin: has the card told, by a packet; not called while the card is being answered.
    patience: seconds that the card may take, once it knows, to fetch the script and to answer.
    """

    def __init__(
        self,
        admin: HttpsAdmin,
        eid: bytes,
        script: bytes,
        target: bytes,
        begin: Callable[[], Exchange],
        patience: float,
        now: float,
    ) -> None:
        self.outcome: bytes | Exception | None = None
        self.numbers: tuple[str, ...] = ()
        self._admin = admin
        self._eid = eid
        self._patience = patience
        self._trigger = None if admin.in_session(eid) else begin()
        self.script = admin.queue(eid, es5.script(script), None if target == ISD_R else target)
        self.wake = now + patience
        self._watch_trigger(now)

    def advance(self, now: float) -> None:
        """What is due by now: the short message once more, or the end of patience."""
        if self._trigger is not None:
            self._trigger.advance(now)
            self._watch_trigger(now)
        elif self.outcome is None and now >= self.wake:
            self._give_up(Silence())

    def receive(self, user_data: bytes, now: float) -> bool:
        """A response packet: whether it is for the short message."""
        if self._trigger is None or not self._trigger.receive(user_data, now):
            return False
        self._watch_trigger(now)
        return True

    def take(self, answer: Answer) -> bool:
        """What the card answered to a script: whether it was this one, and everything is decided."""
        if answer.script is not self.script or self.outcome is not None:
            return False
        self._trigger = None
        self.outcome = _content(answer)
        return True

    def _watch_trigger(self, now: float) -> None:
        """Once the card has the short message, it is to come."""
        trigger = self._trigger
        if trigger is None:
            return
        self.wake = trigger.wake
        outcome = trigger.outcome
        if isinstance(outcome, Refused) or (isinstance(outcome, Silence) and not outcome.executed):
            self._give_up(outcome)
        elif outcome is not None:
            # The response to a trigger is empty: there is nothing in it to be read.
            self._trigger = None
            self.wake = now + self._patience

    def _give_up(self, outcome: Exception) -> None:
        self._trigger = None
        self._admin.withdraw(self._eid, self.script)
        self.outcome = outcome


def _content(answer: Answer) -> bytes | Exception:
    if answer.status == LOST:
        return Silence()
    if answer.status != "ok":
        return Refused(_REFUSALS.get(answer.status, _UNIDENTIFIED))
    try:
        return es5.response(answer.content)
    except es5.ResponseError:
        return Silence(executed=True)


class HttpsSide:
    """The HTTPS side of one SM-SR. address: where its cards find it; version and identifier of the key are each card's.

    The server gives no script out twice: whoever sent it asks the card what became of it.
    """

    def __init__(self, admin: HttpsAdmin, address: AdminTrigger) -> None:
        self.admin = admin
        self._address = address
        admin.repeat = False

    def knows(self, eis: Eis) -> bool:
        """Whether the SM-SR has a key of this card for SCP81."""
        return _key(eis) is not None

    def trigger(self, eis: Eis) -> bytes:
        """What tells the card to come; the server knows its key from now on. ValueError when there is none."""
        found = _key(eis)
        if found is None:
            raise ValueError("a card without a key for SCP81")
        version, key = found
        self.admin.know(eis.eid, psk_identity(eis.eid, version, key.identifier), key.value)
        return replace(self._address, version=version, identifier=key.identifier).encode()


def _key(eis: Eis) -> tuple[int, Key] | None:
    """Version and key."""
    for key_set in eis.isd_r.key_sets:
        for key in key_set.keys if key_set.version in SCP81_VERSIONS else ():
            if key.kind is KeyType.PSK_TLS and key.value:
                return key_set.version, key
    return None
