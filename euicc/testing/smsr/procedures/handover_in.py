"""A card is taken over, by the SM-SR that will have it, SGP.02 3.8: ES4.PrepareSMSRChange and ES7.HandoverEUICC.

    phase       this SM-SR
    running     establishes keys with the card, through the SM-SR that has it
    failed      does not take the card, now and whenever it is asked under the same name
    committed   has the card: the receipt is right, EIS and keys are kept. The old keys are still to be deleted
    taken       has the card alone

From running to committed is one transaction, and the only way to get there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from euicc.testing.m2m.eis import Audited, Eis, EisError, KeySet
from euicc.testing.m2m.es3 import (
    SUCCESS,
    Outcome,
    Request,
    Response,
    SmsrChangeNotification,
    Status,
)
from euicc.testing.m2m.es7 import AuthenticateSmsr, CreateAdditionalKeySet, HandoverEuicc
from euicc.testing.m2m.key_establishment import (
    KeyEstablishment,
    KeyEstablishmentError,
    KeyRequest,
)
from euicc.testing.m2m.messages import Answer, Call
from euicc.testing.m2m.own_requests import EstablishScp81Keys, FinaliseHandover
from euicc.testing.m2m.registry import Handover
from euicc.testing.m2m.server_key import ServerKey
from euicc.testing.smsr import es5, refusals
from euicc.testing.smsr.case import Case
from euicc.testing.smsr.es5 import ResponseError
from euicc.testing.smsr.procedures.audit import isd_ps
from euicc.testing.smsr.procedures.key_sets import AGAIN, key_set
from euicc.testing.smsr.refusals import Refusal
from euicc.testing.smsr.steps import Ask, Expired, Listen, Pause, Procedure, Refused, Send, Silence

RUNNING, FAILED, COMMITTED, TAKEN = "running", "failed", "committed", "taken"
_PHASES = frozenset({RUNNING, FAILED, COMMITTED, TAKEN})
ALREADY_MANAGED = Status(Outcome.SUCCESS, message="already managed by this SM-SR")
OLD_KEYS_LEFT = Status(Outcome.WARNING, "8.4", "4.2", "the keys of the old SM-SR are still to be deleted")
_SCP80_VERSIONS = range(0x01, 0x10)
_REFERENCE_LENGTH = 8


def handover_euicc(case: Case) -> Procedure[Response]:
    """ES7.HandoverEUICC: answered when the card is this SM-SR's, or will not be."""
    request: HandoverEuicc = case.request
    handover = _known(case) or _begun(case)
    if handover.phase == RUNNING:
        try:
            established = yield from _established(case, request)
        except Refusal as refusal:
            _enter(case, handover, FAILED)
            return Response(refusal.status)
        handover = _commit(case, handover, established)
    if handover.phase == FAILED:
        return Response(refusals.UNREACHED)
    return Response((yield from _finalised(case, handover)))


def _known(case: Case) -> Handover | None:
    """The attempt with this name; Refusal for one of another card, another SM-SR, or the other direction."""
    request: HandoverEuicc = case.request
    found = case.registry.handover(request.handover)
    same = found is None or (found.eid, found.peer) == (case.eid, case.requester)
    if not same or (found is not None and found.phase not in _PHASES):
        raise Refusal(refusals.NO_HANDOVER)
    return found


def _begun(case: Case) -> Handover:
    """An attempt that is new; Refusal when nobody prepared it. A card that is here already needs none."""
    request: HandoverEuicc = case.request
    handover = Handover(request.handover, case.eid, case.requester, RUNNING)
    if case.registry.card(case.eid) is not None:
        return replace(handover, phase=TAKEN)
    prepared = case.registry.prepared(case.eid)
    if prepared is None or prepared[0] != case.requester:
        raise Refusal(refusals.NOT_PREPARED)
    case.registry.keep(handover)
    return handover


def _enter(case: Case, handover: Handover, phase: str) -> Handover:
    entered = replace(handover, phase=phase)
    case.registry.keep(entered)
    return entered


def _established(case: Case, request: HandoverEuicc) -> Procedure[KeySet]:
    """Keys that card and SM-SR have in common, by the card's receipt; Refusal."""
    try:
        ecasd = request.eis.verify([ci.key for ci in case.identity.cis])
    except EisError:
        raise Refusal(refusals.BAD_EIS) from None
    if request.eis.eid != case.eid:
        raise Refusal(refusals.BAD_EIS)
    for _ in range(case.patience.attempts):
        establishment = KeyEstablishment(
            case.identity.issued, ecasd.content.public_key, _wanted(request.eis), case.random
        )
        keys = yield from _attempt(case, request, establishment)
        if keys is not None:
            return key_set(keys, keys[0].counter)
    raise Refusal(refusals.ANSWER_LOST)


def _attempt(
    case: Case, request: HandoverEuicc, establishment: KeyEstablishment
) -> Procedure[tuple[ServerKey, ...] | None]:
    """Both steps of one key establishment; None when an answer of the card got lost. Refusal."""
    name, peer = request.handover, case.requester
    certificate = AuthenticateSmsr(case.eid, name, case.identity.issued.encoded)
    challenged = yield from _asked(case, peer, certificate, request.until)
    if challenged is None:
        return None
    try:
        signed = establishment.sign(challenged)
        create = CreateAdditionalKeySet(case.eid, name, signed.crt, signed.public_key, signed.signature)
        answered = yield from _asked(case, peer, create, request.until)
        return None if answered is None else establishment.conclude(answered)
    except KeyEstablishmentError:
        raise Refusal(refusals.BAD_RECEIPT) from None


def _asked(case: Case, peer: str, request: Request[Any], until: float) -> Procedure[bytes | None]:
    """What the card said through the other SM-SR; None when its answer got lost. Refusal when it refused."""
    ask = Ask(peer, Call(case.random(_REFERENCE_LENGTH).hex(), request))
    while True:
        event = yield Listen(until, ask)
        if event is None:
            raise Refusal(refusals.UNREACHED)
        if not isinstance(event, Answer):
            continue
        status = event.response.status
        if status.ok:
            return event.response.euicc_response
        if status in (*AGAIN, refusals.NO_HANDOVER) and case.now < until:
            return None
        raise Refusal(status)


def _wanted(eis: Eis) -> KeyRequest:
    """AES keys for SCP80, under a version that the card does not have; nobody can compute them without its answer."""
    taken = {each.version for each in eis.isd_r.key_sets}
    free = [each for each in _SCP80_VERSIONS if each not in taken]
    if not free:
        raise Refusal(refusals.BAD_EIS)
    return KeyRequest(free[0], derivation_random=True)


def _commit(case: Case, handover: Handover, established: KeySet) -> Handover:
    """From here on the card is this SM-SR's."""
    eis: Eis = case.request.eis
    prepared = case.registry.prepared(case.eid)
    with case.registry.transaction():
        isd_r = replace(eis.isd_r, key_sets=(established,))
        case.registry.put(replace(eis, isd_r=isd_r, smsr_id=case.identity.name))
        for entry in eis.audit_trail:
            case.registry.note(case.eid, entry)
        case.note(Audited.ESTABLISH_ISDR_KEY_SET, SUCCESS)
        case.registry.forget_preparation(case.eid)
        _announce(case, eis, prepared[1] if prepared else "")
        return _enter(case, handover, COMMITTED)


def _announce(case: Case, eis: Eis, operator: str) -> None:
    owners = (name for profile in eis.profiles for name in (profile.operator, profile.smdp))
    case.announce((operator, *owners), SmsrChangeNotification(case.eid, case.identity.name))


def _finalised(case: Case, handover: Handover) -> Procedure[Status]:
    """The old keys go. Where the card is silent for too long, that becomes an operation of its own."""
    if handover.phase == TAKEN:
        return ALREADY_MANAGED
    try:
        status = yield from _old_keys_deleted(case)
    except (Expired, Refused, ResponseError):
        with case.registry.transaction():
            case.queue(FinaliseHandover(case.eid))
            _enter(case, handover, TAKEN)
        return OLD_KEYS_LEFT
    _enter(case, handover, TAKEN)
    if case.has_transports:
        case.queue(EstablishScp81Keys(case.eid))
    return status


def finalise_handover(case: Case) -> Procedure[Response]:
    """ES5.FinaliseISDRhandover, once more."""
    return Response((yield from _old_keys_deleted(case)))


def _old_keys_deleted(case: Case) -> Procedure[Status]:
    """The card keeps this SM-SR's keys and its address; Expired. Both may be done twice.

    Then it is asked which profile is enabled: it may have changed that by itself since the old one wrote the EIS.
    """
    ranges = [
        (each.version, each.keys[0].identifier, each.keys[-1].identifier)
        for each in case.eis.isd_r.key_sets
        if each.keys
    ]
    script = es5.finalise_handover(ranges) + _addressing(case)
    while True:
        try:
            results = es5.results((yield Send(script)))
        except Silence:
            if case.now >= case.until:
                raise Expired from None
            yield Pause(min(case.until, case.now + case.patience.silence))
            continue
        if not results:
            raise ResponseError("no answer to a command")
        refused = [each for each in results if not each.ok]
        status = refusals.of(refused[0]) if refused else SUCCESS
        case.note(Audited.FINALISE_ISDR_HANDOVER, status)
        yield from isd_ps(case)
        return SUCCESS if not refused else replace(OLD_KEYS_LEFT, message=status.message)


def _addressing(case: Case) -> bytes:
    return es5.update_smsr_addressing(case.identity.number, case.identity.https)


def update_addressing(case: Case) -> Procedure[Response]:
    """ES5.UpdateSMSRAddressingParameters."""
    while True:
        try:
            result = es5.result((yield Send(_addressing(case))))
        except Silence:
            if case.now >= case.until:
                raise Expired from None
            yield Pause(min(case.until, case.now + case.patience.silence))
        else:
            return Response(SUCCESS if result.ok else refusals.of(result))
