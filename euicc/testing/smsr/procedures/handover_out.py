"""A card is handed over, by the SM-SR that has it, SGP.02 3.8: ES4.SMSRChange and what of ES7 comes back.

    phase      the card                     ends by
    open       is still this SM-SR's        the new one refuses, or the time is over: failed
    in doubt   is the new SM-SR's, if it    the new one says which; nothing else ends it, and until then
               has verified the receipt     nobody here touches the card
    failed     stays
    gone       is the new SM-SR's

Doubt begins before the receipt of the card leaves this SM-SR: without it the new one cannot take the card.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from euicc.testing.m2m.eis import Audited
from euicc.testing.m2m.es3 import Response, Status
from euicc.testing.m2m.es7 import (
    AuthenticateSmsr,
    AuthenticateSmsrResponse,
    CreateAdditionalKeySet,
    CreateAdditionalKeySetResponse,
    HandoverEuicc,
)
from euicc.testing.m2m.key_establishment import SignedRequest, certificate_dgi, store_data
from euicc.testing.m2m.messages import Answer, Call
from euicc.testing.m2m.registry import Handover
from euicc.testing.smsr import es5, refusals
from euicc.testing.smsr.case import Case
from euicc.testing.smsr.procedures.key_sets import stored
from euicc.testing.smsr.refusals import Refusal
from euicc.testing.smsr.steps import Ask, Called, Listen, Procedure, Refused, Send, Silence

OPEN, IN_DOUBT, FAILED, GONE = "open", "in doubt", "failed", "gone"
LOCKING = frozenset({OPEN, IN_DOUBT})
"""Phases in which nothing else is done with the card."""
_NAME_LENGTH = 8


@dataclass
class _Giving:
    """One handover under way. blocks: of STORE DATA that step 1 took; answered: what was answered to which call."""

    case: Case
    handover: Handover
    blocks: int = 0
    touched: bool = False
    answered: dict[str, Response] = field(default_factory=dict)

    def enter(self, phase: str) -> None:
        """Durably."""
        self.handover = replace(self.handover, phase=phase)
        self.case.registry.keep(self.handover)

    @property
    def until(self) -> float:
        """When the time is over: never, once there is doubt."""
        return float("inf") if self.handover.phase == IN_DOUBT else self.case.until


def smsr_change(case: Case) -> Procedure[Response]:
    """ES4.SMSRChange: answered when the card is handed over, or stays."""
    handover = _interrupted(case) if case.resumed else _begun(case)
    if handover is None:
        # It had failed, and was being tidied up.
        yield from _tidy_up(case)
        return Response(refusals.UNREACHED)
    giving = _Giving(case, handover, touched=case.resumed)
    eis = replace(case.eis, audit_trail=tuple(case.registry.audit_trail(case.eid)))
    request = HandoverEuicc(case.eid, handover.name, eis.without_keys(), case.until)
    ask = Ask(handover.peer, Call(handover.name, request))
    while True:
        event = yield Listen(giving.until, ask)
        if isinstance(event, Called):
            yield from _pass_on(giving, event)
        elif isinstance(event, Answer):
            return (yield from _concluded(giving, event.response.status))
        elif event is None:
            return (yield from _concluded(giving, refusals.UNREACHED))


def _begun(case: Case) -> Handover:
    if case.requester not in {each.operator for each in case.eis.profiles}:
        raise Refusal(refusals.NO_CUSTOMER)
    if case.request.target_smsr == case.identity.name:
        raise Refusal(refusals.NO_OTHER_SMSR)
    handover = Handover(case.random(_NAME_LENGTH).hex(), case.eid, case.request.target_smsr, OPEN)
    case.registry.keep(handover)
    return handover


def _interrupted(case: Case) -> Handover | None:
    """The one that was under way; None when it had come to an end."""
    return next((each for each in case.registry.handovers(case.eid) if each.phase in LOCKING), None)


def belongs(handovers: list[Handover], requester: str, name: str) -> bool:
    """Whether a call of this name comes from the SM-SR that a card is being handed to."""
    return any(each.name == name and each.peer == requester and each.phase in LOCKING for each in handovers)


def _pass_on(giving: _Giving, called: Called) -> Procedure[None]:
    """A call of the new SM-SR for the card; repeated ones are answered as before."""
    reference = called.call.reference
    if reference not in giving.answered:
        request: Any = called.call.request
        giving.answered[reference] = yield from _PASSED_ON[type(request)](giving, request)
    response = giving.answered[reference]
    with giving.case.registry.transaction():
        if response.status.ok and isinstance(response, CreateAdditionalKeySetResponse):
            giving.enter(IN_DOUBT)
        giving.case.answer(called, response)


def _authenticate(giving: _Giving, request: AuthenticateSmsr) -> Procedure[Response]:
    """Step 1 of ES5.EstablishISDRKeySet, with the certificate of the new SM-SR."""
    blocks = store_data(certificate_dgi(request.certificate))
    status, data = yield from stored(blocks)
    giving.blocks = len(blocks) if status.ok else 0
    return AuthenticateSmsrResponse(status, data)


def _create_key_set(giving: _Giving, request: CreateAdditionalKeySet) -> Procedure[Response]:
    """Step 2, signed by the new SM-SR."""
    if not giving.blocks:
        return CreateAdditionalKeySetResponse(refusals.NO_HANDOVER)
    signed = SignedRequest(request.crt, request.public_key, request.signature)
    first, giving.blocks = giving.blocks, 0
    giving.touched = True
    status, data = yield from stored(store_data(signed.dgis(), first, last=True))
    giving.case.note(Audited.ESTABLISH_ISDR_KEY_SET, status)
    return CreateAdditionalKeySetResponse(status, data)


_PASSED_ON: dict[type, Callable[[_Giving, Any], Procedure[Response]]] = {
    AuthenticateSmsr: _authenticate,
    CreateAdditionalKeySet: _create_key_set,
}


def _concluded(giving: _Giving, status: Status) -> Procedure[Response]:
    """The new SM-SR has the card, or this one keeps it."""
    case = giving.case
    if status.ok:
        with case.registry.transaction():
            giving.enter(GONE)
            case.registry.remove(case.eid)
        return Response(status)
    giving.enter(FAILED)
    if giving.touched:
        yield from _tidy_up(case)
    return Response(status)


def _tidy_up(case: Case) -> Procedure[None]:
    """Have the card forget keys that nobody has; one that does not answer keeps them, to nobody's harm."""
    ranges = [
        (each.version, min(key.identifier for key in each.keys), max(key.identifier for key in each.keys))
        for each in case.eis.isd_r.key_sets
        if each.keys
    ]
    try:
        yield Send(es5.finalise_handover(ranges))
    except (Silence, Refused):
        return


def locked(handovers: list[Handover]) -> None:
    """Refusal while a card is being handed over."""
    if any(each.phase in LOCKING for each in handovers):
        raise Refusal(refusals.LOCKED)
