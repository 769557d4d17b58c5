"""Every alert, provoked by bytes: who is sent them, at which point, and what it says to its peer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from euicc.crypto.tls_psk import (
    PSK_AES128_CBC_SHA256,
    PSK_AES128_GCM_SHA256,
    SUITES,
    Alert,
    Client,
    Connection,
    Suite,
    TlsError,
    schedule,
)
from euicc.crypto.tls_psk.messages import ClientHello, ServerHello, framed
from euicc.crypto.tls_psk.records import ContentType
from euicc.crypto.tls_psk.vectors import vector
from tests.tls_psk.ends import (
    ALERT,
    CHANGE,
    DATA,
    HANDSHAKE,
    IDENTITY,
    KEYS,
    PSK,
    RawClient,
    RawServer,
    exchange,
    message,
    met,
    pair,
    random,
    record,
)

HELLO = ClientHello(bytes(32), (0x00A8,))
ANSWER = ServerHello(bytes(32), 0x00A8)
CLIENT_HELLO, SERVER_HELLO, CERTIFICATE, KEY_EXCHANGE, DONE, CLIENT_KEY, FINISHED = 1, 2, 11, 12, 14, 16, 20


def hello(**changes: object) -> bytes:
    fields = {"random": HELLO.random, "suites": HELLO.suites} | changes
    return message(CLIENT_HELLO, ClientHello(**fields).encode())  # type: ignore[arg-type]


def answer(**changes: object) -> bytes:
    fields = {"random": ANSWER.random, "suite": ANSWER.suite} | changes
    return message(SERVER_HELLO, ServerHello(**fields).encode())  # type: ignore[arg-type]


def refused(end: Connection, data: bytes, alert: Alert) -> None:
    """It fails with this alert, says so as the last it says, and stays failed."""
    end.outgoing()
    with pytest.raises(TlsError) as caught:
        end.feed(data)
    assert (caught.value.alert, caught.value.by_peer) == (alert, False)
    assert end.outgoing()
    with pytest.raises(TlsError) as again:
        end.feed(b"")
    assert again.value is caught.value
    end.close()
    assert end.outgoing() == b""


TO_SERVER: dict[str, tuple[bytes, Alert]] = {
    "another protocol": (b"GET / HTTP/1.1\r\n", Alert.UNEXPECTED_MESSAGE),
    "a heartbeat": (record(24, b"\x01"), Alert.UNEXPECTED_MESSAGE),
    "SSL 2": (record(HANDSHAKE, b"\x01", 0x0200), Alert.PROTOCOL_VERSION),
    "a long record": (b"\x16\x03\x03\x40\x01", Alert.RECORD_OVERFLOW),
    "an empty record": (record(HANDSHAKE, b""), Alert.UNEXPECTED_MESSAGE),
    "data at once": (record(DATA, b"GET"), Alert.UNEXPECTED_MESSAGE),
    "a change at once": (record(CHANGE, b"\x01"), Alert.UNEXPECTED_MESSAGE),
    "a change that is none": (record(CHANGE, b"\x02"), Alert.DECODE_ERROR),
    "a change within a message": (
        record(HANDSHAKE, b"\x01") + record(CHANGE, b"\x01"),
        Alert.UNEXPECTED_MESSAGE,
    ),
    "a long alert": (record(ALERT, b"\x01\x00\x00"), Alert.DECODE_ERROR),
    "an alert of level 3": (record(ALERT, b"\x03\x0a"), Alert.ILLEGAL_PARAMETER),
    "the wrong message": (message(CLIENT_KEY, b"\0\0"), Alert.UNEXPECTED_MESSAGE),
    "a message without end": (record(HANDSHAKE, b"\x01\xff\xff\xff"), Alert.DECODE_ERROR),
    "TLS 1.1": (hello(version=0x0302), Alert.PROTOCOL_VERSION),
    "an older record afterwards": (
        hello() + record(HANDSHAKE, framed(CLIENT_KEY, b"\0\0"), 0x0301),
        Alert.PROTOCOL_VERSION,
    ),
    "no suite in common": (hello(suites=(0x008C, 0x1301)), Alert.HANDSHAKE_FAILURE),
    "no suite at all": (hello(suites=()), Alert.DECODE_ERROR),
    "compression only": (hello(compressions=b"\x01"), Alert.ILLEGAL_PARAMETER),
    "no compression method": (hello(compressions=b""), Alert.DECODE_ERROR),
    "a long session": (hello(session_id=bytes(33)), Alert.DECODE_ERROR),
    "fragments of no length": (hello(extensions={1: b"\x05"}), Alert.ILLEGAL_PARAMETER),
    "two fragment lengths": (hello(extensions={1: b"\x01\x01"}), Alert.DECODE_ERROR),
    "extended with content": (hello(extensions={23: b"\x00"}), Alert.DECODE_ERROR),
    "an earlier handshake": (hello(extensions={0xFF01: b"\x01\x00"}), Alert.HANDSHAKE_FAILURE),
    "half a hello": (message(CLIENT_HELLO, HELLO.encode()[:20]), Alert.DECODE_ERROR),
    "more than a hello": (message(CLIENT_HELLO, HELLO.encode() + b"\0\0\0"), Alert.DECODE_ERROR),
    "extensions that overflow": (
        message(CLIENT_HELLO, HELLO.encode() + b"\0\x04\0\x01\0\x05"),
        Alert.DECODE_ERROR,
    ),
    "an extension twice": (
        message(CLIENT_HELLO, HELLO.encode() + vector(2, b"\0\x17\0\0\0\x17\0\0")),
        Alert.ILLEGAL_PARAMETER,
    ),
    "unknown identity": (hello() + message(CLIENT_KEY, vector(2, b"me")), Alert.UNKNOWN_PSK_IDENTITY),
    "half an identity": (hello() + message(CLIENT_KEY, b"\0\x05me"), Alert.DECODE_ERROR),
    "more than an identity": (hello() + message(CLIENT_KEY, b"\0\0me"), Alert.DECODE_ERROR),
    "no change": (
        hello() + message(CLIENT_KEY, vector(2, IDENTITY)) + message(FINISHED, bytes(12)),
        Alert.UNEXPECTED_MESSAGE,
    ),
    "garbage as Finished": (
        hello()
        + message(CLIENT_KEY, vector(2, IDENTITY))
        + record(CHANGE, b"\x01")
        + record(HANDSHAKE, bytes(40)),
        Alert.BAD_RECORD_MAC,
    ),
    "a long protected record": (
        hello()
        + message(CLIENT_KEY, vector(2, IDENTITY))
        + record(CHANGE, b"\x01")
        + b"\x16\x03\x03\x48\x01",
        Alert.RECORD_OVERFLOW,
    ),
}

TO_CLIENT: dict[str, tuple[bytes, Alert]] = {
    "a certificate": (answer() + message(CERTIFICATE, b"\0\0\0"), Alert.UNEXPECTED_MESSAGE),
    "TLS 1.1": (answer(version=0x0302), Alert.PROTOCOL_VERSION),
    "TLS 1.3": (answer(version=0x0304), Alert.PROTOCOL_VERSION),
    "another suite": (answer(suite=0x008C), Alert.ILLEGAL_PARAMETER),
    "compression": (answer(compression=1), Alert.ILLEGAL_PARAMETER),
    "an extension of its own": (answer(extensions={35: b""}), Alert.UNSUPPORTED_EXTENSION),
    "longer fragments": (answer(extensions={1: b"\x02"}), Alert.ILLEGAL_PARAMETER),
    "an earlier handshake": (answer(extensions={0xFF01: b"\x01\x00"}), Alert.HANDSHAKE_FAILURE),
    "half a hint": (answer() + message(KEY_EXCHANGE, b"\0\x01"), Alert.DECODE_ERROR),
    "two hints": (answer() + 2 * message(KEY_EXCHANGE, b"\0\0"), Alert.UNEXPECTED_MESSAGE),
    "done with something": (answer() + message(DONE, b"\0"), Alert.DECODE_ERROR),
    "no change": (answer() + message(DONE, b"") + message(FINISHED, bytes(12)), Alert.UNEXPECTED_MESSAGE),
    "half a hello": (message(SERVER_HELLO, ANSWER.encode()[:-1]), Alert.DECODE_ERROR),
    "data": (answer() + record(DATA, b"HTTP"), Alert.UNEXPECTED_MESSAGE),
}


ELSEWHERE = {Alert.CLOSE_NOTIFY, Alert.DECRYPT_ERROR, Alert.NO_RENEGOTIATION}
"""Those that other tests provoke."""


def test_there_is_no_other_alert() -> None:
    assert {alert for _, alert in (*TO_SERVER.values(), *TO_CLIENT.values())} | ELSEWHERE == set(Alert)


@pytest.mark.parametrize("name", TO_SERVER)
def test_what_a_server_refuses(name: str) -> None:
    data, alert = TO_SERVER[name]
    refused(pair()[1], data, alert)


@pytest.mark.parametrize("name", TO_CLIENT)
def test_what_a_client_refuses(name: str) -> None:
    data, alert = TO_CLIENT[name]
    client, _ = pair(fragment_length=512)
    refused(client, data, alert)


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_a_changed_record_is_noticed(suite: Suite) -> None:
    client, _ = met([suite])
    client.send(b"pay 100")
    flight = client.outgoing()
    for offset in range(5, len(flight)):
        bent = bytearray(flight)
        bent[offset] ^= 0x01
        refused(met([suite])[1], bytes(bent), Alert.BAD_RECORD_MAC)


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
@pytest.mark.parametrize("size", [1, 23, 48, 64])
def test_a_record_too_short_or_out_of_step_is_noticed(suite: Suite, size: int) -> None:
    refused(met([suite])[0], record(DATA, bytes(size)), Alert.BAD_RECORD_MAC)


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_a_record_does_not_count_twice(suite: Suite) -> None:
    client, server = met([suite])
    client.send(b"once")
    flight = client.outgoing()
    server.feed(flight)
    refused(server, flight, Alert.BAD_RECORD_MAC)
    assert server.received() == b"once"


def test_the_type_of_a_record_is_protected() -> None:
    client, server = met()
    client.send(b"\x02\x28")
    refused(server, bytes((ALERT,)) + client.outgoing()[1:], Alert.BAD_RECORD_MAC)


def test_cbc_padding_and_mac_are_one_error() -> None:
    """The last block changed, or the one before: padding or MAC is wrong, and the alert does not tell which."""
    reasons = set()
    for offset in (-1, -17, -33):
        client, server = met([PSK_AES128_CBC_SHA256])
        client.send(b"some data")
        bent = bytearray(client.outgoing())
        bent[offset] ^= 0x80
        with pytest.raises(TlsError) as caught:
            server.feed(bytes(bent))
        reasons.add((caught.value.alert, str(caught.value)))
    assert len(reasons) == 1


def _wrong_finished(length: int) -> Callable[[Connection, bytes, bytes], None]:
    return lambda end, _master, _label: end._say(FINISHED, bytes(length))  # type: ignore[arg-type]


@pytest.mark.parametrize(("length", "alert"), [(12, Alert.DECRYPT_ERROR), (11, Alert.DECODE_ERROR)])
@pytest.mark.parametrize("liar", [RawClient, RawServer])
def test_a_wrong_finished(
    liar: type[Connection], length: int, alert: Alert, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(liar, "_finish", _wrong_finished(length))
    client, server = pair()
    with pytest.raises(TlsError) as caught:
        exchange(client, server)
    assert (caught.value.alert, caught.value.by_peer) == (alert, False)
    told = client.error if liar is RawClient else server.error
    assert told is not None
    assert (told.alert, told.by_peer) == (alert, True)


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_a_wrong_key_is_found_at_finished(suite: Suite) -> None:
    client = Client(IDENTITY, b"wrong key", random(1), [suite])
    server = RawServer(KEYS.get, random(2))
    with pytest.raises(TlsError) as caught:
        exchange(client, server)
    assert (caught.value.alert, caught.value.by_peer) == (Alert.BAD_RECORD_MAC, False)
    assert not client.established
    assert client.error is not None


def test_an_established_connection_is_not_renegotiated() -> None:
    client, server = met()
    client.feed(server.utter(HANDSHAKE, framed(0, b"")))
    server.feed(client.utter(HANDSHAKE, framed(1, HELLO.encode())))
    assert client.outgoing() == b""
    assert server.outgoing()
    client.send(b"still here")
    server.feed(client.outgoing())
    assert server.received() == b"still here"


def test_a_hello_request_during_the_handshake_means_nothing() -> None:
    client, server = pair()
    client.feed(message(0, b""))
    exchange(client, server)
    assert client.established


@pytest.mark.parametrize(
    ("kind", "data", "alert"),
    [
        (HANDSHAKE, framed(FINISHED, bytes(12)), Alert.UNEXPECTED_MESSAGE),
        (CHANGE, b"\x01", Alert.UNEXPECTED_MESSAGE),
        (ALERT, b"\x02", Alert.DECODE_ERROR),
        (HANDSHAKE, b"\x00\x00", Alert.UNEXPECTED_MESSAGE),
    ],
)
def test_what_an_established_connection_refuses(kind: int, data: bytes, alert: Alert) -> None:
    client, server = met()
    server.send(b"x")
    refused(client, server.utter(kind, data) + _data_of(server), alert)


def _data_of(server: RawServer) -> bytes:
    server.send(b"data behind")
    return server.outgoing()


def test_bytes_behind_finished_are_refused() -> None:
    class Hasty(RawClient):
        def _finish(self, master: bytes, label: bytes) -> None:
            data = schedule.verify_data(master, label, self._transcript.digest())
            self._write(ContentType.HANDSHAKE, framed(FINISHED, data) + b"\x01")

    client, server = Hasty(IDENTITY, PSK, random(1)), pair()[1]
    with pytest.raises(TlsError) as caught:
        exchange(client, server)
    assert caught.value.alert == Alert.UNEXPECTED_MESSAGE


def test_too_much_in_a_short_record() -> None:
    """A server that promised fragments of 512 bytes keeps to it."""
    client, server = met([PSK_AES128_GCM_SHA256], fragment_length=512)
    server._records.fragment_max = 1024
    refused(client, server.utter(DATA, bytes(513)), Alert.RECORD_OVERFLOW)


@pytest.mark.parametrize("alert", [10, 40, 80, 255])
def test_an_alert_of_the_peer_is_not_answered(alert: int) -> None:
    client, _ = pair()
    client.outgoing()
    with pytest.raises(TlsError) as caught:
        client.feed(record(ALERT, bytes((2, alert))))
    assert (caught.value.alert, caught.value.by_peer) == (alert, True)
    assert client.outgoing() == b""


def test_warnings_change_nothing() -> None:
    client, server = met()
    client.feed(server.utter(ALERT, b"\x01\x5a") + server.utter(ALERT, b"\x01\x64"))
    server.send(b"on we go")
    client.feed(server.outgoing())
    assert client.received() == b"on we go"


def test_nobody_is_told_secrets() -> None:
    client, server = met()
    for end in (client, server):
        assert PSK.hex() not in repr(vars(end)).lower()
