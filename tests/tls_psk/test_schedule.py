"""The PRF and the secrets, against a published vector and against values computed step by step."""

from __future__ import annotations

import hmac
from hashlib import sha256

from euicc.crypto.tls_psk import schedule


def test_the_prf_with_sha256_has_the_published_output() -> None:
    """The TLS 1.2 PRF vector for SHA-256 that the TLS working group circulated."""
    secret = bytes.fromhex("9bbe436ba940f017b17652849a71db35")
    seed = bytes.fromhex("a0ba9f936cda311827a6f796ffd5198c")
    wanted = (
        "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9"
        "c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789ba"
        "a48082d122ee42c5a72e5a5110fff70187347b66"
    )
    assert schedule.prf(secret, b"test label", seed, 100).hex() == wanted


def test_the_prf_is_p_hash_of_rfc_5246_5() -> None:
    seed = b"labelseed"
    a1 = hmac.digest(b"secret", seed, sha256)
    a2 = hmac.digest(b"secret", a1, sha256)
    blocks = hmac.digest(b"secret", a1 + seed, sha256) + hmac.digest(b"secret", a2 + seed, sha256)
    assert schedule.prf(b"secret", b"label", b"seed", 40) == blocks[:40]


def test_the_premaster_secret_is_that_of_a_plain_key() -> None:
    assert schedule.premaster_secret(b"\xaa\xbb\xcc") == bytes.fromhex("0003 000000 0003 AABBCC")


def test_the_order_of_the_randoms_differs() -> None:
    client, server = bytes(32), b"\xff" * 32
    master = schedule.master_secret(b"key", client, server)
    assert master == schedule.prf(schedule.premaster_secret(b"key"), b"master secret", client + server, 48)
    assert schedule.key_block(master, client, server, 40) == schedule.prf(
        master, b"key expansion", server + client, 40
    )


def test_the_extended_master_secret_is_bound_to_the_handshake() -> None:
    digest = sha256(b"handshake").digest()
    wanted = schedule.prf(schedule.premaster_secret(b"key"), b"extended master secret", digest, 48)
    assert schedule.extended_master_secret(b"key", digest) == wanted


def test_verify_data_are_12_bytes() -> None:
    digest = sha256(b"").digest()
    client = schedule.verify_data(bytes(48), schedule.CLIENT_FINISHED, digest)
    assert client == schedule.prf(bytes(48), b"client finished", digest, 12)
    assert client != schedule.verify_data(bytes(48), schedule.SERVER_FINISHED, digest)
