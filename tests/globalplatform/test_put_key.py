"""PUT KEY and DELETE of keys: what is added, replaced, refused; the counters that begin anew."""

from __future__ import annotations

import pytest
from Crypto.Cipher import AES, DES3

from euicc.card import Card
from euicc.globalplatform.domain import domains
from euicc.globalplatform.session import SecurityLevel, Session
from euicc.runtime import keys
from euicc.testing.scp03 import HostKeys, key_check_value
from tests.globalplatform.cards import (
    MNO_SD,
    SCP80_AES,
    SCP80_DES,
    SSD,
    card_with,
    host,
    mno_sd,
    package,
    remote,
    run,
)

KIK_AES, KIK_DES = b"\x06" * 16, bytes(range(16))
NEW = tuple(bytes(range(start, start + 16)) for start in (0x50, 0x60, 0x70))


@pytest.fixture
def card() -> Card:
    return card_with(package())


def aes(key: bytes, dek: bytes = KIK_AES) -> bytes:
    return AES.new(dek, AES.MODE_CBC, bytes(16)).encrypt(key + bytes(-len(key) % 16))


def des(key: bytes) -> bytes:
    return DES3.new(KIK_DES + KIK_DES[:8], DES3.MODE_ECB).encrypt(key)


def des_check_value(key: bytes) -> bytes:
    return DES3.new(key, DES3.MODE_ECB).encrypt(bytes(8))[:3]


def field(kind: int, block: bytes, check_value: bytes = b"") -> bytes:
    return bytes([kind, len(block)]) + block + bytes([len(check_value)]) + check_value


def aes_field(key: bytes, check_value: bytes | None = None) -> bytes:
    return field(
        0x88, bytes([len(key)]) + aes(key), key_check_value(key) if check_value is None else check_value
    )


def command(old: int, first: int, version: int, *fields: bytes) -> str:
    data = bytes([version]) + b"".join(fields)
    return (bytes([0x80, 0xD8, old, first, len(data)]) + data).hex()


def versions(card: Card) -> dict[tuple[int, int], bytes]:
    return {(key.version, key.identifier): key.components[0].data for key in mno_sd(card).keys}


def test_a_new_key_set(card: Card) -> None:
    before = versions(card)
    answer = run(mno_sd(card), remote(), command(0, 0x81, 0x33, *map(aes_field, NEW)))
    assert answer == "33" + b"".join(map(key_check_value, NEW)).hex().upper() + "9000"
    assert versions(card) == before | {(0x33, number): key for number, key in enumerate(NEW, 1)}
    usages = [key.usage_qualifier.hex() for key in mno_sd(card).keys if key.version == 0x33]
    assert usages == ["18", "14", "48"]
    card.reset()
    opened = host(card, 0x33, MNO_SD, HostKeys(0x33, *NEW))
    assert opened.send(bytes.fromhex("80CA00C100")) == (bytes.fromhex("C103000000"), 0x9000)


def test_replacing_a_key_set_also_by_another_version(card: Card) -> None:
    of = mno_sd(card)
    assert run(of, remote(), command(SCP80_AES, 0x81, SCP80_AES, *map(aes_field, NEW))).startswith("02")
    assert [versions(card)[SCP80_AES, number] for number in (1, 2, 3)] == list(NEW)
    assert (
        run(
            of,
            remote(version=SCP80_DES),
            command(SCP80_DES, 0x81, 0x05, *(field(0x88, des(key)) for key in NEW)),
        )
        == "059000"
    )
    assert set(of.versions()) == {0x02, 0x30, 0x05}


def test_one_key_alone(card: Card) -> None:
    of = mno_sd(card)
    assert run(of, remote(), command(SCP80_AES, 0x02, SCP80_AES, aes_field(NEW[1], b""))) == "029000"
    assert versions(card)[SCP80_AES, 2] == NEW[1]
    assert versions(card)[SCP80_AES, 1] == b"\x04" * 16


@pytest.mark.parametrize("length", [16, 24])
def test_triple_des_keys_under_triple_des(card: Card, length: int) -> None:
    key = bytes(range(0x40, 0x40 + length))
    answer = run(
        mno_sd(card),
        remote(version=SCP80_DES),
        command(0, 0x01, 0x07, field(0x80, des(key), des_check_value(key))),
    )
    assert answer == "07" + des_check_value(key).hex().upper() + "9000"
    assert versions(card)[0x07, 1] == key


@pytest.mark.parametrize("length", [16, 24, 32])
def test_aes_keys_in_both_forms_of_a_key_block(card: Card, length: int) -> None:
    key = bytes(range(0x40, 0x40 + length))
    assert run(mno_sd(card), remote(), command(0, 0x01, 0x08, aes_field(key))).endswith("9000")
    assert versions(card)[0x08, 1] == key
    if length % 16 == 0:
        block = field(0x88, aes(key), key_check_value(key))
        assert run(mno_sd(card), remote(), command(0, 0x02, 0x08, block)).endswith("9000")
        assert versions(card)[0x08, 2] == key


def test_a_psk_of_any_length_has_no_check_value(card: Card) -> None:
    key = bytes(range(20))
    block = bytes([len(key)]) + aes(key)
    assert run(mno_sd(card), remote(), command(0, 0x01, 0x40, field(0x85, block))) == "409000"
    assert versions(card)[0x40, 1] == key
    assert run(mno_sd(card), remote(), command(0, 0x01, 0x41, field(0x85, block, b"abc"))) == "9485"


REFUSED = {
    "KCV": (command(0, 0x01, 0x33, aes_field(NEW[0], b"\x00\x00\x00")), "9485"),
    "type": (command(0, 0x01, 0x33, field(0xA0, aes(NEW[0]))), "9484"),
    "version 0": (command(0, 0x01, 0x00, aes_field(NEW[0])), "6A80"),
    "version 80": (command(0, 0x01, 0x80, aes_field(NEW[0])), "6A80"),
    "there already": (command(0, 0x01, SCP80_AES, aes_field(NEW[0])), "6A80"),
    "onto another key set": (command(SCP80_AES, 0x01, 0x30, aes_field(NEW[0])), "6A80"),
    "no such version": (command(0x05, 0x01, 0x05, aes_field(NEW[0])), "6A88"),
    "no such identifier": (command(SCP80_AES, 0x04, SCP80_AES, aes_field(NEW[0])), "6A88"),
    "several without saying so": (command(0, 0x01, 0x33, *map(aes_field, NEW)), "6A80"),
    "continued": (command(0x80, 0x01, 0x33, aes_field(NEW[0])), "6A86"),
    "AES key of 8 bytes": (command(0, 0x01, 0x33, field(0x88, bytes([8]) + aes(bytes(8)))), "6A80"),
    "length before the block": (command(0, 0x01, 0x33, field(0x88, bytes([17]) + aes(NEW[0]))), "6A80"),
    "a length with a block to spare": (
        command(0, 0x01, 0x33, field(0x88, bytes([16]) + aes(bytes(32)))),
        "6A80",
    ),
    "no whole block": (command(0, 0x01, 0x33, field(0x88, bytes(15))), "6A80"),
    "empty block": (command(0, 0x01, 0x33, field(0x88, b"")), "6A80"),
    "cut": (command(0, 0x01, 0x33, aes_field(NEW[0])[:-1]), "6A80"),
    "no key": (command(0, 0x01, 0x33), "6A80"),
    "no data": ("80D8000100", "6A80"),
}


@pytest.mark.parametrize(("given", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_what_put_key_refuses(card: Card, given: str, expected: str) -> None:
    before = versions(card)
    assert run(mno_sd(card), remote(), given) == expected
    assert versions(card) == before


def test_without_a_dek_no_key(card: Card) -> None:
    given = command(0, 0x01, 0x33, aes_field(NEW[0]))
    assert run(mno_sd(card), remote(version=0x09), given) == "6985"
    assert run(mno_sd(card), Session(SecurityLevel.AUTHENTICATED), given) == "6985"


def test_counters_begin_anew(card: Card) -> None:
    host(card)
    memory = card.uicc.running.memory
    name = f"{MNO_SD.hex()}/{SCP80_AES:02X}"
    with memory.transaction():
        memory.set(keys.OTA_COUNTER, 77, name)
    of = mno_sd(card)
    scp03 = b"".join(aes_field(key, b"") for key in NEW)
    assert run(of, remote(), command(0x30, 0x81, 0x30, scp03)) == "309000"
    assert run(of, Session(), "80CA00C100") == "C1030000009000"
    assert memory.get(keys.OTA_COUNTER, name) == 77
    assert run(of, remote(), command(SCP80_AES, 0x81, SCP80_AES, *map(aes_field, NEW))).endswith("9000")
    assert memory.get(keys.OTA_COUNTER, name) is None


def test_keys_of_a_domain_are_its_own(card: Card) -> None:
    run(mno_sd(card), remote(), command(0, 0x81, 0x33, *map(aes_field, NEW)))
    below = domains(card.uicc.running)[1]
    assert below.aid == SSD
    assert below.versions() == (0x31,)


def test_no_secret_in_words(card: Card) -> None:
    for key in mno_sd(card).keys:
        assert str(key.components[0].data) not in repr(key)


DELETED = {
    "a key set": ("80E4000003D20101", {(1, 1), (1, 2), (1, 3)}),
    "a key": ("80E4000006D00103D20101", {(1, 3)}),
    "an identifier": ("80E4000003D00102", {(1, 2), (2, 2), (0x30, 2)}),
}


@pytest.mark.parametrize(("given", "gone"), DELETED.values(), ids=DELETED.keys())
def test_keys_are_deleted(card: Card, given: str, gone: set[tuple[int, int]]) -> None:
    before = versions(card)
    assert run(mno_sd(card), remote(), given) == "9000"
    assert before.keys() - versions(card).keys() == gone
    assert run(mno_sd(card), remote(), given) == "6A88"
