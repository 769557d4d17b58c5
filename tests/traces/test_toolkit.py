"""Proactive commands, responses and envelopes in words."""

from __future__ import annotations

import pytest

from euicc.traces import toolkit
from euicc.traces.tree import ERROR, UNDECODED, Node


def values(tree: Node) -> dict[str, str]:
    return {node.name: node.text for node in tree.children}


def told(reader: str, encoded: str) -> tuple[str, Node]:
    name, tree = getattr(toolkit, reader)(bytes.fromhex(encoded))
    return name, tree


def test_open_channel_hides_user_and_password() -> None:
    name, tree = told(
        "proactive",
        "D042 8103014001 82028182 B50702030403041F02 B90203E8 C70A06546573744770027273"
        "8D0804557365724C6F67 8D080455736572507764 BC0302AD9C BE052101010101",
    )
    assert name == "OPEN CHANNEL qualifier 01"
    assert [(node.name, node.text) for node in tree.children] == [
        ("command_details", "number 1, OPEN CHANNEL qualifier 01"),
        ("device_identities", "UICC to terminal"),
        ("bearer_description", "02030403041F02"),
        ("buffer_size", "1000"),
        ("network_access_name", "TestGp.rs"),
        ("text_string", "masked"),
        ("text_string", "masked"),
        ("transport_level", "protocol 2, port 44444"),
        ("other_address", "1.1.1.1"),
    ]


@pytest.mark.parametrize(
    ("encoded", "name", "value"),
    [
        ("D012 8103010101 82028182 920701 3F007FFF6F07", "file_list", "3F007FFF6F07"),
        ("D00D 8103010300 82028182 84020114", "duration", "20 s"),
        ("D00D 8103010300 82028182 84020714", "duration", "0714 (not decoded: reserved unit of time 07)"),
        ("D00D 8103010500 82028182 99020309", "event_list", "location status, data available"),
        ("D00F 8103012180 82028102 8D04044F6B21", "text_string", "Ok!"),
        ("D010 8103012500 82028182 8F0501 4D656E75", "item", "1 Menu"),
        ("D011 8103012700 82028182 A40101A503005000", "timer_value", "300 s"),
        ("D00C 8103014200 82028121 B701C8", "device_identities", "UICC to channel 1"),
        ("D00B 8103014200 82028182 7E00", "tag_7E", "empty"),
    ],
)
def test_commands(encoded: str, name: str, value: str) -> None:
    assert values(told("proactive", encoded)[1])[name] == value


@pytest.mark.parametrize(
    ("encoded", "words", "name", "value"),
    [
        (
            "8103012600 82028281 830100 930700F11000010002",
            "PROVIDE LOCAL INFORMATION: performed",
            "location_information",
            "001-01, area 0001, cell 0002",
        ),
        (
            "8103012600 82028281 830106 9305FFFFFFFFFE",
            "PROVIDE LOCAL INFORMATION: limited service",
            "location_information",
            "no network, area FFFE",
        ),
        (
            "8103012601 82028281 830100 94081A32547698103254",
            "PROVIDE LOCAL INFORMATION qualifier 01: performed",
            "imei",
            "123456789012345",
        ),
        (
            "8103014001 82028281 830100 B8028100",
            "OPEN CHANNEL qualifier 01: performed",
            "channel_status",
            "channel 1 open",
        ),
        (
            "8103014001 82028281 830100 B8020105",
            "OPEN CHANNEL qualifier 01: performed",
            "channel_status",
            "channel 1 dropped",
        ),
        (
            "8103014001 82028281 83023A01 B8020000",
            "OPEN CHANNEL qualifier 01: bearer independent protocol error, 01",
            "channel_status",
            "no channel",
        ),
    ],
)
def test_responses(encoded: str, words: str, name: str, value: str) -> None:
    found, tree = told("terminal_response", encoded)
    assert found == words
    assert values(tree)[name] == value
    assert (tree.trouble == ERROR) is ("error" in words)


@pytest.mark.parametrize(
    ("encoded", "can"),
    [
        ("010080", "profile download, refresh"),
        ("00000000000000000000000142", "open channel, bearer gprs, 2 channels"),
        ("", "nothing"),
    ],
)
def test_terminal_profiles(encoded: str, can: str) -> None:
    tree = toolkit.profile(bytes.fromhex(encoded))
    assert values(tree) == {"profile": encoded or "empty", "facilities": can}


def test_envelopes() -> None:
    name, tree = told("envelope", "D613 990103 82028281 9B0100 930700F11000010001")
    assert name == "event download"
    assert values(tree)["event_list"] == "location status"
    assert told("envelope", "D307820201819001 02")[0] == "menu selection"
    assert told("envelope", "D800")[0] == "tag D8"


@pytest.mark.parametrize("encoded", ["", "D0", "D009", "81", "D003818001"])
@pytest.mark.parametrize("reader", ["proactive", "terminal_response", "envelope"])
def test_garbage_is_shown_as_it_is(reader: str, encoded: str) -> None:
    name, tree = told(reader, encoded)
    assert (name, tree.trouble) == ("", UNDECODED)
