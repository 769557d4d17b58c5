"""Whatever bytes come: an answer, and never half a change."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from apdu import Command, StatusError, tlv
from euicc.card import Card
from euicc.globalplatform.commands import COMMANDS, execute
from euicc.globalplatform.registry import Entry, Registry
from euicc.globalplatform.session import SecurityLevel, Session
from euicc.runtime import keys
from tests.globalplatform.cards import (
    MNO_SD,
    SCP03,
    SSD,
    SSD_MODULE,
    SSD_PACKAGE,
    card_with,
    host,
    mno_sd,
    package,
    remote,
    select,
)
from tests.isdp.packages import USIM_AID, encode

PACKAGE = encode(package())
TAGS = (
    0x42,
    0x45,
    0x4F,
    0x5C,
    0x66,
    0x73,
    0x80,
    0x81,
    0x82,
    0x91,
    0x93,
    0x94,
    0x99,
    0xBF2A,
    0xFF6B,
    0xC4,
    0xC9,
    0xCA,
)
MORE_TAGS = (0xCF, 0xD0, 0xD2, 0xE2, 0xEA, 0xEF, 0x5F50, 0xBF22)
known = st.sampled_from(
    [MNO_SD, SSD, SSD_PACKAGE, SSD_MODULE, USIM_AID, b"", b"\x01", b"\x02\x01", bytes(16)]
)
value = st.one_of(known, st.binary(max_size=20))
objects = st.recursive(
    value,
    lambda inner: st.lists(st.builds(tlv.encode, st.sampled_from(TAGS + MORE_TAGS), inner), max_size=4).map(
        b"".join
    ),
    max_leaves=6,
)
fields = st.lists(value, max_size=7).map(lambda given: b"".join(bytes([len(each)]) + each for each in given))
dgis = objects.map(lambda data: b"\x00\x70" + bytes([len(data) & 0xFF]) + data)
data = st.one_of(objects, fields, dgis, st.binary(max_size=60))
P1 = st.one_of(
    st.sampled_from([0, 0x80, 0x90, 0x88, 0x40, 0x20, 0x10, 0x02, 0x04, 0x0C, 0x08, 0x60]),
    st.integers(0, 255),
)
P2 = st.one_of(st.sampled_from([0, 1, 2, 3, 0x80, 0x81, 0x82]), st.integers(0, 255))
commands = st.builds(Command, st.just(0x80), st.sampled_from(sorted(COMMANDS)), P1, P2, data)


def state(card: Card) -> list[object]:
    """What the profile remembers, but for the sessions that were begun."""
    memory = card.uicc.running.memory
    kept = [key for key in keys.PROFILE_MEMORY if key is not keys.SCP03_COUNTER]
    return [memory.get(key, name) for key in kept for name in memory.names(key)]


def status_of(card: Card, session: Session, command: Command) -> int:
    try:
        execute(mno_sd(card), session, command)
    except StatusError as error:
        return error.sw
    return 0x9000


@settings(max_examples=400, deadline=None)
@given(st.lists(commands, min_size=1, max_size=6))
def test_scripts(script: list[Command]) -> None:
    card = card_with(PACKAGE)
    session = remote()
    for command in script:
        before = state(card)
        sw = status_of(card, session, command)
        assert sw >> 8 in (0x90, 0x63, 0x67, 0x69, 0x6A, 0x6D, 0x6E, 0x94)
        if sw != 0x9000 and (sw, command.ins) != (0x6A80, 0xE8):  # a wrong load file ends its loading
            assert state(card) == before
    for entry in Registry(card.uicc.running).entries():
        assert Entry.from_bytes(entry.to_bytes()) == entry
    assert select(card).endswith("9000")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80), st.sampled_from([0x00, 0x80, 0x84, 0x04, 0x8C, 0xC0, 0xE0]))
def test_raw_bytes_on_the_local_interface(raw: bytes, cla: int) -> None:
    card = card_with(PACKAGE)
    assert select(card).endswith("9000")
    assert len(card.transmit(bytes([cla]) + raw)) >= 2


@settings(max_examples=150, deadline=None)
@given(st.lists(commands, min_size=1, max_size=5), st.sampled_from([0x00, 0x01, 0x03, 0x11, 0x13, 0x33]))
def test_a_secure_channel_changes_nothing_but_the_way(script: list[Command], level: int) -> None:
    """The same script over SCP03 and straight into a twin of the card."""
    card, twin = card_with(PACKAGE), card_with(PACKAGE)
    opened = host(card, level)
    session = Session(SecurityLevel.AUTHENTICATED | level, SCP03, MNO_SD)
    for command in script:
        short = Command(command.cla, command.ins, command.p1, command.p2, command.data[:200], 256)
        try:
            expected = execute(mno_sd(twin), session, short), 0x9000
        except StatusError as error:
            expected = error.data, error.sw
        assert opened.send(short.encode()) == expected
    assert state(card) == state(twin)
