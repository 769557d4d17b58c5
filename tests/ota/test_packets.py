"""Secured packets against those of other implementations, in both directions, and the card against the platform."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euicc.ota.algorithms import REDUNDANCY_CHECKS, codings, keyed
from euicc.ota.packet import CommandPacket, Integrity, PacketError, Spi
from euicc.ota.security import (
    UNAUTHENTICATED,
    UNPROTECTED,
    Response,
    ResponseProtection,
    open_command,
)
from euicc.ota.status import PacketRefused, ResponseStatus
from euicc.testing.ota import Algorithm, Check, Counter, KeySet, Packet, Proof, Protection, pack, unpack
from euicc.testing.ota.keysets import Redundancy, redundancy
from euicc.testing.ota.packet import RESPONSE_HEADER, ResponseError
from tests.ota.domain import domain
from tests.ota.vectors import (
    FCP_WAITS,
    TAR_SIM,
    TS48_CHECKSUM,
    TS48_KEYS,
    VECTORS,
    Vector,
)

OK = ResponseStatus.POR_OK
KEY_SETS = {
    "DES": KeySet(1, bytes(range(8)), bytes(range(1, 9)), Algorithm.DES),
    "DES ECB": KeySet(1, bytes(range(8)), bytes(range(1, 9)), Algorithm.DES_ECB, Algorithm.DES),
    "triple DES, 2 keys": KeySet(4, bytes(range(16)), bytes(range(1, 17)), Algorithm.TRIPLE_DES_2),
    "triple DES, 3 keys": KeySet(15, bytes(range(24)), bytes(range(1, 25)), Algorithm.TRIPLE_DES_3),
    "AES-128": KeySet(2, bytes(range(16)), bytes(range(1, 17))),
    "AES-192": KeySet(2, bytes(range(24)), bytes(range(1, 25))),
    "AES-256": KeySet(2, bytes(range(32)), bytes(range(1, 33))),
    "AES with a short checksum": KeySet(2, bytes(range(16)), bytes(range(16)), checksum_length=4),
    "AES with DES checksum": KeySet(
        7, bytes(range(16)), bytes(range(16)), Algorithm.AES, Algorithm.TRIPLE_DES_2
    ),
}
protections = st.builds(
    Protection,
    check=st.sampled_from([Check.NONE, Check.RC, Check.CC]),
    ciphered=st.booleans(),
    counter=st.sampled_from(Counter),
    proof=st.sampled_from(Proof),
    response_check=st.sampled_from([Check.NONE, Check.RC, Check.CC]),
    response_ciphered=st.booleans(),
    by_submit=st.booleans(),
    redundancy=st.sampled_from(Redundancy),
)


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
def test_the_card_opens_the_commands_of_others(vector: Vector) -> None:
    packet = CommandPacket.parse(vector.command)
    opened = open_command(packet, domain(vector.keys))
    assert packet.tar == vector.tar
    assert packet.spi == Spi(*vector.spi)
    assert opened.part.counter == vector.counter
    assert opened.part.data == vector.data + bytes(opened.part.padding)
    assert opened.key_version == vector.keys.version


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
def test_the_platform_packs_as_others_do(vector: Vector) -> None:
    packet = pack(Protection.of(vector.spi), vector.keys, vector.tar, vector.counter, vector.data)
    assert packet.encoded == vector.command


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
def test_responses_are_those_of_others(vector: Vector) -> None:
    command = CommandPacket.parse(vector.command)
    protection = ResponseProtection.asked_for(command, domain(vector.keys))
    assert protection is not None
    made = Response(vector.tar, vector.counter, OK, vector.response_data).encode(protection, RESPONSE_HEADER)
    if vector.response is not None:
        assert RESPONSE_HEADER + made == vector.response
    sent = Packet(vector.command, Protection.of(vector.spi), vector.keys, vector.tar, vector.counter)
    received = unpack(RESPONSE_HEADER + made, sent)
    assert (received.status, received.data) == (0, vector.response_data)


def test_a_response_without_protection() -> None:
    plain = VECTORS["triple DES, plain response"].response
    assert plain == RESPONSE_HEADER + Response(TAR_SIM, 0, OK, FCP_WAITS).encode(UNPROTECTED)


def test_the_checksum_inside_a_ciphered_packet() -> None:
    vector = VECTORS["TS.48, counter higher"]
    opened = open_command(CommandPacket.parse(vector.command), domain(TS48_KEYS))
    assert opened.part.check == TS48_CHECKSUM


def test_redundancy_checks_of_the_standard() -> None:
    message = bytes.fromhex("0102030405")
    assert {coding: compute(message) for coding, (_, compute) in REDUNDANCY_CHECKS.items()} == {
        1: bytes.fromhex("22EC"),
        5: bytes.fromhex("470B99F4"),
    }
    assert redundancy(Redundancy.CRC_16, message) == bytes.fromhex("22EC")
    assert redundancy(Redundancy.CRC_32, message) == bytes.fromhex("470B99F4")


@given(
    protections,
    st.sampled_from(sorted(KEY_SETS)),
    st.binary(max_size=100),
    st.integers(0, 0xFFFFFFFFFF),
    st.sampled_from(ResponseStatus),
)
def test_every_protection_between_platform_and_card(
    protection: Protection, name: str, data: bytes, counter: int, status: ResponseStatus
) -> None:
    keys = KEY_SETS[name]
    sent = pack(protection, keys, b"\xb0\x01\x40", counter, data)
    packet = CommandPacket.parse(sent.encoded)
    opened = open_command(packet, domain(keys))
    assert opened.part.counter == counter
    assert opened.part.data[: len(opened.part.data) - opened.part.padding] == data
    assert opened.authenticated == (protection.check is Check.CC)
    wanted = ResponseProtection.asked_for(packet, domain(keys))
    if wanted is None:
        # A redundancy check of the response needs a coding of one in KID, which names the checksum of the command.
        assert protection.response_check is Check.RC or protection.check is Check.RC
        return
    made = Response(packet.tar, counter, status, data).encode(wanted, RESPONSE_HEADER)
    if protection.response_check is protection.check or protection.response_check is Check.NONE:
        received = unpack(RESPONSE_HEADER + made, sent)
        assert (received.counter, received.status, received.data) == (counter, status, data)


@given(protections, st.sampled_from(sorted(KEY_SETS)), st.data())
def test_a_changed_bit_is_noticed(protection: Protection, name: str, data: st.DataObject) -> None:
    keys = KEY_SETS[name]
    sent = pack(protection, keys, b"\xb0\x01\x40", 7, b"some data")
    bit = data.draw(st.integers(0, 8 * len(sent.encoded) - 1))
    changed = bytearray(sent.encoded)
    changed[bit // 8] ^= 1 << bit % 8
    try:
        opened = open_command(CommandPacket.parse(bytes(changed)), domain(keys))
    except (PacketError, PacketRefused):
        return
    assert not opened.authenticated


REFUSED = {
    "signature": (Protection(check=Check.DS), {}, ResponseStatus.CHECK_FAILED),
    "no such key set": (
        Protection(),
        {5: 0x32, 6: 0x32},
        ResponseStatus.UNIDENTIFIED_SECURITY_ERROR,
    ),
    "key of another type": (Protection(), {5: 0x25}, ResponseStatus.UNIDENTIFIED_SECURITY_ERROR),
    "checksum key of another type": (
        Protection(ciphered=False),
        {6: 0x25},
        ResponseStatus.UNIDENTIFIED_SECURITY_ERROR,
    ),
    "half a key": (Protection(), {5: 0x21}, ResponseStatus.UNIDENTIFIED_SECURITY_ERROR),
    "unknown redundancy check": (
        Protection(check=Check.RC, ciphered=False),
        {6: 0x23},
        ResponseStatus.UNIDENTIFIED_SECURITY_ERROR,
    ),
    "redundancy check of another length": (
        Protection(check=Check.RC, ciphered=False),
        {6: 0x21},
        ResponseStatus.UNIDENTIFIED_SECURITY_ERROR,
    ),
    "a check where there is none": (
        Protection(ciphered=False),
        {3: 0x00},
        ResponseStatus.UNIDENTIFIED_SECURITY_ERROR,
    ),
    "wrong redundancy check": (
        Protection(check=Check.RC, ciphered=False),
        {-1: 0xEE},
        ResponseStatus.CHECK_FAILED,
    ),
    "wrong checksum": (Protection(), {-1: 0xEE}, ResponseStatus.CHECK_FAILED),
    "no whole blocks": (
        Protection(ciphered=False),
        {3: 0x16},
        ResponseStatus.CIPHERING_ERROR,
    ),
}


@pytest.mark.parametrize(("protection", "changes", "status"), REFUSED.values(), ids=REFUSED)
def test_refused(protection: Protection, changes: dict[int, int], status: ResponseStatus) -> None:
    packet = bytearray(pack(protection, TS48_KEYS, TAR_SIM, 1, b"data").encoded)
    for position, value in changes.items():
        packet[position] = value
    with pytest.raises(PacketRefused) as refused:
        open_command(CommandPacket.parse(bytes(packet)), domain(TS48_KEYS))
    assert refused.value.status is status


def test_no_checksum_in_ecb_mode() -> None:
    keys = KeySet(1, bytes(range(8)), bytes(range(8)), Algorithm.DES)
    packet = bytearray(pack(Protection(ciphered=False), keys, TAR_SIM, 1, b"data").encoded)
    assert open_command(CommandPacket.parse(bytes(packet)), domain(keys)).authenticated
    packet[6] = 0x1D
    with pytest.raises(PacketRefused) as refused:
        open_command(CommandPacket.parse(bytes(packet)), domain(keys))
    assert refused.value.status is ResponseStatus.UNIDENTIFIED_SECURITY_ERROR


def test_implicit_key_set_and_algorithm() -> None:
    keys = KeySet(2, TS48_KEYS.kic, TS48_KEYS.kid)
    packet = bytearray(pack(Protection(ciphered=False), keys, TAR_SIM, 1, b"data").encoded)
    implicit = CommandPacket.parse(bytes(packet[:5]) + b"\x00\x00" + bytes(packet[7:]))
    value = keys.checksum(implicit.header + bytes.fromhex("000000000100") + b"data")
    secured = implicit.secured[:6] + value + b"data"
    packet = bytearray(implicit.header + secured)
    opened = open_command(CommandPacket.parse(bytes(packet)), domain(KeySet(9, bytes(16), bytes(16)), keys))
    assert opened.key_version == 2
    with pytest.raises(PacketRefused):
        open_command(CommandPacket.parse(bytes(packet)), domain())


def test_the_default_key_set_is_one_with_the_algorithm() -> None:
    triple_des = KeySet(1, TS48_KEYS.kic, TS48_KEYS.kid, Algorithm.TRIPLE_DES_2)
    for keys in (KeySet(0, TS48_KEYS.kic, TS48_KEYS.kid), replace(triple_des, version=0)):
        packet = CommandPacket.parse(pack(Protection(), keys, TAR_SIM, 1, b"data").encoded)
        opened = open_command(packet, domain(triple_des, TS48_KEYS))
        assert opened.key_version == (2 if keys.algorithm is Algorithm.AES else 1)


def test_a_key_serves_one_algorithm() -> None:
    assert codings(0x80, 16) == (0x5,)
    assert codings(0x85, 16) == ()
    assert keyed(0x1, 0x80, bytes(16)) is None
    assert keyed(0x3, 0x80, bytes(16)) is None


@pytest.mark.parametrize(
    "packet",
    [
        "",
        "00",
        "0000",
        "000d0d" + "00" * 11,
        "000e0c" + "00" * 13,
        "000f0d" + "00" * 13,
        "000e0e" + "00" * 13,
    ],
)
def test_no_packets(packet: str) -> None:
    with pytest.raises(PacketError):
        CommandPacket.parse(bytes.fromhex(packet))


@given(st.binary(max_size=60))
def test_garbage_is_no_response(garbage: bytes) -> None:
    sent = pack(Protection(), TS48_KEYS, TAR_SIM, 1, b"")
    with pytest.raises(ResponseError):
        unpack(garbage, sent)


def test_security_level() -> None:
    assert Spi(0x16, 0).reaches(0x16)
    assert Spi(0x1E, 0).reaches(0x12)
    assert not Spi(0x12, 0).reaches(0x16)
    assert not Spi(0x0E, 0).reaches(0x16)
    assert not Spi(0x15, 0).reaches(0x02)
    assert Spi(0x00, 0).reaches(0x00)
    assert Spi(0x03, 0).integrity is Integrity.DIGITAL_SIGNATURE


def test_keys_stay_out_of_texts() -> None:
    assert TS48_KEYS.kic.hex() not in repr(TS48_KEYS)
    assert repr(TS48_KEYS.kic) not in repr(TS48_KEYS)
    assert UNAUTHENTICATED == 0
