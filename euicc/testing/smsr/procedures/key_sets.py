"""ES5.EstablishISDRKeySet, SGP.02 4.1.1.8: blocks for the ISD-R, and keys for SCP81 that an SM-SR wants for itself."""

from __future__ import annotations

from dataclasses import replace

from apdu import Command, status
from euicc.testing.m2m.eis import Audited, Eis, EisError, Key, KeySet, KeyType
from euicc.testing.m2m.es3 import SUCCESS, Response, Status
from euicc.testing.m2m.key_establishment import (
    BASE_KEY,
    PSK_KEY,
    KeyEstablishment,
    KeyEstablishmentError,
    KeyRequest,
    certificate_dgi,
    store_data,
)
from euicc.testing.m2m.server_key import ServerKey
from euicc.testing.smsr import es5, refusals
from euicc.testing.smsr.case import Case
from euicc.testing.smsr.es5 import ResponseError
from euicc.testing.smsr.refusals import Refusal
from euicc.testing.smsr.steps import SMS, Procedure, Refused, Send, Silence

SCP81_VERSIONS = range(0x40, 0x50)
_INTERRUPTED = (status.CONDITIONS_NOT_SATISFIED, status.INCORRECT_P1_P2)
"""What a card says to a step 2 when it was reset after step 1, or had another STORE DATA in between: a confirmation."""
AGAIN = (refusals.ANSWER_LOST, refusals.INTERRUPTED)
"""After these both steps may be tried again."""


def stored(blocks: list[Command]) -> Procedure[tuple[Status, bytes]]:
    """Blocks of STORE DATA for the ISD-R; what the last one brought."""
    try:
        results = es5.results((yield Send(es5.commands(*blocks), patient=True, transport=SMS)))
    except (Silence, ResponseError):
        return refusals.ANSWER_LOST, b""
    except Refused:
        return refusals.EXECUTION, b""
    refused = [each for each in results if not each.ok]
    if refused and refused[0].sw in _INTERRUPTED:
        return refusals.INTERRUPTED, b""
    if refused or not results:
        return (refusals.of(refused[0]) if refused else refusals.EXECUTION), b""
    return SUCCESS, results[-1].data


def establish_scp81_keys(case: Case) -> Procedure[Response]:
    """Step 28 of the procedure of SGP.02 3.8, or any other time: another key for SCP81, in place of what there is."""
    try:
        ecasd = case.eis.verify([ci.key for ci in case.identity.cis])
    except EisError:
        raise Refusal(refusals.BAD_EIS) from None
    request = KeyRequest(SCP81_VERSIONS.start, usage=BASE_KEY, type=PSK_KEY, derivation_random=True)
    for _ in range(case.patience.attempts):
        establishment = KeyEstablishment(case.identity.issued, ecasd.content.public_key, request, case.random)
        outcome, keys = yield from _attempt(case, establishment)
        if outcome not in AGAIN:
            break
    if keys:
        case.update(lambda eis: with_key_set(eis, key_set(keys, None)))
    case.note(Audited.ESTABLISH_ISDR_KEY_SET, outcome)
    return Response(outcome)


def _attempt(case: Case, establishment: KeyEstablishment) -> Procedure[tuple[Status, tuple[ServerKey, ...]]]:
    blocks = store_data(certificate_dgi(case.identity.issued.encoded))
    outcome, challenge = yield from stored(blocks)
    if not outcome.ok:
        return outcome, ()
    try:
        signed = establishment.sign(challenge)
        outcome, answer = yield from stored(store_data(signed.dgis(), len(blocks), last=True))
        return outcome, establishment.conclude(answer) if outcome.ok else ()
    except KeyEstablishmentError:
        return refusals.BAD_RECEIPT, ()


def key_set(keys: tuple[ServerKey, ...], counter: int | None) -> KeySet:
    """What was established, as the EIS has it. counter: what that of a set for SCP80 begins with."""
    members = tuple(Key(key.identifier, KeyType(key.type), key.value) for key in keys)
    return KeySet(keys[0].version, members, counter)


def with_key_set(eis: Eis, new: KeySet) -> Eis:
    """With this key set in place of the one with its version."""
    others = (each for each in eis.isd_r.key_sets if each.version != new.version)
    return replace(eis, isd_r=replace(eis.isd_r, key_sets=(*others, new)))
