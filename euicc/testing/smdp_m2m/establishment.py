"""ES8.EstablishISDPKeySet, SGP.02 4.1.3.1, through the SM-SR: two messages, keys if the receipt is right."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from apdu import Command, instruction, status
from apdu import aid as aids
from euicc.crypto.gp_certificate import PublicKey
from euicc.crypto.gp_issuer import GpIssued
from euicc.testing.m2m import es3
from euicc.testing.m2m.es3 import R_APDU, Request, SendData, call
from euicc.testing.m2m.key_establishment import (
    KeyEstablishment,
    KeyEstablishmentError,
    KeyRequest,
    certificate_dgi,
    store_data,
)
from euicc.testing.m2m.server_key import ServerKey
from euicc.testing.smdp_m2m import failure
from euicc.testing.smdp_m2m.failure import AlreadyInstalled, Failure
from euicc.testing.smdp_m2m.sending import answered

_FOR_PERSONALIZATION = 0x20

Establishing = Generator[Request[Any], Any, tuple[ServerKey, ...]]


def establish(
    eid: bytes,
    isd_p: bytes,
    server: GpIssued,
    ecasd: PublicKey,
    request: KeyRequest,
    random: Callable[[int], bytes],
) -> Establishing:
    """Keys in the ISD-P as `request` asks for them; Failure, AlreadyInstalled.

    ecasd: PK.ECASD.ECKA of the card, verified before. Every attempt has a challenge and an ephemeral key of its own.
    """
    establishment = KeyEstablishment(server, ecasd, request, random)
    certificate = certificate_dgi(server.encoded)
    challenge = yield from _sent(eid, [_personalization(isd_p), *store_data(certificate)])
    try:
        signed = establishment.sign(challenge)
        blocks = len(store_data(certificate))
        answer = yield from _sent(eid, store_data(signed.dgis(), first=blocks, last=True))
        return establishment.conclude(answer)
    except KeyEstablishmentError as error:
        raise Failure(failure.RECEIPT) from error


def _personalization(isd_p: bytes) -> Command:
    data = b"\x00\x00" + bytes((len(isd_p),)) + isd_p + bytes(3)
    return Command(0x80, instruction.INSTALL, _FOR_PERSONALIZATION, 0x00, data)


def _sent(eid: bytes, commands: list[Command]) -> Generator[Request[Any], Any, bytes]:
    """C-APDUs to the ISD-R; response data of the last one."""
    data = es3.apdus(*(command.encode() for command in commands))
    response = yield from call(SendData(eid, aids.ISD_R, data, more_to_do=True))
    last = b""
    for answer in answered(response):
        if answer.tag != R_APDU or len(answer.value) < 2:
            raise Failure(failure.REFUSED, euicc_response=response.data)
        last, sw = answer.value[:-2], int.from_bytes(answer.value[-2:], "big")
        if sw == status.CONDITIONS_NOT_SATISFIED:
            raise AlreadyInstalled
        if sw != status.SUCCESS:
            raise Failure(failure.REFUSED, euicc_response=answer.value)
    return last
