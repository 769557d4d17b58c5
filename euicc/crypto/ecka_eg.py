"""ECKA-EG with a static key of the card, scenario #3 of GPCS Amendments A and E: the computations that yield keys.

The shared secret (x coordinate, 32 bytes) goes through the X9.63 derivation with SHA-256 (BSI TR-03111 4.3.3). Of what
it yields, the first 16 bytes are the key of the receipt, the rest are the keys in their order. The receipt is a whole
AES-CMAC, 16 bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

from apdu import tlv
from euicc.crypto import ecka
from euicc.crypto.curves import Curve

_RECEIPT_KEY_LENGTH = 16
# Bits of a curve up to which a random value has so many bytes; beyond the last one 32.
_DERIVATION_RANDOM = ((383, 16), (511, 24))
_CHALLENGE = ((511, 16),)
_LONGEST = 32


@dataclass(frozen=True)
class Parties:
    """Identifiers of host and card that the derivation binds the keys to: HostID, SIN, SDIN; each up to 16 bytes."""

    host_id: bytes
    sin: bytes
    sdin: bytes

    def encode(self) -> bytes:
        """All three, each after its length."""
        return b"".join(tlv.encode_length(len(each)) + each for each in (self.host_id, self.sin, self.sdin))


@dataclass(frozen=True)
class DerivedKeys:
    """What one key establishment yields."""

    receipt_key: bytes = field(repr=False)
    keys: tuple[bytes, ...] = field(repr=False)

    def receipt(self, crt: bytes, derivation_random: bytes | None) -> bytes:
        """The receipt over the TLV A6 as it came, and DR in its TLV 85 where there is one, Amendment E table 4-22."""
        mac = CMAC(AES(self.receipt_key))
        mac.update(crt if derivation_random is None else crt + tlv.encode(0x85, derivation_random))
        return mac.finalize()


def challenge_length(curve: Curve) -> int:
    """Bytes of the random challenge of step 1, by the size of the curve: 16, or 32 from 512 bits on."""
    return _length(_CHALLENGE, curve)


def derivation_random_length(curve: Curve) -> int:
    """Bytes of the derivation random DR, by the size of the curve: 16, 24 from 384 bits on, 32 from 512 on."""
    return _length(_DERIVATION_RANDOM, curve)


def shared_info(
    usage: int, key_type: int, key_length: int, derivation_random: bytes | None, parties: Parties | None
) -> bytes:
    """SharedInfo of the derivation, Amendment A table 3-28: values of 95, 80 and 81, then DR and who is bound to it."""
    bound = b"" if parties is None else parties.encode()
    return bytes((usage, key_type, key_length)) + (derivation_random or b"") + bound


def derive(shared_secret: bytes, info: bytes, lengths: Sequence[int]) -> DerivedKeys:
    """The receipt key, and keys of these lengths in bytes."""
    data = ecka.kdf_x963(shared_secret, info, _RECEIPT_KEY_LENGTH + sum(lengths))
    keys, start = [], _RECEIPT_KEY_LENGTH
    for length in lengths:
        keys.append(data[start : start + length])
        start += length
    return DerivedKeys(data[:_RECEIPT_KEY_LENGTH], tuple(keys))


def _length(table: tuple[tuple[int, int], ...], curve: Curve) -> int:
    bits = curve.order.bit_length()
    return next((length for limit, length in table if bits <= limit), _LONGEST)
