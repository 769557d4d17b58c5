"""TERMINAL PROFILE: which commands and events it allows."""

from __future__ import annotations

import pytest

from apdu.cat import CommandType, Event, TerminalProfile, profile, words
from apdu.cat.codes import LocalInformation

REFRESH_ONLY = TerminalProfile(bytes.fromhex("010080"))
EVERYTHING = TerminalProfile(b"\xff" * 30)


def test_a_profile_of_facilities() -> None:
    made = TerminalProfile.of([profile.PROFILE_DOWNLOAD, profile.REFRESH])
    assert made == REFRESH_ONLY
    assert made.has(profile.REFRESH)
    assert not made.has(profile.OPEN_CHANNEL)
    assert TerminalProfile.of([]) == b""


def test_the_number_of_channels() -> None:
    made = TerminalProfile.of([profile.OPEN_CHANNEL, profile.BEARER_GPRS], channels=7)
    assert made.hex() == "00" * 11 + "01E2".lower()
    assert made.channels == 7
    assert REFRESH_ONLY.channels == 0


@pytest.mark.parametrize("kind", profile.COMMANDS)
def test_a_command_needs_its_bit(kind: int) -> None:
    assert EVERYTHING.allows(kind)
    assert TerminalProfile.of([profile.COMMANDS[kind]]).allows(kind)
    assert not TerminalProfile(b"").allows(kind)


@pytest.mark.parametrize(
    ("bits", "kind", "qualifier", "allowed"),
    [
        ("00000040", CommandType.PROVIDE_LOCAL_INFORMATION, LocalInformation.IMEI, True),
        ("00000040", CommandType.PROVIDE_LOCAL_INFORMATION, LocalInformation.LANGUAGE, False),
        ("000000000000000008", CommandType.PROVIDE_LOCAL_INFORMATION, LocalInformation.LANGUAGE, True),
        ("00000000", CommandType.PROVIDE_LOCAL_INFORMATION, 0x0D, False),
        ("0000000000000001", CommandType.TIMER_MANAGEMENT, 0, True),
        ("0000000000000001", CommandType.TIMER_MANAGEMENT, 2, False),
        ("0000000000000003", CommandType.TIMER_MANAGEMENT, 2, True),
        ("00007F", CommandType.REFRESH, 4, False),
        ("000000000000000000000008", CommandType.SEND_DATA, 1, True),
        ("", 0x7E, 0, True),
    ],
)
def test_which_commands_are_allowed(bits: str, kind: int, qualifier: int, allowed: bool) -> None:
    assert TerminalProfile(bytes.fromhex(bits)).allows(kind, qualifier) is allowed


@pytest.mark.parametrize(
    ("bits", "event", "reported"),
    [
        ("0000000010", Event.LOCATION_STATUS, True),
        ("00000000EF", Event.LOCATION_STATUS, False),
        ("000000000004", Event.DATA_AVAILABLE, True),
        ("000000000004", Event.CHANNEL_STATUS, False),
        ("", Event.IMS_REGISTRATION, True),
    ],
)
def test_which_events_are_reported(bits: str, event: int, reported: bool) -> None:
    assert TerminalProfile(bytes.fromhex(bits)).reports(event) is reported


def test_the_tables_name_what_the_standard_names() -> None:
    assert set(CommandType) - set(profile.COMMANDS) == {CommandType.GEOGRAPHICAL_LOCATION_REQUEST}
    unnamed = set(Event) - set(profile.EVENTS)
    assert min(unnamed) >= Event.ACCESS_TECHNOLOGY_CHANGE_MULTIPLE


# TS 102 223 5.2 and TS 31.111 5.2, bits from 1 on; "-": has no name here.
BITS = """
1: profile download, sms pp download, cell broadcast download, menu selection, -, timer expiration, -, -
2: -, call control, -, mo short message control, -, -, -, -
3: display text, get inkey, get input, more time, play tone, poll interval, polling off, refresh
4: select item, send short message, send ss, send ussd, set up call, set up menu, provide location and imei,
   provide network measurement results
5: set up event list, event mt call, event call connected, event call disconnected, event location status,
   event user activity, event idle screen available, event card reader status
6: event language selection, event browser termination, event data available, event channel status,
   event access technology change, event display parameters changed, event local connection,
   event network search mode change
7: power on card, power off card, perform card apdu, get reader status, -, -, -, -
8: timer start stop, timer get value, provide date time, -, set up idle mode text, run at command, -, -
9: -, send dtmf, -, provide language, provide timing advance, language notification, launch browser,
   provide access technology
12: open channel, close channel, receive data, send data, get channel status, -, -, -
13: bearer csd, bearer gprs, -, -, -, 1 channels, 2 channels, 4 channels
17: tcp client remote, udp client remote, -, -, -, -, -, -
18: -, -, -, -, provide esn, -, provide imeisv, provide network search mode
22: -, provide battery state, -, -, -, -, -, -
23: -, -, -, -, -, provide meid, -, -
25: event browsing status, -, event frames information change, event wlan access status,
    event network rejection, event hci connectivity, -, -
26: event csg cell selection, event contactless state request, -, -, -, -, -, -
"""


def bits() -> list[tuple[int, int, str]]:
    rows = (row.split(": ") for row in BITS.strip().replace(",\n ", ",").splitlines())
    return [
        (int(byte), bit, name.strip()) for byte, names in rows for bit, name in enumerate(names.split(","))
    ]


@pytest.mark.parametrize(("byte", "bit", "name"), bits())
def test_each_bit_is_where_the_standard_has_it(byte: int, bit: int, name: str) -> None:
    told = words.facilities(TerminalProfile(bytes(byte - 1) + bytes((1 << bit,))))
    assert told == ([] if name == "-" else [name])
