"""A card behind a TCP port: what any client does, the server answers, or closes with one line; the card is unharmed."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from random import Random

import pytest

from apdu import ApduChannel, Recorder, StatusError, TransportError, aid, open_channel, status
from apdu.transport import TransportUnavailable, messages, tcp
from apdu.transport.tcp import TcpTransport
from euicc import Card
from euicc.runtime.atr import ATR
from euicc.runtime.nvm import PowerLoss
from tests.transports.served import Served, serving

GET_EID = bytes.fromhex("BF3E035C015A")
STATUS = bytes.fromhex("80F2000000")
SELECT_ISD_R = bytes.fromhex("00A4040010A0000005591010FFFFFFFF8900000100")


@pytest.fixture
def card() -> Card:
    return Card.manufacture()


@pytest.fixture
def served(tmp_path: Path, card: Card) -> Iterator[Served]:
    card.save(tmp_path / "a.card")
    with serving(tmp_path / "a.card") as running:
        yield running


class Here:
    """A server in a thread of this process."""

    def __init__(self, card: object, **options: float) -> None:
        self.lines: list[str] = []
        self._stop = threading.Event()
        ready = threading.Event()
        addresses: list[str] = []

        def announce(address: str) -> None:
            addresses.append(address)
            ready.set()

        self._thread = threading.Thread(
            target=tcp.serve,
            args=(card, "127.0.0.1", 0),
            kwargs={"stop": self._stop, "ready": announce, "log": self.lines.append, **options},
        )
        self._thread.start()
        assert ready.wait(10)
        self.address = tcp.parse_address(addresses[0])

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(10)
        assert not self._thread.is_alive()

    def connect(self, timeout: float = 10.0) -> TcpTransport:
        return TcpTransport(*self.address, timeout=timeout)


def framed(message: bytes) -> bytes:
    return len(message).to_bytes(2, "big") + message


def received(client: socket.socket, length: int) -> bytes:
    return client.recv(length, socket.MSG_WAITALL)


def works(transport: TcpTransport, card: Card) -> None:
    """A session as a device has it."""
    assert transport.reset() == ATR
    channel = open_channel(transport)
    channel.select(aid.ISD_R)
    assert channel.store_data(GET_EID)[5:] == card.identity.eid


def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


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


# -- a card in trouble ------------------------------------------------------------------------------------------------


class Troubled:
    """A card on which something goes wrong."""

    def __init__(self, *answers: bytes | Exception) -> None:
        self._answers = iter(answers)

    def reset(self) -> bytes:
        return ATR

    def transmit(self, command: bytes, /) -> bytes:
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_a_card_that_raises_answers_6f00_with_one_line_and_goes_on() -> None:
    answers = PowerLoss("lost"), KeyError("a\nbug"), b"\x90", bytes(65537), b"\x90\x00"
    with Here(Troubled(*answers)) as server, server.connect() as transport:
        assert [transport.transmit(STATUS) for _ in answers] == [b"\x6f\x00"] * 4 + [b"\x90\x00"]
    assert [line.split(" (test_tcp.py:")[0] for line in server.lines] == [
        "the card does not answer: PowerLoss: lost",
        "the card does not answer: KeyError: 'a\\nbug'",
        "the card answers with 1 bytes, which no message carries",
        "the card answers with 65537 bytes, which no message carries",
    ]


def test_power_lost_and_given_again(card: Card) -> None:
    with Here(card) as server, server.connect() as transport:
        works(transport, card)
        card.power_off()
        assert transport.transmit(STATUS) == b"\x6f\x00"
        works(transport, card)
    assert len(server.lines) == 1


def test_a_card_that_cannot_be_reset() -> None:
    class Dead(Troubled):
        def reset(self) -> bytes:
            raise OSError("dead")

    with Here(Dead()) as server, server.connect() as transport:
        with pytest.raises(TransportError, match="does not answer to reset"):
            transport.reset()
        assert transport.transmit(STATUS) == b"\x6f\x00"
    assert server.lines[0].startswith("the card cannot be reset: OSError: dead")


# -- clients in trouble -----------------------------------------------------------------------------------------------

HALVES = {
    "half a length": b"\x00",
    "half a command": b"\x00\x10\x00\xa4",
    "almost 64 KiB": framed(bytes(65535))[:-1],
}


@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
def test_cut_in_the_middle_of_a_message(card: Card, half: bytes) -> None:
    with Here(card) as server:
        with socket.create_connection(server.address) as client:
            client.sendall(half)
        with server.connect() as transport:
            works(transport, card)
    assert [line.split(": ", 1)[1] for line in server.lines] == ["in the middle of a message"]


def test_half_a_message_and_silence(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "_PART_SECONDS", 0.5)
    with Here(card) as server:
        with socket.create_connection(server.address) as client:
            client.sendall(b"\x00\x10\x00")
            assert received(client, 1) == b""
        with socket.create_connection(server.address) as dripping:
            dripping.settimeout(0.05)
            began = time.monotonic()
            with pytest.raises(ConnectionError):
                drip(dripping)
            assert time.monotonic() - began < 5
        with server.connect() as transport:
            works(transport, card)
    assert [line.split(": ", 1)[1] for line in server.lines] == [
        "half a message, and nothing more for 0.5 s"
    ] * 2


def drip(client: socket.socket) -> None:
    """A byte now and then, of a message that is never complete."""
    client.sendall(b"\xff\xff")
    while True:
        client.sendall(b"\x00")
        time.sleep(0.05)


def test_answers_that_are_not_read(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "_PART_SECONDS", 0.5)
    with (
        Here(Troubled(*[bytes(60_000)] * 1000)) as server,
        socket.create_connection(server.address) as client,
    ):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.sendall(framed(STATUS) * 1000)
        until(lambda: bool(server.lines))
    assert server.lines[0].endswith("an answer that is not read for 0.5 s")


def test_reset_by_the_other_side(card: Card) -> None:
    with Here(card) as server:
        client = socket.create_connection(server.address)
        client.sendall(framed(STATUS) + b"\x00")
        # Close with what was received unread, and nothing lingering: the server gets a reset of the connection.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        client.close()
        with server.connect() as transport:
            works(transport, card)
    assert len(server.lines) <= 1


def test_a_message_of_64_kib_and_garbage(served: Served, card: Card) -> None:
    random = Random(5)
    with closing(socket.create_connection(served.address)) as client:
        client.sendall(framed(bytes(65535)))
        assert received(client, 4) == framed(b"\x67\x00")
    for _ in range(50):
        with closing(socket.create_connection(served.address)) as client:
            client.sendall(random.randbytes(random.randrange(1, 5000)))
    for _ in range(200):
        command = random.randbytes(random.randrange(2, 300))
        with closing(socket.create_connection(served.address)) as client:
            client.sendall(framed(command))
            length = int.from_bytes(received(client, 2), "big")
            assert len(received(client, length)) >= 2
    with served.connect() as transport:
        works(transport, card)
    assert len(served.lines) <= 50


def test_a_thousand_connections_in_a_row(served: Served, card: Card) -> None:
    with ExitStack() as many:
        for _ in range(50):  # some of them at once, saying nothing
            many.enter_context(closing(socket.create_connection(served.address)))
    for _ in range(100):
        with served.connect() as transport:
            works(transport, card)
    before = served.kilobytes()
    for number in range(1000):
        with closing(socket.create_connection(served.address)) as client:
            if number % 2:
                client.sendall(framed(messages.ATR))
                assert received(client, 2 + len(ATR)) == framed(ATR)
    with served.connect() as transport:
        works(transport, card)
    assert served.kilobytes() - before < 1024
    assert served.lines == []


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
