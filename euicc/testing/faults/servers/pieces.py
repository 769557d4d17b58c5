"""Faults in what an SM-DP+ signs and protects, by name: a shorter way to `euicc.testing.smdp.faults`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apdu import tlv
from euicc.testing.smdp.faults import Fault, Piece

_TRANSACTION_ID, _ANOTHER = 0x80, bytes(16)


def last_bit(data: bytes) -> bytes:
    """The same with its last bit the other one."""
    return data[:-1] + bytes([data[-1] ^ 1])


def cut(data: bytes) -> bytes:
    """The first half."""
    return data[: len(data) // 2]


def another_transaction(data: bytes) -> bytes:
    """The same structure with the transactionId of another session."""
    whole = tlv.parse(data)
    changed = (
        tlv.encode(_TRANSACTION_ID, _ANOTHER) if each.tag == _TRANSACTION_ID else each.encoded
        for each in whole.children()
    )
    return tlv.encode(whole.tag, *changed)


def _fixed(value: bytes) -> Callable[[bytes], bytes]:
    return lambda _: value


PIECES: Mapping[str, Mapping[Piece, Fault]] = {
    "wrong serverSignature1": {Piece.SERVER_SIGNATURE1: last_bit},
    "serverSigned1 changed after it was signed": {Piece.SENT_SERVER_SIGNED1: last_bit},
    "unknown CI": {Piece.CI_TO_BE_USED: last_bit},
    "damaged CERT.DPauth": {Piece.AUTH_CERTIFICATE: last_bit},
    "wrong smdpSignature2": {Piece.SMDP_SIGNATURE2: last_bit},
    "smdpSigned2 of another session": {Piece.SMDP_SIGNED2: another_transaction},
    "damaged CERT.DPpb": {Piece.PB_CERTIFICATE: last_bit},
    "wrong smdpSign": {Piece.SMDP_SIGN: last_bit},
    "bound package of another session": {
        Piece.BOUND_TRANSACTION_ID: _fixed(tlv.encode(_TRANSACTION_ID, _ANOTHER))
    },
    "wrong MAC of the metadata": {Piece.SEQUENCE_OF_88: last_bit},
    "wrong MAC of the profile": {Piece.SEQUENCE_OF_86: last_bit},
    "half a profile": {Piece.PROFILE: cut},
    "half a bound package": {Piece.BOUND_PACKAGE: cut},
}
"""What to give an SM-DP+: `SmDpPlus(pki, faults=PIECES["wrong smdpSign"])`; card or device refuse each of them."""
