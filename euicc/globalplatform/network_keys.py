"""The key of a network access application changed over the air: our own function of the MNO-SD.

The standards leave open how K changes after personalization. Here it is one data object in STORE DATA (BER-TLV), of the
private class, accepted only in a conversation whose commands are both enciphered and authenticated:

    FF6B L { 4F L <AID of the USIM or ISIM, as in EF_DIR>
             80 01 <algorithm: 01 Milenage, 02 TUAK, 03 USIM test algorithm>
             81 L <K: 16 bytes, TUAK also 32>
             82 L <OPc: 16 bytes, TOPc: 32 bytes; absent for the test algorithm>
             [83 01 <algorithmOptions>] [84 05 <rotation constants>] [85 50 <xoring constants>]
             [86 03 <authCounterMax>] [87 01 <number of Keccak iterations>] [88 01 <sqnOptions>]
             [89 06 <sqnDelta>] [8A 06 <sqnAgeLimit>] }

Options have the meaning and the defaults of PE-AKAParameter. Sequence numbers begin anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from apdu import StatusError, TlvError, status, tlv
from euicc.globalplatform.session import SecurityLevel, Session
from euicc.uicc.authentication.parameters import change_keys
from euicc.uicc.profile_data import AkaParameters

if TYPE_CHECKING:
    from euicc.globalplatform.domain import Domain

NETWORK_KEYS = 0xFF6B
_AID = 0x4F
PROTECTED = SecurityLevel.AUTHENTICATED | SecurityLevel.C_MAC | SecurityLevel.C_ENC


def _integer(value: bytes) -> int:
    return int.from_bytes(value, "big")


FIELDS: dict[int, tuple[str, int | None, Callable[[bytes], Any]]] = {
    0x80: ("algorithm_id", 1, _integer),
    0x81: ("key", None, bytes),
    0x82: ("opc", None, bytes),
    0x83: ("algorithm_options", 1, _integer),
    0x84: ("rotation_constants", 5, bytes),
    0x85: ("xoring_constants", 80, bytes),
    0x86: ("auth_counter_max", 3, _integer),
    0x87: ("number_of_keccak", 1, _integer),
    0x88: ("sqn_options", 1, _integer),
    0x89: ("sqn_delta", 6, bytes),
    0x8A: ("sqn_age_limit", 6, bytes),
}
"""Tag -> field of AkaParameters, its length in bytes (None: the algorithm's), how it is read."""
_MANDATORY = {_AID, 0x80, 0x81}


def change(domain: Domain, session: Session, request: tlv.Tlv) -> None:
    """Change the key of one application; needs an open transaction.

    StatusError 6982 unless the session enciphers and authenticates its commands, 6A88 in another domain than the MNO-SD
    and for an application without a key, 6A80 for parameters that are malformed or that the algorithm does not take.
    """
    if not session.has(PROTECTED):
        raise StatusError(status.SECURITY_STATUS_NOT_SATISFIED)
    aid, parameters = _parameters(request)
    if not domain.is_mno_sd or aid not in domain.uicc.profile.aka:
        raise StatusError(status.REFERENCED_DATA_NOT_FOUND)
    try:
        change_keys(domain.uicc, aid, parameters)
    except ValueError:
        raise StatusError(status.INCORRECT_DATA) from None


def _parameters(request: tlv.Tlv) -> tuple[bytes, AkaParameters]:
    try:
        given = {child.tag: child.value for child in request.children()}
    except TlvError:
        raise StatusError(status.INCORRECT_DATA) from None
    if not given.keys() >= _MANDATORY or given.keys() - FIELDS.keys() - {_AID}:
        raise StatusError(status.INCORRECT_DATA)
    aid = given.pop(_AID)
    values: dict[str, Any] = {"opc": b""}
    for tag, value in given.items():
        name, length, read = FIELDS[tag]
        if length is not None and len(value) != length:
            raise StatusError(status.INCORRECT_DATA)
        values[name] = read(value)
    return aid, AkaParameters(**values)
