"""AUTHENTICATE as a device runs it against the USIM or ISIM of a card, TS 31.102 7.1.2 and TS 31.103 7.1.2."""

from __future__ import annotations

from dataclasses import dataclass, field

from apdu import ApduChannel, Command, StatusError, TransportError, instruction, status
from ipa.errors import AuthenticationRefused

GSM_CONTEXT, CONTEXT_3G = 0x80, 0x81
SUCCESSFUL, SYNCHRONISATION_FAILURE = 0xDB, 0xDC
AUTN_BYTES = RAND_BYTES = 16
AUTS_BYTES = 14

REFUSALS = {
    status.INCORRECT_MAC: "AUTN does not come from the home network (MAC failure)",
    status.SECURITY_CONTEXT_NOT_SUPPORTED: "it does not support this kind of authentication",
    status.SECURITY_STATUS_NOT_SATISFIED: "it wants its PIN first",
}


@dataclass(frozen=True)
class Authenticated:
    """The network is the home network's: the response to it, and the keys of the session.

    res: 4..16 bytes; ck, ik: 16 bytes; kc: 8 bytes, b"" where the card gives none.
    """

    res: bytes
    ck: bytes = field(repr=False)
    ik: bytes = field(repr=False)
    kc: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class SynchronisationFailure:
    """The sequence number was used before or is too old: `auts`, 14 bytes, tells the home network where it is."""

    auts: bytes


@dataclass(frozen=True)
class GsmAuthenticated:
    """The answer of a GSM context: SRES, 4 bytes, and the key, 8 bytes."""

    sres: bytes
    kc: bytes = field(repr=False)


def authenticate(
    channel: ApduChannel, rand: bytes, autn: bytes, application: bytes | None = None
) -> Authenticated | SynchronisationFailure:
    """AUTHENTICATE in the 3G context; 16 bytes each. `application`: AID to select before, None for the selected one.

    AuthenticationRefused where the card says why, StatusError otherwise; TransportError for an answer that is none.
    """
    answer = _run(channel, CONTEXT_3G, _field(rand) + _field(autn), application)
    if answer[:1] == bytes((SUCCESSFUL,)):
        res, ck, ik, *kc = _fields(answer[1:])
        return Authenticated(res, ck, ik, *kc)
    if answer[:1] == bytes((SYNCHRONISATION_FAILURE,)):
        (auts,) = _fields(answer[1:], 1)
        if len(auts) == AUTS_BYTES:
            return SynchronisationFailure(auts)
    raise TransportError("the card's answer to AUTHENTICATE is none")


def authenticate_gsm(channel: ApduChannel, rand: bytes, application: bytes | None = None) -> GsmAuthenticated:
    """AUTHENTICATE in the GSM context; errors as in `authenticate`."""
    sres, kc = _fields(_run(channel, GSM_CONTEXT, _field(rand), application), 2)
    return GsmAuthenticated(sres, kc)


def _run(channel: ApduChannel, context: int, data: bytes, application: bytes | None) -> bytes:
    if application is not None:
        channel.select(application)
    try:
        return channel.send(Command(0x00, instruction.AUTHENTICATE, 0x00, context, data, 256)).checked()
    except StatusError as error:
        if error.sw not in REFUSALS:
            raise
        raise AuthenticationRefused(error.sw, REFUSALS[error.sw]) from error


def _field(value: bytes) -> bytes:
    return bytes((len(value),)) + value


def _fields(data: bytes, count: int | None = None) -> list[bytes]:
    """Values, each behind its length: so many of them, or RES, CK, IK and perhaps Kc. TransportError."""
    found, rest = [], data
    while rest:
        length = rest[0]
        if len(rest) <= length:
            raise TransportError("the card's answer to AUTHENTICATE ends inside a value")
        found.append(rest[1 : 1 + length])
        rest = rest[1 + length :]
    if len(found) != count if count else len(found) not in (3, 4):
        raise TransportError(f"the card's answer to AUTHENTICATE has {len(found)} values")
    return found
