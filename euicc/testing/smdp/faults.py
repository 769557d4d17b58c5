"""Where a test may lay hands on what the server produces.

`SmDpPlus.faults` maps a piece to a function from its right bytes to wrong ones. What a signature, a MAC or a
certificate's key covers is altered before it is signed or protected, so that only the content is wrong; the pieces
called SENT_... and the signatures are altered afterwards, so that they no longer fit. A package that is protected in
advance is protected when it is ordered: a fault in it has to be there by then.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping

Fault = Callable[[bytes], bytes]


class Piece(enum.Enum):
    """One thing that an SM-DP+ sends, in the order in which it is made."""

    SERVER_SIGNED1 = "serverSigned1, TLV, before it is signed"
    SERVER_SIGNATURE1 = "serverSignature1, 64 bytes"
    SENT_SERVER_SIGNED1 = "serverSigned1, TLV, after it was signed"
    CI_TO_BE_USED = "euiccCiPKIdToBeUsed, the key identifier"
    AUTH_CERTIFICATE = "CERT.DPauth.ECDSA"
    ANNOUNCED_METADATA = "profileMetadata of AuthenticateClient, TLV"
    SMDP_SIGNED2 = "smdpSigned2, TLV, before it is signed"
    SMDP_SIGNATURE2 = "smdpSignature2, 64 bytes"
    SENT_SMDP_SIGNED2 = "smdpSigned2, TLV, after it was signed"
    PB_CERTIFICATE = "CERT.DPpb.ECDSA"
    CONFIGURE_ISDP = "ConfigureISDPRequest, TLV, before it is protected"
    STORE_METADATA = "StoreMetadataRequest, TLV, before it is split and protected"
    REPLACE_SESSION_KEYS = "ReplaceSessionKeysRequest, TLV, before it is protected"
    PROFILE = "the profile package, before it is split and protected"
    FIRST_87 = "content of A0: the protected ConfigureISDP"
    SEQUENCE_OF_88 = "content of A1: the protected metadata"
    SECOND_87 = "content of A2: the protected ReplaceSessionKeys"
    SEQUENCE_OF_86 = "content of A3: the protected profile package"
    REMOTE_OPERATION = "remoteOpId, TLV 82, before BF23 is signed"
    BOUND_TRANSACTION_ID = "transactionId, TLV 80, before BF23 is signed"
    CONTROL_REFERENCE = "controlRefTemplate, TLV A6, before BF23 is signed"
    SMDP_OTPK = "smdpOtpk, TLV 5F49, before BF23 is signed"
    SMDP_SIGN = "smdpSign, 64 bytes"
    INITIALISE_SECURE_CHANNEL = "BF23, TLV, after it was signed"
    BOUND_PACKAGE = "the whole bound profile package, TLV BF36"


Faults = Mapping[Piece, Fault]


def altered(faults: Faults, piece: Piece, data: bytes) -> bytes:
    """The piece as it goes on: as it is, or as the fault laid at this place makes it."""
    fault = faults.get(piece)
    return data if fault is None else fault(data)
