"""SCP03 of card and host against sessions that were recorded from a real card."""

from __future__ import annotations

import pytest
from Crypto.Cipher import AES
from Crypto.Hash import CMAC

from apdu import Command
from euicc.globalplatform import scp03
from euicc.globalplatform.scp03 import SecureChannel, SecurityError
from euicc.globalplatform.session import SecurityLevel
from euicc.testing.scp03 import HostKeys, Scp03Error, Scp03Host, kdf
from tests.globalplatform.vectors import PLAIN_CASES, PLAIN_EID, PLAIN_GET_EID, RECORDED, Recorded

sessions = pytest.mark.parametrize("recorded", RECORDED.values(), ids=RECORDED.keys())


def parse(apdu: str) -> Command:
    return Command.parse(bytes.fromhex(apdu))


def card_side(recorded: Recorded) -> SecureChannel:
    """The card after EXTERNAL AUTHENTICATE."""
    answer = bytes.fromhex(recorded.answer)
    channel = SecureChannel(recorded.keys, parse(recorded.initialize_update).data, answer[13:21])
    assert channel.card_cryptogram == answer[21:29]
    authenticate = parse(recorded.external_authenticate)
    assert channel.is_host(channel.verify(authenticate))
    channel.level = SecurityLevel(authenticate.p1)
    return channel


def silent(apdu: bytes) -> bytes:
    raise AssertionError("nothing is transmitted")


def host_side(recorded: Recorded) -> Scp03Host:
    version = parse(recorded.initialize_update).p1
    host = Scp03Host(silent, HostKeys(version, recorded.keys.enc, recorded.keys.mac, recorded.keys.dek))
    challenge = parse(recorded.initialize_update).data
    assert host.initialize_update(challenge).hex() == recorded.initialize_update
    host.take_initialize_update(bytes.fromhex(recorded.answer))
    level = parse(recorded.external_authenticate).p1
    assert host.external_authenticate(level).hex() == recorded.external_authenticate
    return host


@sessions
def test_the_card_reads_what_was_recorded(recorded: Recorded) -> None:
    channel = card_side(recorded)
    assert channel.unwrap(parse(recorded.get_eid)) == parse(PLAIN_GET_EID)
    assert channel.wrap(bytes.fromhex(PLAIN_EID)).hex() == recorded.eid
    for protected, plain in zip(recorded.cases, PLAIN_CASES, strict=True):
        assert channel.unwrap(parse(protected)) == parse(plain)


@sessions
def test_the_host_writes_what_was_recorded(recorded: Recorded) -> None:
    host = host_side(recorded)
    assert host.wrap(bytes.fromhex(PLAIN_GET_EID)).hex() == recorded.get_eid
    assert host.unwrap(bytes.fromhex(recorded.eid), 0x9000).hex() == PLAIN_EID
    for protected, plain in zip(recorded.cases, PLAIN_CASES, strict=True):
        assert host.wrap(bytes.fromhex(plain)).hex() == protected


@sessions
def test_a_command_comes_once_and_in_order(recorded: Recorded) -> None:
    channel = card_side(recorded)
    channel.unwrap(parse(recorded.get_eid))
    with pytest.raises(SecurityError):
        channel.unwrap(parse(recorded.get_eid))
    with pytest.raises(SecurityError):
        channel.unwrap(parse(recorded.cases[1]))


@pytest.mark.parametrize("position", range(23))
def test_a_changed_bit_is_noticed(position: int) -> None:
    recorded = RECORDED["AES-128, level 11"]
    channel = card_side(recorded)
    channel.unwrap(parse(recorded.get_eid))
    for protected in recorded.cases[:2]:
        channel.unwrap(parse(protected))
    changed = bytearray.fromhex(recorded.cases[2])
    changed[position] ^= 0x80 if position == 0 else 0x01
    if position == 4:
        changed.append(0)
    with pytest.raises(SecurityError):
        channel.unwrap(Command(changed[0], changed[1], changed[2], changed[3], bytes(changed[5:])))


def test_a_command_of_extended_length() -> None:
    """The C-MAC covers Lc in its three bytes."""
    recorded = RECORDED["AES-128, level 11"]
    channel = card_side(recorded)
    challenges = parse(recorded.initialize_update).data + bytes.fromhex(recorded.answer)[13:21]
    s_mac = kdf(recorded.keys.mac, 0x06, 128, challenges)
    authenticated = bytes(16) + bytes.fromhex(recorded.external_authenticate)[:-8]
    chaining = CMAC.new(s_mac, authenticated, ciphermod=AES).digest()
    content = bytes(1000)
    header = bytes.fromhex("84E29000") + bytes.fromhex("0003F0")
    mac = CMAC.new(s_mac, chaining + header + content, ciphermod=AES).digest()[:8]
    command = Command.parse(header + content + mac)
    assert command.extended
    assert channel.unwrap(command) == Command(0x80, 0xE2, 0x90, 0x00, content, None, True)


def test_errors_are_answered_without_protection() -> None:
    channel = card_side(RECORDED["AES-128, level 33"])
    assert channel.wrap(b"", 0x6A88) == b""
    assert len(channel.wrap(b"", 0x6310)) == 8
    assert len(channel.wrap(b"x", 0x6310)) == 24


def test_a_card_without_the_keys_is_noticed() -> None:
    recorded = RECORDED["AES-128, level 33"]
    host = Scp03Host(silent, HostKeys(0x30, bytes(16), bytes(16), bytes(16)))
    host.initialize_update(parse(recorded.initialize_update).data)
    with pytest.raises(Scp03Error, match="card cryptogram"):
        host.take_initialize_update(bytes.fromhex(recorded.answer))
    other = host_side(recorded)
    with pytest.raises(Scp03Error, match="R-MAC"):
        other.unwrap(bytes(24), 0x9000)


def test_an_answer_for_another_key_set_is_noticed() -> None:
    recorded = RECORDED["AES-128, level 33"]
    host = Scp03Host(silent, HostKeys(0x31, recorded.keys.enc, recorded.keys.mac, recorded.keys.dek))
    host.initialize_update(parse(recorded.initialize_update).data)
    with pytest.raises(Scp03Error, match="another key set"):
        host.take_initialize_update(bytes.fromhex(recorded.answer))


def test_levels_that_an_option_allows() -> None:
    offered = {
        i: {level for level in range(256) if scp03.supports(i, level)} for i in (0x00, 0x10, 0x20, 0x60, 0x70)
    }
    assert offered[0x00] == offered[0x10] == {0x00, 0x01, 0x03}
    assert offered[0x20] == {0x00, 0x01, 0x03, 0x11, 0x13}
    assert offered[0x60] == offered[0x70] == {0x00, 0x01, 0x03, 0x11, 0x13, 0x33}


@pytest.mark.parametrize("padded", [bytes(16), b"\x80" + bytes(16), b"x" * 16, b""])
def test_padding_that_nobody_would_make(padded: bytes) -> None:
    with pytest.raises(SecurityError):
        scp03.unpad(padded)
