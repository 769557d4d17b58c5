"""ECIES as TS 33.501 annex C.3 uses it to conceal a SUPI: profile A with X25519, profile B with NIST P-256."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from euicc.crypto.curves import P256
from euicc.crypto.ecka import agree, generate, kdf_x963

ENCRYPTION_KEY, COUNTER_BLOCK, MAC_KEY = 16, 16, 32
MAC_LENGTH = 8
Random = Callable[[int], bytes]


class KeyNotUsable(Exception):
    """These bytes are no public key of the profile's curve."""


class Concealed(NamedTuple):
    """The parts of a scheme output: ephemeral public key, ciphertext as long as the plaintext, MAC tag (8 bytes)."""

    ephemeral: bytes
    ciphertext: bytes
    mac: bytes


def profile_a(public_key: bytes, plaintext: bytes, random: Random) -> Concealed:
    """Conceal with profile A; `public_key` is the home network's, 32 bytes. KeyNotUsable."""
    private = X25519PrivateKey.from_private_bytes(random(32))
    ephemeral = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(public_key))
    except ValueError:
        raise KeyNotUsable from None
    return _protect(shared, ephemeral, plaintext)


def profile_b(public_key: bytes, plaintext: bytes, random: Random) -> Concealed:
    """Conceal with profile B; `public_key` is a point, 33 bytes compressed or 65 not. KeyNotUsable.

    The ephemeral key is always compressed.
    """
    private = generate(P256, random)
    ephemeral = private.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    try:
        peer = ec.EllipticCurvePublicKey.from_encoded_point(P256.ec, public_key)
    except ValueError:
        raise KeyNotUsable from None
    return _protect(agree(private, peer), ephemeral, plaintext)


def _protect(shared: bytes, ephemeral: bytes, plaintext: bytes) -> Concealed:
    """Key derivation and authenticated encryption, TS 33.501 C.3.2 and C.3.4."""
    keys = kdf_x963(shared, ephemeral, ENCRYPTION_KEY + COUNTER_BLOCK + MAC_KEY)
    encryption, rest = keys[:ENCRYPTION_KEY], keys[ENCRYPTION_KEY:]
    counter, mac = rest[:COUNTER_BLOCK], rest[COUNTER_BLOCK:]
    ciphertext = Cipher(algorithms.AES(encryption), modes.CTR(counter)).encryptor().update(plaintext)
    return Concealed(ephemeral, ciphertext, hmac.digest(mac, ciphertext, sha256)[:MAC_LENGTH])
