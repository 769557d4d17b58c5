"""A home network that reveals a SUCI, TS 33.501 C.3, on pycryptodome and the X25519 of RFC 7748 in Python."""

from __future__ import annotations

from dataclasses import dataclass

from Crypto.Cipher import AES
from Crypto.Hash import HMAC, SHA256
from Crypto.PublicKey import ECC

P = 2**255 - 19
A24 = 121665
BASE = (9).to_bytes(32, "little")


def x25519(scalar: bytes, point: bytes) -> bytes:
    """The Montgomery ladder of RFC 7748 5."""
    k = int.from_bytes(scalar, "little") & ~7 & (1 << 255) - 1 | 1 << 254
    x1 = int.from_bytes(point, "little") & (1 << 255) - 1
    x2, z2, x3, z3, swap = 1, 0, x1, 1, 0
    for t in range(254, -1, -1):
        bit = k >> t & 1
        if swap ^ bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        aa, bb = a * a % P, b * b % P
        e = aa - bb
        x3, z3 = (d * a + c * b) ** 2 % P, x1 * (d * a - c * b) ** 2 % P
        x2, z2 = aa * bb % P, e * (aa + A24 * e) % P
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")


def p256(scalar: bytes, point: bytes) -> bytes:
    """The x coordinate of a multiple of a point (SEC 1 coding)."""
    multiple = ECC.import_key(point, curve_name="P-256").pointQ * int.from_bytes(scalar, "big")
    return int(multiple.x).to_bytes(32, "big")


def p256_public(scalar: bytes, compressed: bool = True) -> bytes:
    key = ECC.construct(curve="P-256", d=int.from_bytes(scalar, "big"))
    encoded: bytes = key.public_key().export_key(format="SEC1", compress=compressed)
    return encoded


@dataclass(frozen=True)
class Scheme:
    """One protection scheme with the home network's private key."""

    private: bytes
    number: int

    @property
    def ephemeral_length(self) -> int:
        return 32 if self.number == 1 else 33

    def reveal(self, output: bytes) -> bytes:
        """The scheme input; ValueError when the MAC tag is wrong."""
        return self.reveal_parts(
            output[: self.ephemeral_length], output[self.ephemeral_length : -8], output[-8:]
        )

    def reveal_parts(self, ephemeral: bytes, ciphertext: bytes, tag: bytes) -> bytes:
        shared = (x25519 if self.number == 1 else p256)(self.private, ephemeral)
        blocks = (SHA256.new(shared + n.to_bytes(4, "big") + ephemeral).digest() for n in (1, 2))
        derived = b"".join(blocks)
        encryption, counter, mac = derived[:16], derived[16:32], derived[32:]
        if HMAC.new(mac, ciphertext, SHA256).digest()[:8] != tag:
            raise ValueError("MAC tag")
        cipher = AES.new(encryption, AES.MODE_CTR, nonce=b"", initial_value=counter)
        return cipher.decrypt(ciphertext)
