"""The SM-SR: functions for SM-DPs, operators and other SM-SRs, carried out on cards by short messages, SGP.02 2.3."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from secrets import token_bytes, token_hex
from typing import Any

from euicc.testing.m2m.eis import Eis
from euicc.testing.m2m.es3 import AuditEis, Request, Response
from euicc.testing.m2m.messages import Answer, Call, Content, Outgoing
from euicc.testing.m2m.own_requests import UpdateSmsrAddressing
from euicc.testing.m2m.registry import Operation, Registry
from euicc.testing.m2m.short_message import Whole
from euicc.testing.smsr import functions, refusals
from euicc.testing.smsr.air import Air
from euicc.testing.smsr.case import Case
from euicc.testing.smsr.desk import Desk
from euicc.testing.smsr.errand import NEVER, Errand, Transport
from euicc.testing.smsr.es5 import ResponseError
from euicc.testing.smsr.identity import Patience, SmsrIdentity
from euicc.testing.smsr.notification import (
    CardNotification,
    NotificationError,
    is_notification,
    open_packet,
)
from euicc.testing.smsr.procedures import handover_out
from euicc.testing.smsr.procedures.switch import confirm
from euicc.testing.smsr.refusals import Refusal
from euicc.testing.smsr.steps import Ask, Called, Expired, Procedure, Refused, Silence

_RESPONSE_PACKET = 0x71
_RESPONSE_HEADER = bytes((0x02, _RESPONSE_PACKET, 0x00))
_REFERENCE_BYTES = 8


class Smsr:
    """One SM-SR, without I/O: times are seconds, given with each call, and never go back.

    In: `submit`, `receive`, `receive_sms`, `receive_report`, `advance`. Out: `take_sms`, and `messages` until they are
    acknowledged. Whatever was not done when a process ended is taken up again by the next one with the same registry.
    """

    def __init__(
        self,
        identity: SmsrIdentity,
        registry: Registry,
        *,
        now: float = 0.0,
        patience: Patience | None = None,
        random: Callable[[int], bytes] = token_bytes,
        transports: tuple[Transport, ...] = (),
    ) -> None:
        """transports: ways to cards that are tried before short messages; `https.HttpsTransport` is one."""
        self.identity = identity
        self.registry = registry
        self.patience = patience or Patience()
        self.random = random
        self.now = now
        self.has_transports = bool(transports)
        self._air = Air(identity, registry, self.patience, transports)
        self._desks: dict[bytes, Desk] = {}
        self._wakes: list[tuple[float, bytes]] = []
        self._messages = {each.number: each for each in registry.outgoing()}
        self._asking: dict[str, tuple[bytes, Outgoing]] = {}
        self._count = 0
        for operation in registry.operations():
            self._desk(operation.eid).waiting.append(operation)
        with self._event(now):
            for eid in tuple(self._desks):
                self._go_on(self._desk(eid))

    # -- cards --------------------------------------------------------------------------------------------------------

    def register(self, eis: Eis, now: float | None = None, *, addressing: bool = True) -> None:
        """ES1.RegisterEIS, SGP.02 5.2.1: a card of this SM-SR's. addressing: tell the card where it is found."""
        with self._event(now):
            self.registry.put(replace(eis, smsr_id=self.identity.name))
            if addressing:
                self.submit(self.identity.name, UpdateSmsrAddressing(eis.eid), self.now)

    def eis(self, eid: bytes) -> Eis | None:
        """What it knows of a card, None when the card is not here."""
        return self.registry.eis(eid)

    def manages(self, eid: bytes) -> bool:
        """Whether it has the card and no doubt about it: it would carry operations out."""
        handovers = self.registry.handovers(eid)
        return self.registry.card(eid) is not None and not any(
            each.phase == handover_out.IN_DOUBT for each in handovers
        )

    def is_idle(self, eid: bytes) -> bool:
        """Whether nothing goes on with a card."""
        desk = self._desks.get(eid)
        return desk is None or desk.idle

    # -- in -----------------------------------------------------------------------------------------------------------

    def submit(
        self, requester: str, request: Request[Any], now: float | None = None, reference: str = ""
    ) -> str:
        """A function of ES3 or ES4, or of ES7; the reference of the Answer that follows among the `messages`."""
        call = Call(reference or token_hex(_REFERENCE_BYTES), request)
        with self._event(now):
            try:
                self._admit(requester, call)
            except Refusal as refusal:
                self._answer(requester, call.reference, functions.refused(request, refusal.status))
        return call.reference

    def receive(self, sender: str, content: Content, now: float | None = None) -> None:
        """A message of another server."""
        if isinstance(content, Call):
            self.submit(sender, content.request, now, content.reference)
        elif isinstance(content, Answer):
            with self._event(now):
                self._answered(sender, content)

    def receive_sms(self, tpdu: bytes, now: float | None = None) -> None:
        """An SMS-DELIVER TPDU for its number: part of a card's response, or a notification; otherwise nothing."""
        whole = self._air.whole(tpdu)
        if whole is None:
            return
        with self._event(now):
            if _RESPONSE_PACKET in whole.elements:
                self._receive_response(whole.sender, _RESPONSE_HEADER + whole.payload)
            elif is_notification(whole.elements):
                self._receive_notification(whole)

    def receive_report(self, number: str, data: bytes, now: float | None = None) -> None:
        """What came with the acknowledgement of a message to a number: a response packet, or nothing."""
        if data.startswith(_RESPONSE_HEADER):
            with self._event(now):
                self._receive_response(number, data)

    def receive_notification(self, eid: bytes, told: bytes, now: float | None = None) -> None:
        """A notification (TLV E1) over a line that says which card it is: it can tell of no other one."""
        try:
            notification = CardNotification.parse(told)
        except NotificationError:
            return
        if notification.eid == eid:
            with self._event(now):
                self._confirm(notification)

    def look_at(self, eid: bytes, now: float | None = None) -> None:
        """A transport has an answer of this card."""
        desk = self._desks.get(eid)
        if desk is not None:
            with self._event(now):
                self._advance(desk, all_of_it=True)

    def advance(self, now: float) -> None:
        """What is due by now."""
        self.now = max(self.now, now)
        if not self._wakes or self._wakes[0][0] > now:
            return
        with self._event(now):
            while self._wakes and self._wakes[0][0] <= now:
                desk = self._desks.get(heapq.heappop(self._wakes)[1])
                if desk is not None and desk.wake <= now:
                    self._advance(desk)

    @property
    def next_due(self) -> float | None:
        """When `advance` has something to do."""
        return self._wakes[0][0] if self._wakes else None

    # -- out ----------------------------------------------------------------------------------------------------------

    def take_sms(self) -> list[tuple[str, bytes]]:
        """Short messages to be sent: number, SMS-DELIVER TPDU. Each is given out once."""
        taken = list(self._air.sms)
        self._air.sms.clear()
        return taken

    def messages(self) -> list[Outgoing]:
        """Messages for other servers that are not acknowledged; after a restart some of them come once more."""
        return list(self._messages.values())

    def acknowledge(self, message: Outgoing) -> None:
        """The recipient has it."""
        if self._messages.pop(message.number, None) is not None and message.number > 0:
            self.registry.acknowledge(message.number)

    def send(self, recipient: str, content: Content) -> None:
        """A message that is kept until it is acknowledged."""
        message = self.registry.send(recipient, content)
        self._messages[message.number] = message

    # -- operations ---------------------------------------------------------------------------------------------------

    def _admit(self, requester: str, call: Call) -> None:
        request: Any = call.request
        if not functions.is_offered(request, own=requester == self.identity.name):
            raise Refusal(refusals.NOT_OFFERED)
        if self.registry.waits(requester, call.reference):
            return
        eid, kind = request.eid, type(request)
        handovers = self.registry.handovers(eid)
        if kind in functions.PASSED_ON:
            self._pass_on(requester, call, handover_out.belongs(handovers, requester, request.handover))
            return
        if kind not in functions.WITHOUT_CARD and self.registry.card(eid) is None:
            raise Refusal(refusals.UNKNOWN_EID)
        if kind not in functions.READING:
            handover_out.locked(handovers)
        if kind in functions.AT_ONCE:
            case = Case(self, eid, requester, request, self.now, resumed=False)
            self._answer(requester, call.reference, functions.AT_ONCE[kind](case))
            return
        until = self.now + (getattr(request, "validity", None) or self.patience.operation)
        operation = self.registry.queue(eid, requester, call, until)
        desk = self._desk(eid)
        desk.waiting.append(operation)
        self._go_on(desk)

    def _pass_on(self, requester: str, call: Call, belongs: bool) -> None:
        desk = self._desks.get(call.request.eid) if belongs else None  # type: ignore[attr-defined]
        if desk is None or desk.errand is None:
            raise Refusal(refusals.NO_HANDOVER)
        desk.errand.tell(Called(requester, call), self.now)
        self._go_on(desk)

    def _go_on(self, desk: Desk) -> None:
        """Finish what is over, begin what waits, and see when to look again."""
        self._end_confirmations(desk)
        while desk.errand is None or desk.errand.done:
            if desk.errand is not None and desk.operation is not None:
                self._end(desk, desk.operation, desk.errand.result)
                desk.errand = desk.operation = None
            if not desk.waiting:
                break
            self._begin(desk, desk.waiting.popleft())
        if desk.idle:
            self._desks.pop(desk.eid, None)
        elif desk.wake < NEVER:
            heapq.heappush(self._wakes, (desk.wake, desk.eid))

    def _begin(self, desk: Desk, operation: Operation) -> None:
        case = Case(
            self, operation.eid, operation.requester, operation.request, operation.until, operation.begun
        )
        self.registry.begin(operation)
        desk.operation = operation
        procedure = _guarded(case, functions.OPERATIONS[type(operation.request)])
        desk.errand = self._errand(desk, procedure, operation.until)
        desk.errand.start(self.now)

    def _end(self, desk: Desk, operation: Operation, response: Response) -> None:
        for reference in [each for each in desk.asked if each in self._asking]:
            self._give_up_asking(reference)
        desk.asked.clear()
        self.registry.done(operation)
        self._answer(operation.requester, operation.reference, response)

    def _answer(self, requester: str, reference: str, response: Response) -> None:
        if requester != self.identity.name:
            self.send(requester, Answer(reference, response))

    def _errand(self, desk: Desk, procedure: Procedure[Any], until: float) -> Errand:
        return Errand(
            procedure,
            lambda send, now: self._air.begin(desk.eid, send, until, now),
            lambda ask: self._ask(desk.eid, ask),
            self.patience.peer,
        )

    # -- the card -----------------------------------------------------------------------------------------------------

    def _ask(self, eid: bytes, ask: Ask) -> None:
        """A call that is repeated anyway needs not be kept; it has a number below 0."""
        reference = ask.call.reference
        if reference not in self._asking:
            self._count -= 1
            self._asking[reference] = eid, Outgoing(self._count, ask.recipient, ask.call)
            self._desk(eid).asked.add(reference)
        message = self._asking[reference][1]
        self._messages[message.number] = message

    def _answered(self, sender: str, answer: Answer) -> None:
        """Only who was asked can answer, and only once."""
        eid, message = self._asking.get(answer.reference, (b"", None))
        desk = self._desks.get(eid)
        if message is None or message.recipient != sender or desk is None or desk.errand is None:
            return
        self._give_up_asking(answer.reference)
        desk.errand.tell(answer, self.now)
        self._go_on(desk)

    def _give_up_asking(self, reference: str) -> None:
        _, message = self._asking.pop(reference)
        self._messages.pop(message.number, None)

    def _receive_response(self, sender: str, user_data: bytes) -> None:
        eid = self._air.at(sender)
        desk = self._desks.get(eid) if eid else None
        if desk is None:
            return
        for errand in desk.errands:
            if errand.receive(user_data, self.now):
                self._go_on(desk)
                return

    def _receive_notification(self, whole: Whole) -> None:
        try:
            self._confirm(open_packet(whole.payload, whole.sender, self._air.keys))
        except NotificationError:
            return

    def _confirm(self, notification: CardNotification) -> None:
        """Not while the card may be another SM-SR's: that one will hear of it."""
        if not self.manages(notification.eid):
            return
        desk = self._desk(notification.eid)
        if notification.number in desk.confirmations:
            return
        until = self.now + self.patience.operation
        case = Case(self, notification.eid, self.identity.name, notification, until, False)
        errand = self._errand(desk, confirm(case), until)
        desk.confirmations[notification.number] = errand
        errand.start(self.now)
        self._go_on(desk)

    def _end_confirmations(self, desk: Desk) -> None:
        for number, errand in tuple(desk.confirmations.items()):
            if errand.done:
                del desk.confirmations[number]
                if errand.result is not None and desk.errand is not None:
                    desk.errand.tell(errand.result, self.now)

    def _desk(self, eid: bytes) -> Desk:
        return self._desks.setdefault(eid, Desk(eid))

    def _advance(self, desk: Desk, *, all_of_it: bool = False) -> None:
        for errand in desk.errands:
            if all_of_it or errand.wake <= self.now:
                errand.advance(self.now)
        self._go_on(desk)

    @contextmanager
    def _event(self, now: float | None) -> Iterator[None]:
        """Something came: all that follows from it is one transaction, and nothing of it is out before that is done."""
        self.now = self.now if now is None else max(self.now, now)
        with self.registry.transaction():
            yield


def _guarded(case: Case, procedure: Callable[[Case], Procedure[Response]]) -> Procedure[Response]:
    """A procedure that always has a response. One whose time was over before its turn came is not begun."""
    if case.now >= case.until and not case.resumed:
        _repeat(case)
        return functions.refused(case.request, refusals.UNREACHED)
    try:
        return (yield from procedure(case))
    except Refusal as refusal:
        return functions.refused(case.request, refusal.status)
    except (Refused, ResponseError) as error:
        return functions.refused(case.request, replace(refusals.EXECUTION, message=str(error)))
    except Expired:
        _repeat(case)
        if type(case.request) in functions.CHANGING:
            case.queue(AuditEis(case.eid), f"audit {case.eid.hex()}")
        return functions.refused(case.request, refusals.UNREACHED)
    except Silence as silence:
        lost = refusals.ANSWER_LOST if silence.executed else refusals.UNREACHED
        return functions.refused(case.request, lost)


def _repeat(case: Case) -> None:
    """What has to be done is begun anew, behind what waits."""
    if case.requester == case.identity.name and type(case.request) in functions.UNTIL_DONE:
        case.queue(case.request)
