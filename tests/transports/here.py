"""A card behind a TCP port of this process, and what a client does with it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

from apdu import aid, open_channel
from apdu.transport import tcp
from apdu.transport.tcp import TcpTransport
from euicc import Card
from euicc.runtime.atr import ATR

GET_EID = bytes.fromhex("BF3E035C015A")
STATUS = bytes.fromhex("80F2000000")
SELECT_ISD_R = bytes.fromhex("00A4040010A0000005591010FFFFFFFF8900000100")


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
