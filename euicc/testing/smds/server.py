"""The SM-DS, without a socket: ES11 for devices, SGP.22 5.8, and the events that wait for their cards, ES12."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from asn1.generated import rsp
from euicc.crypto.chain import TrustAnchor
from euicc.testing.pki import Issued, Pki
from euicc.testing.smdp import authentication
from euicc.testing.smdp.authentication import verified
from euicc.testing.smdp.binding import Json, executed, failed, message, transaction_id
from euicc.testing.smdp.bpp import SegmentSizes
from euicc.testing.smdp.eligibility import everything
from euicc.testing.smdp.state import Limits, Stage, State
from euicc.testing.smdp.status import AUTHENTICATION_REFUSED, Failure, Status, UnknownFunction

EVENT_ID_LENGTH = 8
EVENT_UNKNOWN = Status("8.9.5", "3.9", "There is no such event for this eUICC")
# What is 8.8 of an SM-DP+ is 8.9 of an SM-DS, SGP.22 5.2.6.1.
_SMDP, _SMDS = "8.8.", "8.9."


@dataclass(frozen=True)
class Event:
    """An event record, SGP.22 3.6: a server has something for this card, under this MatchingID."""

    eid: bytes
    event_id: str
    rsp_server_address: str

    @property
    def json(self) -> dict[str, str]:
        """As an entry of eventEntries."""
        return {"eventId": self.event_id, "rspServerAddress": self.rsp_server_address}


@dataclass(frozen=True)
class _Certificates:
    """The server proves itself with CERT.DSauth where an SM-DP+ has CERT.DPauth."""

    dp_auth: Mapping[bytes, Issued]
    dp_pb: Mapping[bytes, Issued]
    trusted: tuple[TrustAnchor, ...]


class SmDs:
    """An SM-DS for tests, SGP.22 3.6 and 5.8: the authentication is real, the events are in memory.

    `address` is what devices call it; when empty, `euicc.testing.http.serve` fills it in.
    """

    path = "/gsma/rsp2/es9plus"
    """Where its functions are, SGP.22 6.5.1.1: ES11 has the paths of ES9+."""
    paths = (path, "/gsma/rsp2/es11")

    def __init__(
        self,
        pki: Pki,
        address: str = "",
        *,
        random: Callable[[int], bytes] = os.urandom,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._state = State(
            certificates=_Certificates(pki.ds_auth, {}, pki.trusted),
            address=address,
            random=random,
            now=now,
            eligibility=everything,
            limits=Limits(),
            sizes=SegmentSizes(),
            rebinding=False,
            faults={},
        )
        self._events: list[Event] = []

    @property
    def address(self) -> str:
        """What devices call the server; not case sensitive."""
        return self._state.address

    @address.setter
    def address(self, address: str) -> None:
        self._state.address = address

    @property
    def events(self) -> tuple[Event, ...]:
        """All events, oldest first."""
        return tuple(self._events)

    def register(self, eid: bytes, rsp_server_address: str, event_id: str | None = None) -> Event:
        """ES12.RegisterEvent, SGP.22 5.9.1. event_id: the MatchingID at that server; None: a new one."""
        chosen = event_id or self._state.random(EVENT_ID_LENGTH).hex().upper()
        event = Event(eid, chosen, rsp_server_address)
        self._events.append(event)
        return event

    def delete(self, event: Event) -> None:
        """ES12.DeleteEvent, SGP.22 5.9.2; ValueError when it is not there."""
        self._events.remove(event)

    def handle(self, function: str, request: Mapping[str, object]) -> Json:
        """One function of ES11 in the JSON binding, SGP.22 6.5.2. BadRequest, UnknownFunction."""
        functions = {
            "initiateAuthentication": self._initiate_authentication,
            "authenticateClient": self._authenticate_client,
        }
        if function not in functions:
            raise UnknownFunction(function)
        try:
            return functions[function](request)
        except Failure as failure:
            status = failure.status
            return failed(replace(status, subject=status.subject.replace(_SMDP, _SMDS)))

    def _initiate_authentication(self, request: Mapping[str, object]) -> Json:
        """ES11.InitiateAuthentication, SGP.22 5.8.1; the address under its own name or under that of ES9+."""
        address = request.get("smdsAddress", request.get("smdpAddress"))
        return authentication.initiate_authentication(self._state, {**request, "smdpAddress": address})

    def _authenticate_client(self, request: Mapping[str, object]) -> Json:
        """ES11.AuthenticateClient, SGP.22 5.8.2: the events of the card, or the one it names as MatchingID."""
        answer = message(request, "authenticateServerResponse", rsp.AuthenticateServerResponse)
        session = self._state.session(transaction_id(request), Stage.INITIATED)
        session.stage = Stage.FAILED
        if answer.authenticate_response_ok is None:
            raise Failure(AUTHENTICATION_REFUSED)
        signed = verified(self._state, session, answer.authenticate_response_ok)
        found = self._found(session.eid, signed)
        session.stage = Stage.DELIVERED
        return {
            **executed(transactionId=session.transaction_id.hex().upper()),
            "eventEntries": [event.json for event in found],
        }

    def _found(self, eid: bytes, signed: rsp.EuiccSigned1) -> list[Event]:
        context = signed.ctx_params1.ctx_params_for_common_authentication
        wanted = context.matching_id if context is not None else None
        found = [each for each in self._events if each.eid == eid and wanted in (None, "", each.event_id)]
        if wanted and not found:
            raise Failure(EVENT_UNKNOWN)
        return found
