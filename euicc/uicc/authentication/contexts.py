"""The security contexts of AUTHENTICATE, TS 31.102 7.1 and TS 31.103 7.1: what goes in, what comes out.

Length, then value, is how every field is coded. A function here gets the data field and answers response data;
StatusError 6700 for other lengths, and those of the protocol.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from apdu import StatusError, status
from euicc.crypto.aka import RAND_LENGTH
from euicc.uicc.authentication import agreement
from euicc.uicc.authentication.agreement import MAC_OFFSET, SynchronisationFailure
from euicc.uicc.authentication.algorithms import algorithm
from euicc.uicc.authentication.applications import IsimService, Naa, UsimService, available, naa

if TYPE_CHECKING:
    from euicc.uicc.authentication.parameters import Subscription
    from euicc.uicc.filesystem import Df
    from euicc.uicc.uicc import Uicc

SUCCESSFUL = b"\xdb"
SYNCHRONISATION_FAILURE = b"\xdc"
GBA_BOOTSTRAPPING = 0xDD
GBA_NAF_DERIVATION = 0xDE
KC_LENGTH = 8
WORD = 4

Context = Callable[["Uicc", "Df", "Subscription", bytes], bytes]
GBA_SERVICES = {Naa.USIM: UsimService.GBA, Naa.ISIM: IsimService.GBA}


def gsm(uicc: Uicc, adf: Df, subscription: Subscription, data: bytes) -> bytes:
    """GSM context of a USIM, by the conversion functions c2 and c3 of TS 33.102 6.8.1.2: SRES (4 bytes), Kc (8).

    StatusError 9864 unless the USIM has the service.
    """
    if naa(adf) is not Naa.USIM or not available(uicc, adf, UsimService.GSM_SECURITY_CONTEXT):
        raise StatusError(status.SECURITY_CONTEXT_NOT_SUPPORTED)
    (rand,) = _fields(data, RAND_LENGTH)
    agreement.count_run(uicc.memory, subscription)
    outputs = algorithm(subscription.parameters).f2345(rand)
    return _field(folded(outputs.res, WORD)) + _field(folded(outputs.ck + outputs.ik, KC_LENGTH))


def umts(uicc: Uicc, adf: Df, subscription: Subscription, data: bytes) -> bytes:
    """3G context, and for EPS, 5G and IMS: RES, CK and IK, and Kc if the USIM offers GSM access; or AUTS."""
    functions = algorithm(subscription.parameters)
    rand, autn = _fields(data, RAND_LENGTH, MAC_OFFSET + functions.mac_length)
    agreement.count_run(uicc.memory, subscription)
    try:
        outputs = agreement.agree(uicc.memory, subscription, functions, rand, autn)
    except SynchronisationFailure as failure:
        return SYNCHRONISATION_FAILURE + _field(failure.auts)
    answer = SUCCESSFUL + _field(outputs.res) + _field(outputs.ck) + _field(outputs.ik)
    if naa(adf) is Naa.USIM and available(uicc, adf, UsimService.GSM_ACCESS):
        answer += _field(folded(outputs.ck + outputs.ik, KC_LENGTH))
    return answer


def gba(uicc: Uicc, adf: Df, subscription: Subscription, data: bytes) -> bytes:
    """GBA context: `DD` bootstraps and answers RES or AUTS, `DE` derives and answers Ks_ext_NAF (32 bytes).

    StatusError 9864 without the service, 6985 for a derivation before bootstrapping, 9866 where the files of GBA
    have no room.
    """
    from euicc.uicc.authentication import bootstrapping

    if not available(uicc, adf, GBA_SERVICES[naa(adf)]):
        raise StatusError(status.SECURITY_CONTEXT_NOT_SUPPORTED)
    if data[:1] == bytes([GBA_NAF_DERIVATION]):
        naf_id, impi = _fields(data[1:], None, None)
        return SUCCESSFUL + _field(bootstrapping.derive(uicc, adf, naf_id, impi))
    if data[:1] != bytes([GBA_BOOTSTRAPPING]):
        raise StatusError(status.WRONG_LENGTH)
    functions = algorithm(subscription.parameters)
    rand, autn = _fields(data[1:], RAND_LENGTH, MAC_OFFSET + functions.mac_length)
    agreement.count_run(uicc.memory, subscription)
    try:
        return SUCCESSFUL + _field(bootstrapping.bootstrap(uicc, adf, subscription, functions, rand, autn))
    except SynchronisationFailure as failure:
        return SYNCHRONISATION_FAILURE + _field(failure.auts)


def unsupported(uicc: Uicc, adf: Df, subscription: Subscription, data: bytes) -> bytes:
    """A context that the standard knows and this card does not: StatusError 9864."""
    raise StatusError(status.SECURITY_CONTEXT_NOT_SUPPORTED)


CONTEXTS: dict[int, Context] = {
    0x80: gsm,
    0x81: umts,
    # VGCS/VBS in a USIM, HTTP Digest in an ISIM
    0x82: unsupported,
    0x84: gba,
}
"""P2 of AUTHENTICATE with the even instruction byte, TS 31.102 7.1.2 -> context."""


def folded(data: bytes, width: int) -> bytes:
    """The exclusive or of all pieces of `width` bytes; a shorter last one counts as filled up with zeros."""
    result = 0
    for start in range(0, len(data), width):
        result ^= int.from_bytes(data[start : start + width].ljust(width, b"\x00"), "big")
    return result.to_bytes(width, "big")


def _field(value: bytes) -> bytes:
    return bytes([len(value)]) + value


def _fields(data: bytes, *lengths: int | None) -> list[bytes]:
    """The fields of a data field, each of this length (None: any)."""
    fields, offset = [], 0
    for length in lengths:
        end = offset + 1 + (data[offset] if offset < len(data) else 0)
        field = data[offset + 1 : end]
        if end > len(data) or length not in (None, len(field)):
            raise StatusError(status.WRONG_LENGTH)
        fields.append(field)
        offset = end
    if offset != len(data):
        raise StatusError(status.WRONG_LENGTH)
    return fields
