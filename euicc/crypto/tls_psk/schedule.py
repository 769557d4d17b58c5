"""Secrets of a connection: the PRF with SHA-256, RFC 5246 5, 6.3 and 8.1, from a pre-shared key, RFC 4279 2."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from hashlib import sha256

MASTER_SECRET_LENGTH = 48
VERIFY_DATA_LENGTH = 12
CLIENT_FINISHED, SERVER_FINISHED = b"client finished", b"server finished"
_MASTER_SECRET, _KEY_EXPANSION = b"master secret", b"key expansion"
_EXTENDED_MASTER_SECRET = b"extended master secret"


def prf(secret: bytes, label: bytes, seed: bytes, length: int) -> bytes:
    """PRF(secret, label, seed), RFC 5246 5: P_SHA256, the first `length` bytes."""
    output = b""
    for block in _p_sha256(secret, label + seed):
        output += block
        if len(output) >= length:
            break
    return output[:length]


def _p_sha256(secret: bytes, seed: bytes) -> Iterator[bytes]:
    a = seed
    while True:
        a = hmac.digest(secret, a, sha256)
        yield hmac.digest(secret, a + seed, sha256)


def premaster_secret(psk: bytes) -> bytes:
    """RFC 4279 2: as many zeros as the key is long, and the key, each with a length of two bytes."""
    length = len(psk).to_bytes(2, "big")
    return length + bytes(len(psk)) + length + psk


def master_secret(psk: bytes, client_random: bytes, server_random: bytes) -> bytes:
    """RFC 5246 8.1: 48 bytes."""
    return prf(premaster_secret(psk), _MASTER_SECRET, client_random + server_random, MASTER_SECRET_LENGTH)


def extended_master_secret(psk: bytes, session_hash: bytes) -> bytes:
    """RFC 7627 4: 48 bytes; session_hash: SHA-256 of the handshake messages up to ClientKeyExchange."""
    return prf(premaster_secret(psk), _EXTENDED_MASTER_SECRET, session_hash, MASTER_SECRET_LENGTH)


def key_block(master: bytes, client_random: bytes, server_random: bytes, length: int) -> bytes:
    """RFC 5246 6.3."""
    return prf(master, _KEY_EXPANSION, server_random + client_random, length)


def verify_data(master: bytes, label: bytes, transcript_hash: bytes) -> bytes:
    """Of Finished, RFC 5246 7.4.9: 12 bytes; label: CLIENT_FINISHED or SERVER_FINISHED."""
    return prf(master, label, transcript_hash, VERIFY_DATA_LENGTH)


def same(left: bytes, right: bytes) -> bool:
    """Whether two secrets are equal, in a time that does not depend on where they differ."""
    return hmac.compare_digest(left, right)
