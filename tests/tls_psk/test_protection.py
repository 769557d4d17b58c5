"""Protected records, built and opened with another library."""

from __future__ import annotations

import hmac
from hashlib import sha256

import pytest
from Crypto.Cipher import AES

from euicc.crypto.tls_psk import PSK_AES128_CBC_SHA256, PSK_AES128_GCM_SHA256, TlsError
from euicc.crypto.tls_psk.protection import Cbc, Gcm, Plain
from tests.tls_psk.ends import random

KEY, MAC_KEY, SALT, IV = bytes(range(16)), bytes(range(32)), b"salt", bytes(range(0x30, 0x40))
HEADER = b"\x17\x03\x03"


def mac(number: int, data: bytes) -> bytes:
    covered = number.to_bytes(8, "big") + HEADER + len(data).to_bytes(2, "big") + data
    return hmac.digest(MAC_KEY, covered, sha256)


def cbc(content: bytes) -> bytes:
    return IV + AES.new(KEY, AES.MODE_CBC, IV).encrypt(content)


def cbc_end() -> Cbc:
    return Cbc(KEY, MAC_KEY, lambda count: IV[:count])


@pytest.mark.parametrize("size", [0, 1, 15, 16, 31, 300])
def test_cbc_is_mac_then_padding_then_cipher(size: int) -> None:
    end, data = cbc_end(), bytes(size)
    for number in range(3):
        content = data + mac(number, data)
        padding = 15 - len(content) % 16
        assert end.seal(HEADER, data) == cbc(content + bytes((padding,)) * (padding + 1))


@pytest.mark.parametrize("blocks", range(16))
def test_cbc_takes_any_padding_that_is_right(blocks: int) -> None:
    content = b"data" + mac(0, b"data")
    padding = 15 - len(content) % 16 + 16 * blocks
    assert cbc_end().open(HEADER, cbc(content + bytes((padding,)) * (padding + 1))) == b"data"


@pytest.mark.parametrize(
    "content",
    [
        b"data" + mac(0, b"data") + b"\x0a" + b"\x0b" * 11,
        b"data" + mac(1, b"data") + b"\x0b" * 12,
        b"data" + mac(0, b"date") + b"\x0b" * 12,
        b"data" + mac(0, b"data") + b"\x00" * 11 + b"\x0b",
        b"data" + mac(0, b"data") + b"\x0b" * 11 + b"\xff",
        b"data" + mac(0, b"data") + b"\x0c" * 12,
        mac(0, b"") + b"\xff" * 16,
    ],
)
def test_cbc_refuses_anything_else(content: bytes) -> None:
    with pytest.raises(TlsError, match="bad_record_mac"):
        cbc_end().open(HEADER, cbc(content))


@pytest.mark.parametrize("size", [0, 1, 300])
def test_gcm_has_the_number_as_nonce(size: int) -> None:
    sealing, opening, data = Gcm(KEY, SALT), Gcm(KEY, SALT), bytes(size)
    for number in range(3):
        nonce = number.to_bytes(8, "big")
        cipher = AES.new(KEY, AES.MODE_GCM, SALT + nonce)
        cipher.update(nonce + HEADER + size.to_bytes(2, "big"))
        text, tag = cipher.encrypt_and_digest(data)
        assert sealing.seal(HEADER, data) == nonce + text + tag
        assert opening.open(HEADER, nonce + text + tag) == data


def test_gcm_takes_the_senders_nonce() -> None:
    nonce = b"anything"
    cipher = AES.new(KEY, AES.MODE_GCM, SALT + nonce)
    cipher.update(bytes(8) + HEADER + b"\0\x02")
    text, tag = cipher.encrypt_and_digest(b"ok")
    assert Gcm(KEY, SALT).open(HEADER, nonce + text + tag) == b"ok"


def test_without_protection_there_is_none() -> None:
    assert Plain().open(HEADER, Plain().seal(HEADER, b"data")) == b"data"


def test_the_key_block_is_cut_in_the_order_of_rfc_5246_6_3() -> None:
    block = bytes(range(96))
    assert (PSK_AES128_CBC_SHA256.key_block_length, PSK_AES128_GCM_SHA256.key_block_length) == (96, 40)
    client, server = PSK_AES128_CBC_SHA256.protections(block, random(1))
    same = Cbc(block[64:80], block[:32], random(1)), Cbc(block[80:96], block[32:64], random(2))
    assert same[0].open(HEADER, client.seal(HEADER, b"of the client")) == b"of the client"
    assert same[1].open(HEADER, server.seal(HEADER, b"of the server")) == b"of the server"
    client, server = PSK_AES128_GCM_SHA256.protections(block[:40], random(1))
    assert Gcm(block[:16], block[32:36]).open(HEADER, client.seal(HEADER, b"c")) == b"c"
    assert Gcm(block[16:32], block[36:40]).open(HEADER, server.seal(HEADER, b"s")) == b"s"
