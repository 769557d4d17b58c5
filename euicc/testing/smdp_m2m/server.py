"""The SM-DP: functions of ES2, carried out through SM-SRs. Without I/O, and with nothing to do with time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, MutableMapping
from dataclasses import dataclass
from secrets import token_bytes
from typing import Any

from euicc.testing.m2m.es2 import DownloadProfile, PassedOn, UpdateConnectivityParameters
from euicc.testing.m2m.es3 import Notification, Request, Response, call
from euicc.testing.m2m.es4 import DeletionToken
from euicc.testing.m2m.messages import Answer, Call, Content, Outgoing
from euicc.testing.smdp_m2m import failure, tokens
from euicc.testing.smdp_m2m.orders import OrderBook
from euicc.testing.smdp_m2m.procedures import (
    Desk,
    IsdPKeys,
    Manner,
    SmdpIdentity,
    download_profile,
    update_connectivity_parameters,
)

_REFERENCE_BYTES = 8
Steps = Generator[Request[Any], Any, Response]


@dataclass
class _Running:
    """A procedure for a card: it waits for an answer of its SM-SR, or for its turn.

    reference: by which the operator knows what it asked for.
    """

    steps: Steps
    eid: bytes
    smsr: str
    operator: str
    reference: str


def _passed_on(desk: Desk, operator: str, request: PassedOn) -> Steps:
    response: Response = yield from call(request.request)
    return response


PROCEDURES: dict[type, Callable[[Desk, str, Any], Steps]] = {
    DownloadProfile: download_profile,
    UpdateConnectivityParameters: update_connectivity_parameters,
    PassedOn: _passed_on,
}
"""Request of ES2 -> what is done about it."""


class Smdp:
    """One SM-DP. orders: profiles for operators' cards; keys: what it shares with ISD-Ps, kept by whom it is given.

    In: `submit` and `receive`. Out: `messages`, until they are acknowledged. notifications: what SM-SRs told, in order.
    One thing at a time is done with a card; what else is wanted of it waits. A procedure whose process ended is asked
    for again: then it goes on from what is in the card.
    """

    def __init__(
        self,
        identity: SmdpIdentity,
        orders: OrderBook | None = None,
        *,
        keys: MutableMapping[tuple[bytes, str], IsdPKeys] | None = None,
        manner: Manner | None = None,
        random: Callable[[int], bytes] = token_bytes,
    ) -> None:
        self.identity = identity
        self.orders = orders if orders is not None else OrderBook()
        self.notifications: list[tuple[str, Notification]] = []
        self._random = random
        self._desk = Desk(identity, self.orders, {} if keys is None else keys, manner or Manner(), random)
        self._waiting: dict[str, _Running] = {}
        self._queues: dict[bytes, deque[_Running]] = {}
        self._messages: dict[int, Outgoing] = {}
        self._sent = 0

    def submit(self, operator: str, request: Request[Any], reference: str = "") -> str:
        """A function of ES2; the reference of the Answer that follows among the `messages`."""
        reference = reference or self._reference()
        procedure = PROCEDURES.get(type(request))
        if procedure is None:
            self._send(operator, Answer(reference, Response(failure.NOT_OFFERED)))
            return reference
        asked: Any = request
        steps = procedure(self._desk, operator, request)
        running = _Running(steps, asked.eid, asked.smsr, operator, reference)
        queue = self._queues.setdefault(running.eid, deque())
        queue.append(running)
        if len(queue) == 1:
            self._go_on(running, None)
        return reference

    def receive(self, sender: str, content: Content, now: float | None = None) -> None:
        """A message of an SM-SR or an operator; what nobody waits for, or from somebody else, does nothing.

        now: as other servers have it; no SM-DP looks at the time.
        """
        if isinstance(content, Call):
            self.submit(sender, content.request, content.reference)
        elif isinstance(content, Answer):
            running = self._waiting.get(content.reference)
            if running is not None and running.smsr == sender:
                del self._waiting[content.reference]
                self._go_on(running, content.response)
        else:
            self.notifications.append((sender, content))

    def messages(self) -> list[Outgoing]:
        """Messages that are not acknowledged: calls to SM-SRs, answers to operators."""
        return list(self._messages.values())

    def acknowledge(self, message: Outgoing) -> None:
        """The recipient has it."""
        self._messages.pop(message.number, None)

    def deletion_token(
        self, eid: bytes, iccid: str, issuer: bytes, image: bytes, application_provider: bytes
    ) -> DeletionToken:
        """A token for ES4.MasterDelete of a profile that it installed; KeyError without a token key in its ISD-P."""
        keys = self._desk.keys[eid, iccid]
        if keys.token is None:
            raise KeyError("no token key in this ISD-P")
        identifier = self._random(_REFERENCE_BYTES)
        return tokens.deletion_token(keys.token, keys.isd_p, issuer, image, application_provider, identifier)

    def _go_on(self, running: _Running, response: Response | None) -> None:
        try:
            request = running.steps.send(response)
        except StopIteration as end:
            self._send(running.operator, Answer(running.reference, end.value))
            self._next(running.eid)
            return
        reference = self._reference()
        self._waiting[reference] = running
        self._send(running.smsr, Call(reference, request))

    def _next(self, eid: bytes) -> None:
        """A card is free for whatever waits for it."""
        queue = self._queues[eid]
        queue.popleft()
        if queue:
            self._go_on(queue[0], None)
        else:
            del self._queues[eid]

    def _send(self, recipient: str, content: Content) -> None:
        self._sent += 1
        self._messages[self._sent] = Outgoing(self._sent, recipient, content)

    def _reference(self) -> str:
        return self._random(_REFERENCE_BYTES).hex()
