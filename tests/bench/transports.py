"""One APDU through each door, next to a bare echo of as many bytes over the same path, measured in turns with it."""

from __future__ import annotations

import multiprocessing
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from multiprocessing.connection import Connection
from time import perf_counter

import pytest

from apdu.transport import tcp, vpcd
from apdu.transport.pcsc import PcscTransport
from euicc import Card
from euicc.runtime.atr import ATR
from tests.bench.row import Row
from tests.bench.stopwatch import patiently, seconds
from tests.transports.pcscd import SOCKET_VARIABLE, Pcscd, obstacle

LOOPBACK = "127.0.0.1"
SELECT_ISD_R = bytes.fromhex("00A4040010A0000005591010FFFFFFFF8900000100")
COMMANDS = {
    "STORE DATA block of 255 bytes": bytes.fromhex("80E21100FF") + b"\xbf\x36\x82\x30\x00" + bytes(250),
    "GetEID": bytes.fromhex("80E2910006BF3E035C015A00"),
}
SHARE = 0.3
"""What card, server and client may have of the whole time of a command over TCP; the rest is the system's."""
TCP_LIMIT = 1 / (1 - SHARE)
ROUNDS = 150
SECONDS = 0.005
ATR_CONTROL = b"\x04"


class Echo:
    """The least that is called as a card is."""

    def transmit(self, command: bytes) -> bytes:
        """What came."""
        return command


_PROCESSES = multiprocessing.get_context("spawn")


def rows() -> Iterator[Row]:
    """In process, over TCP, and over vpcd and pcscd where they are installed."""
    yield from _in_process()
    yield from _over_tcp()
    yield from _over_pcscd()


def answers() -> dict[str, int]:
    """How many bytes the card answers to each command."""
    card = Card.manufacture()
    card.transmit(SELECT_ISD_R)
    return {name: len(card.transmit(command)) for name, command in COMMANDS.items()}


def in_turns(*works: Callable[[], object]) -> list[float]:
    """Seconds for one call of each, at best; what else the machine does falls on all of them."""
    once = max(_timed(work, 20) for work in works)
    count = max(1, int(SECONDS / once))
    rounds = [[_timed(work, count) for work in works] for _ in range(ROUNDS)]
    return [min(times) for times in zip(*rounds, strict=True)]


def _timed(work: Callable[[], object], count: int) -> float:
    start = perf_counter()
    for _ in range(count):
        work()
    return (perf_counter() - start) / count


def _row(path: str, name: str, ours: float, floor: float, limit: float | None = None) -> Row:
    return Row(f"{name} {path}, {1 / ours:,.0f} a second", ours, "bare echo", floor, limit)


def _in_process() -> Iterator[Row]:
    card = Card.manufacture()
    card.transmit(SELECT_ISD_R)
    for name, command in COMMANDS.items():
        ours, floor = seconds(partial(card.transmit, command)), seconds(partial(Echo().transmit, command))
        yield _row("in process", name, ours, floor)


def _over_tcp() -> Iterator[Row]:
    for name, length in answers().items():
        command = COMMANDS[name]
        with ExitStack() as opened:
            card = opened.enter_context(tcp.TcpTransport(*opened.enter_context(_process(_serve_card))))
            card.reset()
            card.transmit(SELECT_ISD_R)
            address = opened.enter_context(_process(_echo, length))
            bare = opened.enter_context(closing(socket.create_connection(address)))
            bare.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            measure = partial(
                in_turns, partial(card.transmit, command), partial(_there_and_back, bare, _framed(command))
            )
            ours, floor = patiently(measure, TCP_LIMIT)
        yield _row("over TCP", name, ours, floor, TCP_LIMIT)


def _over_pcscd() -> Iterator[Row]:
    """The virtual reader has two slots: the card in one, the echo in the other."""
    if obstacle():
        return
    daemon = Pcscd()
    try:
        daemon.start()
        os.environ[SOCKET_VARIABLE] = str(daemon.socket)
        for name, length in answers().items():
            with (
                _process(_insert_card, daemon.port),
                _process(_insert_echo, daemon.port + 1, length),
                _slot(daemon, 0) as card,
                _slot(daemon, 1) as echo,
            ):
                card.transmit(SELECT_ISD_R)
                command = COMMANDS[name]
                ours, floor = in_turns(partial(card.transmit, command), partial(echo.transmit, command))
            daemon.wait_for_card(present=False)
            yield _row("over vpcd and pcscd", name, ours, floor)
    except pytest.skip.Exception:
        return
    finally:
        daemon.remove()


def _slot(daemon: Pcscd, slot: int) -> PcscTransport:
    daemon.wait_for_card(slot=slot)
    transport = PcscTransport(slot)
    transport.reset()
    return transport


@contextmanager
def _process(target: Callable[..., None], *arguments: int) -> Iterator[tuple[str, int]]:
    """A server in a process of its own; the address that it is ready at."""
    here, there = _PROCESSES.Pipe()
    running = _PROCESSES.Process(target=target, args=(there, *arguments), daemon=True)
    running.start()
    there.close()  # so that a server that does not start is noticed
    try:
        yield tcp.parse_address(here.recv())
    finally:
        running.kill()
        running.join()


def _there_and_back(bare: socket.socket, message: bytes) -> None:
    bare.sendall(message)
    bare.recv(4096)


def _framed(message: bytes) -> bytes:
    return len(message).to_bytes(2, "big") + message


def _serve_card(ready: Connection) -> None:
    tcp.serve(Card.manufacture(), LOOPBACK, 0, ready=ready.send)


def _insert_card(ready: Connection, port: int) -> None:
    card = Card.manufacture()
    ready.send(f"{LOOPBACK}:{port}")
    vpcd.serve(card, LOOPBACK, port, log=lambda line: None)


def _echo(ready: Connection, length: int) -> None:
    """The least that answers with so many bytes."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        ready.send(f"{LOOPBACK}:{listener.getsockname()[1]}")
        client, _ = listener.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answer = _framed(bytes(length))
        while client.recv(4096):
            client.sendall(answer)


def _insert_echo(ready: Connection, port: int, length: int) -> None:
    """The least that the driver of the virtual reader takes for a card."""
    atr, answer = _framed(ATR), _framed(bytes(length - 2) + b"\x90\x00")
    reader = socket.create_connection((LOOPBACK, port))
    reader.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    ready.send(f"{LOOPBACK}:{port}")
    while head := reader.recv(2, socket.MSG_WAITALL):
        reader.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        message = reader.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL)
        if message == ATR_CONTROL:
            reader.sendall(atr)
        elif len(message) > 1:
            reader.sendall(answer)
