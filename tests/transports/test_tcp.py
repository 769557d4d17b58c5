"""A card behind a TCP port: what any client does, the server answers, or closes with one line; the card is unharmed."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from apdu import ApduChannel, Recorder, StatusError, TransportError, aid, open_channel, status
from apdu.transport import TransportUnavailable, messages, tcp
from apdu.transport.tcp import TcpTransport
from euicc import Card
from euicc.runtime.atr import ATR
from tests.transports.here import GET_EID, SELECT_ISD_R, STATUS, Here, Troubled, framed, received, works
from tests.transports.served import Served

# -- sessions ---------------------------------------------------------------------------------------------------------


def test_clients_one_after_another_have_the_same_card(card: Card) -> None:
    recorder = Recorder(card)
    with Here(recorder) as server:
        for _ in range(3):
            with server.connect() as transport:
                works(transport, card)
    assert server.lines == []
    assert [each.command for each in recorder.trace.exchanges].count(None) == 3


def test_the_next_client_finds_the_card_freshly_reset(card: Card) -> None:
    with Here(card) as server:
        with server.connect() as transport:
            transport.reset()
            channel = open_channel(transport)
            channel.select(aid.ISD_R)
        with server.connect() as transport, pytest.raises(StatusError) as refused:
            ApduChannel(transport, channel.number).store_data(GET_EID)
    assert refused.value.sw == status.LOGICAL_CHANNEL_NOT_SUPPORTED


@pytest.mark.parametrize("le", [None, 256])
def test_commands_with_and_without_le(card: Card, le: int | None) -> None:
    with Here(card) as server, server.connect() as transport:
        transport.reset()
        channel = open_channel(transport, le=le)
        assert channel.select(aid.ISD_R)[:1] == b"\x6f"
        assert channel.store_data(GET_EID)[5:] == card.identity.eid


def test_two_at_once_the_second_waits_for_the_first_to_leave(card: Card) -> None:
    with Here(card) as server:
        first = server.connect()
        works(first, card)
        second = server.connect()
        done = threading.Thread(target=works, args=(second, card))
        done.start()
        time.sleep(0.3)
        assert first.transmit(STATUS)[-2:] == b"\x90\x00"
        assert done.is_alive()
        first.close()
        done.join(10)
        assert not done.is_alive()
        second.close()
    assert server.lines == []


def test_an_idle_client_loses_its_place_when_another_waits(card: Card) -> None:
    with Here(card, idle=0.3) as server, server.connect() as first:
        works(first, card)
        time.sleep(0.8)
        assert first.transmit(STATUS)[-2:] == b"\x90\x00"  # nobody waits
        with server.connect() as second:
            works(second, card)
        with pytest.raises(TransportError, match="is lost"):
            first.transmit(STATUS)
        assert first.reset() == ATR
    assert [line.split(": ")[1] for line in server.lines] == ["idle for 0.3 s while another client waits"]


# -- controls ---------------------------------------------------------------------------------------------------------


def test_the_controls_are_those_of_the_virtual_reader(card: Card) -> None:
    with Here(card) as server, socket.create_connection(server.address) as client:
        client.sendall(framed(messages.ATR))
        assert received(client, 2 + len(ATR)) == framed(ATR)
        client.sendall(framed(SELECT_ISD_R))
        assert received(client, 4)[2] == 0x61
        client.sendall(framed(messages.RESET) + framed(b"\x00\xc0\x00\x00\x00"))
        assert received(client, 4) == framed(b"\x69\x85")  # the reset has dropped the response
        client.sendall(framed(messages.POWER_OFF) + framed(STATUS))
        assert received(client, 4) == framed(b"\x6f\x00")
        client.sendall(framed(messages.POWER_ON) + framed(messages.ATR))
        assert received(client, 2 + len(ATR)) == framed(ATR)
        client.sendall(framed(b"\x07") + framed(b""))
        assert received(client, 8) == framed(b"\x67\x00") * 2
    assert server.lines == ["a command came while the card had no power"]


def test_messages_in_pieces_and_several_in_one(card: Card) -> None:
    with Here(card) as server, socket.create_connection(server.address) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in framed(STATUS):
            client.sendall(bytes((byte,)))
        whole = framed(card.transmit(STATUS))
        assert received(client, len(whole)) == whole
        client.sendall(framed(STATUS) * 50)
        assert received(client, len(whole) * 50) == whole * 50


def test_a_client_that_writes_length_and_command_apart_does_not_wait_40_ms(card: Card) -> None:
    with Here(card) as server, socket.create_connection(server.address) as client:
        whole = framed(card.transmit(STATUS))
        began = time.monotonic()
        for _ in range(50):
            client.sendall(framed(STATUS)[:2])
            client.sendall(STATUS)
            assert received(client, len(whole)) == whole
        assert time.monotonic() - began < 1


def test_a_client_does_not_send_what_cannot_be_said(card: Card) -> None:
    with Here(card) as server, server.connect() as transport:
        with pytest.raises(TransportError, match="single byte"):
            transport.transmit(b"\x00")
        with pytest.raises(TransportError, match="65536 bytes is more"):
            transport.transmit(bytes(65536))
        assert transport.transmit(b"") == b"\x67\x00"
        works(transport, card)


# -- stop -------------------------------------------------------------------------------------------------------------


def test_the_command_it_is_at_is_answered_before_it_stops() -> None:
    class Slow(Troubled):
        def transmit(self, command: bytes, /) -> bytes:
            began.set()
            time.sleep(0.3)
            return super().transmit(command)

    began, answers = threading.Event(), list[bytes]()
    server = Here(Slow(b"\x90\x00"))
    with server.connect() as transport:
        asking = threading.Thread(target=lambda: answers.append(transport.transmit(STATUS)))
        asking.start()
        assert began.wait(10)
        server.stop()
        asking.join(10)
        assert answers == [b"\x90\x00"]
        with pytest.raises(TransportError, match="is lost"):
            transport.transmit(STATUS)


def test_it_stops_soon_with_an_idle_client_and_without_one(served: Served) -> None:
    with served.connect() as transport:
        transport.reset()
        served.process.terminate()
        served.process.join(2)
    assert served.process.exitcode == 0
    assert served.lines == []


# -- nobody there -----------------------------------------------------------------------------------------------------


def test_no_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(
        TransportUnavailable, match=f"no card is served at 127.0.0.1:{port}: Connection refused"
    ):
        TcpTransport("127.0.0.1", port)


def test_a_server_that_is_gone_and_comes_back(card: Card) -> None:
    server = Here(card)
    transport = server.connect()
    works(transport, card)
    server.stop()
    with pytest.raises(TransportError):
        transport.transmit(STATUS)
    with pytest.raises(TransportError, match="reset it to connect again"):
        transport.transmit(STATUS)
    with pytest.raises(TransportUnavailable):
        transport.reset()
    transport.close()


def test_a_server_that_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf, pytest.raises(TransportError) as silent:
        TcpTransport("127.0.0.1", deaf.getsockname()[1], timeout=0.3).reset()
    assert str(silent.value).endswith("no answer for 0.3 s; another client may be using the card")


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_where_one_cannot_listen(card: Card, host: str) -> None:
    with pytest.raises(TransportUnavailable, match=f"cannot listen on {host}:0: "):
        tcp.serve(card, host, 0)


def test_a_busy_port(card: Card) -> None:
    with Here(card) as server, pytest.raises(TransportUnavailable, match="Address already in use"):
        tcp.serve(card, *server.address)


@pytest.mark.parametrize(
    ("text", "address"),
    [("localhost:4000", ("localhost", 4000)), ("[::1]:1", ("::1", 1)), (":0", ("", 0))],
)
def test_addresses(text: str, address: tuple[str, int]) -> None:
    assert tcp.parse_address(text) == address


@pytest.mark.parametrize("text", ["", "localhost", "4000", "localhost:", "localhost:x", "localhost:65536"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="not HOST:PORT"):
        tcp.parse_address(text)


def loopback_6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    "host", ["", pytest.param("::1", marks=pytest.mark.skipif(not loopback_6(), reason="no IPv6 here"))]
)
def test_every_interface_and_ipv6(card: Card, host: str) -> None:
    stop, addresses = threading.Event(), list[str]()

    def announce(address: str) -> None:
        addresses.append(address)
        stop.set()

    tcp.serve(card, host, 0, stop=stop, ready=announce)
    assert tcp.parse_address(addresses[0])[0] in ("0.0.0.0", "::", "::1")
