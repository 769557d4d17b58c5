"""Signatures of RSP messages, SGP.22 2.6.7.2: ECDSA with SHA-256, raw r || s of BSI TR-03111, 64 bytes."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from euicc.crypto.curves import COORDINATE

SIGNATURE_LENGTH = 2 * COORDINATE

# RFC 6979: the same key and data give the same signature, so that a seeded card is repeatable byte by byte.
_SIGN = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
_VERIFY = ec.ECDSA(hashes.SHA256())


def sign(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    """The 64 bytes r || s over `data`: the content of a 5F37 TLV."""
    r, s = decode_dss_signature(key.sign(data, _SIGN))
    return r.to_bytes(COORDINATE, "big") + s.to_bytes(COORDINATE, "big")


def verify(public_key: ec.EllipticCurvePublicKey, signature: bytes, data: bytes) -> bool:
    """Whether `signature`, r || s, is the key's over `data`; any other length is just not a signature."""
    if len(signature) != SIGNATURE_LENGTH:
        return False
    r = int.from_bytes(signature[:COORDINATE], "big")
    s = int.from_bytes(signature[COORDINATE:], "big")
    return verify_der(public_key, encode_dss_signature(r, s), data)


def verify_der(public_key: ec.EllipticCurvePublicKey, signature: bytes, data: bytes) -> bool:
    """The same for the DER form that certificates carry, RFC 3279 2.2.3."""
    try:
        public_key.verify(signature, data, _VERIFY)
    except InvalidSignature:
        return False
    return True
