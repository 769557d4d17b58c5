"""A client of ours and a server of ours: what two ends that agree do."""

from __future__ import annotations

import pytest

from euicc.crypto.tls_psk import (
    PSK_AES128_CBC_SHA256,
    PSK_AES128_GCM_SHA256,
    SUITES,
    Client,
    Server,
    Suite,
    TlsError,
)
from euicc.crypto.tls_psk.alerts import alert_name
from euicc.crypto.tls_psk.messages import ClientHello, ServerHello
from tests.tls_psk.ends import IDENTITY, KEYS, PSK, exchange, met, pair, random

BOTH = pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)


@BOTH
def test_both_suites_carry_data_both_ways(suite: Suite) -> None:
    client, server = met([suite])
    assert client.suite is server.suite is suite
    assert server.psk_identity == IDENTITY
    for size in (1, 16, 1400, 40_000):
        client.send(bytes(size))
        server.feed(client.outgoing())
        assert server.received() == bytes(size)
        server.send(b"\xff" * size)
        client.feed(server.outgoing())
        assert client.received() == b"\xff" * size
    assert client.received() == b""


def test_the_server_prefers_gcm() -> None:
    client, _ = met([PSK_AES128_CBC_SHA256, PSK_AES128_GCM_SHA256])
    assert client.suite is PSK_AES128_GCM_SHA256


@BOTH
def test_bytes_may_come_one_by_one(suite: Suite) -> None:
    client, server = pair([suite])
    for _ in range(4):
        for sender, receiver in ((client, server), (server, client)):
            for byte in sender.outgoing():
                receiver.feed(bytes((byte,)))
    assert client.established
    client.send(b"GET")
    for byte in client.outgoing():
        server.feed(bytes((byte,)))
    assert server.received() == b"GET"


@BOTH
def test_the_same_randomness_gives_the_same_bytes(suite: Suite) -> None:
    flights = []
    for _ in range(2):
        client, server = met([suite])
        client.send(b"again")
        server.send(b"and again")
        flights.append(client.outgoing() + server.outgoing())
    assert flights[0] == flights[1]


def test_the_first_flight_by_bytes() -> None:
    client, _ = pair([PSK_AES128_CBC_SHA256], fragment_length=512)
    random_bytes = random(1)(32)
    body = b"\x03\x03" + random_bytes + b"\x00" + bytes.fromhex("0004 00AE 00FF 0100")
    body += bytes.fromhex("0009 0001 0001 01 0017 0000")
    assert client.outgoing() == b"\x16\x03\x03\x00" + bytes((len(body) + 4, 1, 0, 0, len(body))) + body


@pytest.mark.parametrize("length", [512, 1024, 2048, 4096])
def test_records_are_as_short_as_the_client_wants(length: int) -> None:
    client, server = met(fragment_length=length)
    for sender, receiver in ((client, server), (server, client)):
        sender.send(bytes(5000))
        flight = sender.outgoing()
        assert max(_lengths(flight)) == length + 24
        receiver.feed(flight)
        assert receiver.received() == bytes(5000)


def _lengths(flight: bytes) -> list[int]:
    found = []
    while flight:
        length = int.from_bytes(flight[3:5], "big")
        found.append(length)
        flight = flight[5 + length :]
    return found


def test_a_hint_is_read() -> None:
    client, server = Client(IDENTITY, PSK, random(1)), Server(KEYS.get, random(2), hint=b"SM-SR 7")
    exchange(client, server)
    assert (client.established, client.hint) == (True, b"SM-SR 7")


@pytest.mark.parametrize("offered", [True, False])
def test_the_extended_master_secret_is_a_choice(offered: bool) -> None:
    client = Client(IDENTITY, PSK, random(1), extended_master_secret=offered)
    server = Server(KEYS.get, random(2))
    exchange(client, server)
    assert client.established


def test_an_unknown_identity_can_be_hidden() -> None:
    """It fails where a wrong key does, RFC 4279 2: the record of Finished cannot be opened."""
    outcomes = []
    for identity, key in ((b"nobody", PSK), (IDENTITY, b"wrong key")):
        client = Client(identity, key, random(1))
        server = Server(KEYS.get, random(2), hides_identities=True)
        with pytest.raises(TlsError) as caught:
            exchange(client, server)
        assert client.error is not None
        outcomes.append((str(caught.value), client.error.alert, client.error.by_peer))
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][1:] == (20, True)


def test_close_notify_ends_both_directions() -> None:
    client, server = met()
    client.send(b"last words")
    client.close()
    client.close()
    flight = client.outgoing()
    server.feed(flight + b"anything after it is ignored")
    assert (server.received(), server.peer_closed, server.error) == (b"last words", True, None)
    client.feed(server.outgoing())
    assert client.peer_closed
    for end in (client, server):
        end.feed(b"ignored, too")
        assert end.outgoing() == b""
        with pytest.raises(ValueError, match="takes no data"):
            end.send(b"too late")


def test_nothing_is_sent_before_the_handshake_is_over() -> None:
    client, _ = pair()
    with pytest.raises(ValueError, match="takes no data"):
        client.send(b"too early")


@pytest.mark.parametrize(
    ("identity", "psk", "suites", "fragment"),
    [
        (b"", b"", SUITES, None),
        (b"", bytes(1 << 16), SUITES, None),
        (bytes(1 << 16), PSK, SUITES, None),
        (b"", PSK, (), None),
        (b"", PSK, SUITES, 500),
    ],
)
def test_a_client_of_nonsense_is_not_made(
    identity: bytes, psk: bytes, suites: tuple[Suite, ...], fragment: int | None
) -> None:
    with pytest.raises(ValueError):
        Client(identity, psk, random(1), suites, fragment)


def test_hellos_are_read_as_they_were_written() -> None:
    client = ClientHello(bytes(32), (0x00A8, 0x1301), {1: b"\x01", 43: b"\x02\x03\x04"}, session_id=b"id")
    assert ClientHello.parse(client.encode()) == client
    server = ServerHello(bytes(32), 0x00A8, {0xFF01: b"\x00"}, session_id=bytes(32))
    assert ServerHello.parse(server.encode()) == server


def test_alerts_have_names() -> None:
    assert alert_name(20) == "bad_record_mac"
    assert alert_name(80) == "alert 80"
