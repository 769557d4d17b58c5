"""TERMINAL PROFILE: which commands and events it allows."""

from __future__ import annotations

import pytest

from apdu.cat import CommandType, Event, TerminalProfile, profile
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
