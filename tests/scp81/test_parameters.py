"""Triggers and parameters of sessions, by bytes."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from random import Random

import pytest

from apdu import tlv
from apdu.cat.bearer import OtherAddress, TransportLevel
from euicc.m2m.scp81.http import Request
from euicc.m2m.scp81.parameters import (
    ConnectionParameters,
    HttpParameters,
    ParametersError,
    RetryPolicy,
    SecurityParameters,
    SessionParameters,
    addressing,
    trigger,
)
from euicc.m2m.scp81.session import prepare
from euicc.testing.m2m.https_admin_trigger import AdminTrigger
from tests.scp81.line import HERE, Domain

WHOLE = bytes.fromhex(
    "813E 833C"
    "8413 350103 39020578 3C030220FB 3E05217F000001"
    "8508 04DEADBEEF 02 40 01"
    "8607 0003 2503 100300"
    "8912 8A04 686F7374 8C0A 2F7365727665722F3F61"
)


def test_a_trigger_part_by_part() -> None:
    found = trigger(WHOLE)
    assert found is not None
    assert found.connection is not None
    assert found.connection.server == (
        OtherAddress(IPv4Address("127.0.0.1")),
        TransportLevel(2, 0x20FB),
    )
    assert found.security == SecurityParameters(b"\xde\xad\xbe\xef", (0x40, 0x01))
    assert found.retry == RetryPolicy(3, 1 * 3600 + 30 * 60)
    assert found.http == HttpParameters("host", None, "/server/?a")
    assert trigger(tlv.encode(0xAA, WHOLE)) == found


def test_parameters_are_kept_as_they_came() -> None:
    found = SessionParameters.decode(HERE.session)
    assert SessionParameters.decode(found.encode()) == found


def test_what_is_no_trigger() -> None:
    for script in (
        "",
        "00A4040000",
        "AA07220580CAFF2100",
        "AA03810101",
        "AE80220580CAFF21000000",
        "80E28800",
    ):
        assert trigger(bytes.fromhex(script)) is None


@pytest.mark.parametrize("script", ["8100", "8102B300", "81028300"])
def test_a_trigger_may_leave_everything_to_what_is_kept(script: str) -> None:
    assert trigger(bytes.fromhex(script)) == SessionParameters()


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("00", SecurityParameters(b"", None)),
        ("", SecurityParameters(b"", None)),
        ("00 02 40 01", SecurityParameters(b"", (0x40, 1))),
        ("00 02 01 40", SecurityParameters(b"", (0x40, 1))),
        ("00 02 40 01 05", SecurityParameters(b"", (0x40, 1))),
        ("04DEADBEEF 02 00 40", SecurityParameters(b"\xde\xad\xbe\xef", (0x40, 0))),
        ("00 02 41 42", SecurityParameters(b"", (0x41, 0x42))),
    ],
)
def test_security_parameters(value: str, wanted: SecurityParameters) -> None:
    assert SecurityParameters.decode(bytes.fromhex(value)) == wanted


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("0001 2503 001000", RetryPolicy(1, 60)),
        ("0001 A503 001000", RetryPolicy(1, 60)),
        ("B000 2503 009595", RetryPolicy(0xB000, 59 * 60 + 59)),
        ("0001 000000003C", RetryPolicy(1, 60)),
        ("0001 FFFFFFFFFF 82020102", RetryPolicy(1, 359999)),
    ],
)
def test_retry_policies(value: str, wanted: RetryPolicy) -> None:
    """The first is what a card on sale keeps; the delay is a Timer value, or a number."""
    assert RetryPolicy.decode(bytes.fromhex(value)) == wanted


@pytest.mark.parametrize(
    "script",
    [
        "81",
        "8105",
        "8103830184",
        "8104 8302 8401",
        "8105 8303 840135",
        "8106 8304 8502 0541",
        "8107 8305 8503 000340",
        "8106 8304 8602 0001",
        "810B 8309 8607 0001 2503 FF0000",
        "8108 8306 8904 8C02 0D0A",
        "8106 8304 8902 8C00",
        "8108 8306 8904 8A02 C3A9",
    ],
)
def test_triggers_that_cannot_be_read(script: str) -> None:
    with pytest.raises(ParametersError):
        trigger(bytes.fromhex(script))


@pytest.mark.parametrize(
    "connection",
    [
        "",
        "3C030220FB",
        "3E05217F000001",
        "3C030220FB 3E00",
        "3C030120FB 3E05217F000001",
        "3C0220FB 3E05217F000001",
        "3C030220FB 3E05227F000001",
        "3C030220FB 3E05217F000001 390101",
        "3C030220FB 3E05217F000001 3500",
        "3C030220FB 3E05217F000001 4781E0" + "01" * 0xE0,
    ],
)
def test_connections_that_cannot_be_opened(connection: str) -> None:
    with pytest.raises(ParametersError):
        ConnectionParameters.decode(bytes.fromhex(connection)).open_channel()


def test_addressing_parameters_in_any_of_their_forms() -> None:
    """Parameters of 83 with or without it, objects of 84 by themselves, or some of each."""
    whole = SessionParameters.decode(HERE.session)
    assert whole.connection is not None
    assert addressing(HERE.session) == whole
    assert addressing(tlv.encode(0x83, HERE.session)) == whole
    bare = addressing(
        bytes.fromhex("3C030220FB 3E05217F000001 8202FFFF") + tlv.encode(0x89, tlv.encode(0x8C, b"/a"))
    )
    assert bare.connection is not None
    assert bare.connection.server == whole.connection.server
    assert (bare.security, bare.http.uri) == (None, "/a")
    for block in ("84", "8401 35", "8503 000340"):
        with pytest.raises(ParametersError):
            addressing(bytes.fromhex(block))


@pytest.mark.parametrize("uri", ["//[", "/a b"])
def test_a_first_uri_that_is_none(uri: str) -> None:
    with pytest.raises(ParametersError):
        first_request(AdminTrigger(IPv4Address("127.0.0.1"), 1, uri))


def test_the_terminals_own_address_is_not_the_servers() -> None:
    value = bytes.fromhex("3E0521 0A000001 3C030220FB 3E0521 7F000001")
    assert ConnectionParameters.decode(value).server[0] == OtherAddress(IPv4Address("127.0.0.1"))


def first_request(trigger: AdminTrigger) -> Request:
    return prepare(Domain(), SessionParameters.decode(trigger.session)).first


@pytest.mark.parametrize(
    ("given", "uri", "host"),
    [
        (HERE, "/gsma/adminagent", "127.0.0.1:8443"),
        (AdminTrigger(IPv4Address("10.0.0.1"), 443, "https://smsr.example/a?b=1"), "/a?b=1", "10.0.0.1"),
        (AdminTrigger(IPv6Address("::1"), 80, "agent", "smsr.example"), "/agent", "smsr.example"),
        (AdminTrigger(IPv6Address("::1"), 8080, "?a"), "/?a", "[::1]:8080"),
    ],
)
def test_where_the_first_request_goes(given: AdminTrigger, uri: str, host: str) -> None:
    assert (first_request(given).uri, first_request(given).host) == (uri, host)


def test_an_agent_of_its_own() -> None:
    http = HttpParameters.decode(tlv.encode(0x8B, b"//se-id/iccid/8901"))
    parameters = SessionParameters(http=http).over(SessionParameters.decode(HERE.session))
    first = prepare(Domain(), parameters).first
    assert b"X-Admin-From: //se-id/iccid/8901\r\n" in first.encode()


@pytest.mark.parametrize("seed", range(30))
def test_garbage_is_refused_and_nothing_else(seed: int) -> None:
    dice = Random(seed)
    for _ in range(20):
        script = bytearray(WHOLE)
        for _ in range(dice.randrange(1, 4)):
            script[dice.randrange(len(script))] = dice.randrange(256)
        try:
            found = trigger(bytes(script))
            if found is not None:
                prepare(Domain(), found)
        except ParametersError:
            continue
