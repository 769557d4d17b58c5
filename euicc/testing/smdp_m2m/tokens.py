"""Tokens that delete a profile whatever its rules, ES5.MasterDelete, SGP.02 4.1.1.7: AES-CMAC, good for once."""

from __future__ import annotations

from Crypto.Cipher import AES
from Crypto.Hash import CMAC

from apdu import tlv
from euicc.testing.m2m.es4 import DeletionToken

VERSION = 0x70
"""KVN of token keys."""
_P1, _P2 = 0x00, 0x40


def deletion_token(
    key: bytes, isd_p: bytes, issuer: bytes, image: bytes, application_provider: bytes, identifier: bytes
) -> DeletionToken:
    """For the ISD-P with this AID, which has the token key `key`; identifier: another one for each token."""
    reference = tlv.encode(
        0xB6,
        tlv.encode(0x42, issuer),
        tlv.encode(0x45, image),
        tlv.encode(0x5F20, application_provider),
        tlv.encode(0x93, identifier),
    )
    signed = tlv.encode(0x4F, isd_p) + reference
    covered = bytes((_P1, _P2)) + tlv.encode_length(len(signed)) + signed
    value = CMAC.new(key, covered, ciphermod=AES).digest()
    return DeletionToken(issuer, image, application_provider, identifier, value)
