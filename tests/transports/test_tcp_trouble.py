"""A TCP client or a card in trouble: one line, and the other side goes on."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack, closing
from random import Random

import pytest

from apdu import TransportError
from apdu.transport import messages
from euicc import Card
from euicc.runtime.atr import ATR
from euicc.runtime.nvm import PowerLoss
from tests.transports.here import STATUS, Here, Troubled, framed, received, until, works
from tests.transports.served import Served

# -- a card in trouble ------------------------------------------------------------------------------------------------


def test_a_card_that_raises_answers_6f00_with_one_line_and_goes_on() -> None:
    answers = PowerLoss("lost"), KeyError("a\nbug"), b"\x90", bytes(65537), b"\x90\x00"
    with Here(Troubled(*answers)) as server, server.connect() as transport:
        assert [transport.transmit(STATUS) for _ in answers] == [b"\x6f\x00"] * 4 + [b"\x90\x00"]
    assert [line.split(" (here.py:")[0] for line in server.lines] == [
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
