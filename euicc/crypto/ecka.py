"""Key agreement, SGP.22 2.6.7.3: ephemeral ECKA of BSI TR-03111 4.3 and the X9.63 derivation with SHA-256."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from euicc.crypto.curves import COORDINATE, Curve

POINT_LENGTH = 1 + 2 * COORDINATE
_UNCOMPRESSED = 0x04


class PointError(Exception):
    """The bytes are not an uncompressed point (04 X Y) on the curve, or the scalar is outside [1, n-1]."""


def generate(curve: Curve, random: Callable[[int], bytes]) -> ec.EllipticCurvePrivateKey:
    """A key whose scalar is uniform in [1, n-1], from nothing but `random(length)`.

    Candidates outside the range are thrown away, not reduced, so no scalar is likelier than another.
    """
    while not 1 <= (candidate := int.from_bytes(random(COORDINATE), "big")) < curve.order:
        pass
    return ec.derive_private_key(candidate, curve.ec)


def scalar(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The private scalar, 32 bytes big endian: the form in which keys lie in the NVM."""
    return key.private_numbers().private_value.to_bytes(COORDINATE, "big")


def from_scalar(curve: Curve, value: bytes) -> ec.EllipticCurvePrivateKey:
    """The key of a stored scalar; PointError when it is outside [1, n-1]."""
    number = int.from_bytes(value, "big")
    if not 1 <= number < curve.order:
        raise PointError("scalar outside the group")
    return ec.derive_private_key(number, curve.ec)


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key as the 65 bytes 04 X Y: the content of a 5F49 TLV."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def from_point(curve: Curve, data: bytes) -> ec.EllipticCurvePublicKey:
    """The public key of 65 bytes 04 X Y; PointError for another form, infinity, or a point off the curve."""
    if len(data) != POINT_LENGTH or data[0] != _UNCOMPRESSED:
        raise PointError(f"not an uncompressed point of {curve.name}")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(curve.ec, data)
    except ValueError:
        raise PointError(f"not on {curve.name}") from None


def agree(key: ec.EllipticCurvePrivateKey, peer: ec.EllipticCurvePublicKey) -> bytes:
    """The shared secret Z: the x coordinate, 32 bytes. Keys of two curves are a caller's mistake."""
    return key.exchange(ec.ECDH(), peer)


def kdf_x963(z: bytes, shared_info: bytes, length: int) -> bytes:
    """ANSI X9.63 KDF with SHA-256: SHA256(Z || counter || SharedInfo) for counter 00000001 upwards."""
    blocks = range(1, -(-length // sha256().digest_size) + 1)
    return b"".join(sha256(z + n.to_bytes(4, "big") + shared_info).digest() for n in blocks)[:length]
