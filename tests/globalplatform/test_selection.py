"""Security domains by SELECT, and SCP03 with them: who gets in, and what breaks a session off."""

from __future__ import annotations

import pytest

from apdu import Command
from euicc.card import Card
from euicc.profiles.store import ProfileStore
from euicc.runtime import keys
from euicc.testing.scp03 import HostKeys, Scp03Error, Scp03Host
from tests.globalplatform.cards import (
    HOST,
    MNO_SD,
    RECOGNITION,
    SCP03,
    SSD,
    card_with,
    host,
    package,
    select,
    send,
)

SSD_HOST = HostKeys(0x31, b"\x44" * 32, b"\x55" * 32, b"\x66" * 32)
LIST_ALL = "80F24002024F0000"


@pytest.fixture
def card() -> Card:
    return card_with(package())


def refused(card: Card, level: int, keys: HostKeys = HOST, of: bytes = MNO_SD, mode: int = 8) -> int:
    """The status word with which a session is refused."""
    select(card, of)
    with pytest.raises(Scp03Error) as error:
        Scp03Host(card.transmit, keys, mode).open(level)
    return error.value.sw


def test_fci(card: Card) -> None:
    management = RECOGNITION[2:].hex().upper()
    assert select(card) == f"6F408408A000000151000000A534{management}9F6501FF9000"
    assert select(card, SSD) == f"6F118409{SSD.hex().upper()}A5049F6501FF9000"


def test_they_are_there_only_as_long_as_their_profile_is_enabled(card: Card) -> None:
    assert send(card, "00A4040009A000000151535041FF") == "6A82"
    assert select(card, MNO_SD[:5]).startswith("6F40")
    empty = Card.manufacture(seed=1)
    assert select(empty) == "6A82"
    opened = host(card)
    profiles = ProfileStore(card.nvm)
    enabled = profiles.enabled()
    assert enabled is not None
    with card.nvm.transaction():
        profiles.delete(enabled)
    assert opened.send(bytes.fromhex(LIST_ALL)) == (b"", 0x6985)
    assert select(card) == "6A82"


@pytest.mark.parametrize("level", [0x00, 0x01, 0x03, 0x11, 0x13, 0x33])
def test_every_security_level(card: Card, level: int) -> None:
    opened = host(card, level)
    data, sw = opened.send(bytes.fromhex(LIST_ALL))
    assert sw == 0x9000
    assert data.startswith(b"\xe3")
    assert opened.send(bytes.fromhex("80CA006600")) == (RECOGNITION, 0x9000)
    assert opened.send(bytes.fromhex("80CA004200")) == (b"", 0x6A88)
    assert opened.send(bytes.fromhex("80F2400302 4F0000")) == (b"", 0x6985)
    assert opened.send(bytes.fromhex(LIST_ALL)) == (data, 0x9000)


@pytest.mark.parametrize("length", [16, 24, 32])
@pytest.mark.parametrize("option", [0x00, 0x10, 0x20, 0x60, 0x70, 0x71, 0x01])
def test_every_option_and_key_size(option: int, length: int) -> None:
    keys = HostKeys(SCP03, *(bytes([value]) * length for value in (1, 2, 3)))
    card = card_with(package(option, (keys.enc, keys.mac, keys.dek)))
    select(card)
    opened = Scp03Host(card.transmit, keys, 16 if option & 1 else 8)
    opened.open(0x33 if option & 0x60 == 0x60 else 0x13 if option & 0x20 else 0x03)
    assert opened.i == option
    assert opened.key_diversification == bytes(10)
    assert (opened.sequence_counter is None) == (option & 0x10 == 0)
    data, sw = opened.send(bytes.fromhex(LIST_ALL))
    assert (data[:1], sw) == (b"\xe3", 0x9000)


def test_random_challenges_differ_and_pseudo_random_ones_count() -> None:
    for option, counters in ((0x00, [None, None]), (0x70, [1, 2])):
        card = card_with(package(option))
        opened = [host(card, 0x01) for _ in range(2)]
        assert [each.sequence_counter for each in opened] == counters
        assert opened[0].card_challenge != opened[1].card_challenge


def test_a_counter_at_its_end_lets_nobody_in(card: Card) -> None:
    memory = card.uicc.running.memory
    with memory.transaction():
        memory.set(keys.SCP03_COUNTER, 0xFFFFFE, f"{MNO_SD.hex()}/30")
    assert host(card).sequence_counter == 0xFFFFFF
    assert refused(card, 0x33) == 0x6985


def test_the_counter_survives_a_reset(card: Card) -> None:
    assert host(card).sequence_counter == 1
    card.reset()
    assert host(card).sequence_counter == 2


@pytest.mark.parametrize(
    ("option", "level"), [(0x10, 0x11), (0x30, 0x33), (0x70, 0x10), (0x70, 0x02), (0x70, 0x80)]
)
def test_levels_that_the_domain_does_not_offer(option: int, level: int) -> None:
    assert refused(card_with(package(option)), level) == 0x6A86


def test_wrong_keys(card: Card) -> None:
    select(card)
    with pytest.raises(Scp03Error, match="card cryptogram"):
        Scp03Host(card.transmit, HostKeys(SCP03, HOST.enc, bytes(16), HOST.dek)).open()
    assert refused(card, 0x01, HostKeys(0x3F, *(bytes(16),) * 3)) == 0x6A88
    assert refused(card, 0x01, HostKeys(0x02, *(bytes(16),) * 3)) == 0x6A88  # for SCP80
    assert refused(card, 0x01, HOST, mode=16) == 0x6700


def test_key_version_0_is_the_first_scp03_key_set(card: Card) -> None:
    select(card)
    opened = Scp03Host(card.transmit, HostKeys(0, HOST.enc, HOST.mac, HOST.dek))
    opened.open(0x33)
    assert opened.send(bytes.fromhex("80CA006600"))[1] == 0x9000


def test_a_supplementary_domain_has_keys_of_its_own(card: Card) -> None:
    opened = host(card, 0x33, SSD, SSD_HOST)
    data, sw = opened.send(bytes.fromhex(LIST_ALL))
    assert sw == 0x9000
    assert (
        data.hex().upper()
        == "E3274F09A000000151535041029F70010FC503800000C407A0000001515350CC08A000000151000000"
    )
    assert refused(card, 0x01, HOST, SSD) == 0x6A88


def test_wrong_cryptogram_and_wrong_mac(card: Card) -> None:
    select(card)
    for position, expected in ((5, "6300"), (12, "6300"), (13, "6982"), (20, "6982")):
        opened = Scp03Host(card.transmit, HOST)
        opened.take_initialize_update(card.transmit(opened.initialize_update())[:-2])
        authenticate = bytearray(opened.external_authenticate(0x01))
        authenticate[position] ^= 1
        assert send(card, authenticate.hex()) == expected
        authenticate[position] ^= 1
        assert send(card, authenticate.hex()) == "6985"
        assert send(card, LIST_ALL) == "6982"


def test_external_authenticate_of_another_length(card: Card) -> None:
    select(card)
    opened = Scp03Host(card.transmit, HOST)
    opened.take_initialize_update(card.transmit(opened.initialize_update())[:-2])
    authenticate = opened.external_authenticate(0x01)
    assert send(card, authenticate[:4].hex() + "0F" + authenticate[5:20].hex()) == "6700"
    assert send(card, authenticate.hex()) == "6985"


REFUSED = {
    "EXTERNAL AUTHENTICATE alone": ("8482010010" + "00" * 16, "6985"),
    "EXTERNAL AUTHENTICATE not secured": ("8082010010" + "00" * 16, "6E00"),
    "EXTERNAL AUTHENTICATE interindustry": ("0482010010" + "00" * 16, "6E00"),
    "INITIALIZE UPDATE secured": ("8450300008" + "00" * 8, "6E00"),
    "INITIALIZE UPDATE interindustry": ("0050300008" + "00" * 8, "6E00"),
    "INITIALIZE UPDATE with P2": ("8050300108" + "00" * 8, "6A86"),
    "INITIALIZE UPDATE without challenge": ("8050300000", "6700"),
    "INITIALIZE UPDATE, 7 bytes": ("8050300007" + "00" * 7, "6700"),
    "no session": (LIST_ALL, "6982"),
    "no session, secured": ("84F24002024F0000", "6982"),
    "secure messaging of ISO/IEC 7816-4": ("8CF24002024F0000", "6882"),
    "unknown": ("80FF0000", "6D00"),
    "interindustry": ("00F24002024F0000", "6E00"),
    "SELECT, secured": ("04A4040000", "6982"),
    "GET DATA": ("00CA006600", RECOGNITION.hex().upper() + "9000"),
}


@pytest.mark.parametrize(("command", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_without_a_session(card: Card, command: str, expected: str) -> None:
    select(card)
    assert send(card, command) == expected


def test_other_applications_still_refuse_secure_messaging(card: Card) -> None:
    assert send(card, "84CA006600") == "6882"
    select(card)
    assert send(card, "04A4040000") == "6982"


@pytest.mark.parametrize("attack", ["plain", "changed", "repeated", "out of order", "short", "another level"])
def test_what_breaks_a_session_off(card: Card, attack: str) -> None:
    opened = host(card, 0x33)
    first, second = (opened.wrap(bytes.fromhex("80CA006600")) for _ in range(2))
    commands = {
        "plain": [bytes.fromhex("80CA006600")],
        "changed": [first[:-2] + bytes([first[-2] ^ 1]) + first[-1:]],
        "repeated": [first, first],
        "out of order": [second],
        "short": [bytes.fromhex("84CA00660400000000")],
        "another level": [Scp03Host.wrap(_with_level(opened, 0x01), bytes.fromhex(LIST_ALL))],
    }[attack]
    answers = [card.transmit(command)[-2:].hex() for command in commands]
    assert answers == ["9000"] * (len(commands) - 1) + ["6982"]
    assert send(card, "80CA006600") == "6982"
    assert send(card, LIST_ALL) == "6982"
    assert host(card, 0x33).send(bytes.fromhex(LIST_ALL))[1] == 0x9000


def _with_level(opened: Scp03Host, level: int) -> Scp03Host:
    opened.level = level
    opened._count = 0
    opened._chain = bytes(16)
    return opened


@pytest.mark.parametrize("content", [bytes(15), bytes(16)], ids=["no whole block", "no padding"])
def test_a_right_mac_over_what_cannot_be_deciphered(card: Card, content: bytes) -> None:
    opened = host(card, 0x03)
    protected = opened._with_mac(0x80, bytes.fromhex("F24002"), content)
    assert send(card, protected.hex()) == "6982"
    assert send(card, LIST_ALL) == "6982"


def test_a_level_without_protection_refuses_protected_commands(card: Card) -> None:
    opened = host(card, 0x00)
    assert opened.send(bytes.fromhex(LIST_ALL))[1] == 0x9000
    assert send(card, "84CA006608" + "00" * 8) == "6982"
    assert send(card, LIST_ALL) == "6982"


def test_a_session_ends_with_the_selection(card: Card) -> None:
    host(card, 0x00)
    assert send(card, LIST_ALL).endswith("9000")
    select(card)
    assert send(card, LIST_ALL) == "6982"


def test_a_session_ends_with_a_new_one(card: Card) -> None:
    host(card, 0x00)
    select_less = Scp03Host(card.transmit, HOST)
    select_less.take_initialize_update(card.transmit(select_less.initialize_update())[:-2])
    assert send(card, LIST_ALL) == "6982"


def test_each_channel_has_its_session(card: Card) -> None:
    assert send(card, "0070000001") == "019000"
    assert send(card, "0070000505") == "9000"
    first = host(card, 0x33)
    sessions = [first]
    for channel, cla in ((1, "01"), (5, "41")):
        assert send(card, f"{cla}A4040008A00000015100000000").endswith("9000")
        other = Scp03Host(card.transmit, HOST, channel=channel)
        other.open(0x33)
        sessions.append(other)
    for opened in sessions:
        assert opened.send(bytes.fromhex("80CA006600")) == (RECOGNITION, 0x9000)


def test_extended_length(card: Card) -> None:
    opened = host(card, 0x01)
    protected = bytearray(opened.wrap(bytes.fromhex(LIST_ALL)))
    command = Command.parse(bytes(protected))
    command.extended = True
    assert send(card, command.encode().hex()) == "6982"  # the MAC covers the other form of Lc


def test_the_first_key_set_and_no_other_answers_a_domain_without_keys(card: Card) -> None:
    opened = host(card, 0x03)
    new = "A0000001515350AA"
    data = bytes.fromhex(f"07A0000001515350 08A000000151535041 08{new} 0180 02C900 00")
    assert opened.send(bytes([0x80, 0xE6, 0x0C, 0x00, len(data)]) + data + b"\x00") == (b"\x00", 0x9000)
    below = host(card, 0x33, bytes.fromhex(new))
    assert below.send(bytes.fromhex("80CA00E000")) == (bytes.fromhex("E000"), 0x9000)
    put = below.encrypt_key(b"\x77" * 16)
    fields = b"".join(b"\x88\x11\x10" + put + b"\x00" for _ in range(3))
    command = bytes([0x80, 0xD8, 0x00, 0x81, 1 + len(fields), 0x35]) + fields
    assert below.send(command + b"\x00") == (b"\x35", 0x9000)
    again = bytes([0x80, 0xD8, 0x35, 0x81, 1 + len(fields), 0x35]) + fields
    assert below.send(again + b"\x00") == (b"\x35", 0x9000)
    own = HostKeys(0x35, *(b"\x77" * 16,) * 3)
    assert host(card, 0x33, bytes.fromhex(new), own).send(bytes.fromhex("80CA00E000"))[1] == 0x9000
    assert refused(card, 0x01, HOST, bytes.fromhex(new)) == 0x6A88
