"""The modem on a real pseudo-terminal and on a TCP port: typed by hand, links, clients that misbehave."""

from __future__ import annotations

import os
import select
import socket
import struct
import threading
import time
from pathlib import Path
from queue import SimpleQueue

import pytest

from apdu import Transport, TransportError
from apdu.transport import TransportUnavailable
from apdu.transport.modem import SerialPort, serve_pty, serve_tcp
from tests.flows.life import new_card
from tests.modem.doors import on_tcp, on_terminal

EID = "89049032001001000000000000000120"
BY_HAND = (
    (b"AT\r", b"OK\r\n"),
    (b'AT+CCHO="A0000005591010FFFFFFFF8900000100"\r', b"+CCHO: 1\r\n\r\nOK\r\n"),
    (b'AT+CGLA=1,22,"80E2910006BF3E035C015A"\r', f'+CGLA: 46,"BF3E125A10{EID}9000"\r\n\r\nOK\r\n'.encode()),
    (b"AT+CCHC=1\r", b"+CCHC\r\n\r\nOK\r\n"),
)


def converse(file: int, typed: bytes, until: bytes) -> bytes:
    """Types, and reads until this is there."""
    os.write(file, typed)
    seen = b""
    deadline = time.monotonic() + 10
    while not seen.endswith(until):
        assert select.select([file], [], [], deadline - time.monotonic())[0], seen
        seen += os.read(file, 4096)
    return seen


def test_the_eid_typed_by_hand() -> None:
    with on_terminal(new_card()) as path:
        file = os.open(path, os.O_RDWR | os.O_NOCTTY)
        try:
            for typed, answer in BY_HAND:
                assert converse(file, typed, answer) == typed + b"\r\n" + answer
        finally:
            os.close(file)


def test_the_line_survives_its_users() -> None:
    with on_terminal(new_card()) as path:
        for _ in range(3):
            with open(path, "wb", buffering=0) as script:
                script.write(b"AT+CF")
        file = os.open(path, os.O_RDWR | os.O_NOCTTY)
        try:
            assert converse(file, b"\rAT\r", b"OK\r\n")
        finally:
            os.close(file)


def test_a_link_leads_there_as_long_as_the_server_is(tmp_path: Path) -> None:
    link = tmp_path / "modem"
    stop, ready = threading.Event(), SimpleQueue[str]()
    thread = threading.Thread(
        target=serve_pty, args=(new_card(), link), kwargs={"stop": stop, "ready": ready.put}
    )
    link.symlink_to("/dev/pts/999")  # of a server that was killed
    thread.start()
    assert ready.get(timeout=10) == str(link)
    port = SerialPort(link)
    with pytest.raises(TransportUnavailable, match="in use"):
        SerialPort(link)
    port.close()
    stop.set()
    thread.join(10)
    assert not link.is_symlink()


def test_what_is_no_link_of_ours_stays(tmp_path: Path) -> None:
    taken, elsewhere = tmp_path / "file", tmp_path / "link"
    taken.write_text("mine")
    elsewhere.symlink_to(taken)
    for path in (taken, elsewhere, tmp_path / "missing" / "modem"):
        with pytest.raises(TransportUnavailable, match="cannot be made"):
            serve_pty(new_card(), path, stop=threading.Event())
    assert taken.read_text() == "mine"


@pytest.mark.parametrize("path", ["/dev/null", "/nowhere", "tests"])
def test_what_is_no_serial_line(path: str) -> None:
    with pytest.raises(TransportUnavailable, match=path):
        SerialPort(path)


def test_no_such_speed() -> None:
    with on_terminal(new_card()) as path, pytest.raises(TransportUnavailable, match="12345 baud"):
        SerialPort(path, 12345)


class Broken:
    """A card with an error in it."""

    def __init__(self, card: Transport) -> None:
        self._card = card

    def reset(self) -> bytes:
        return self._card.reset()

    def transmit(self, command: bytes, /) -> bytes:
        if command[1] == 0x70:
            raise ZeroDivisionError("a bug")
        return self._card.transmit(command)


def test_a_bug_is_one_line_of_log_and_an_error() -> None:
    log: list[str] = []
    with on_tcp(Broken(new_card()), log) as address, connected(address) as client:
        assert converse(client.fileno(), b'ATE0\rAT+CSIM=10,"0070000001"\r', b"ERROR\r\n")
        assert converse(client.fileno(), b"AT\r", b"OK\r\n") == b"\r\nOK\r\n"
    assert len(log) == 1
    assert "ZeroDivisionError: a bug" in log[0]


def connected(address: str) -> socket.socket:
    host, _, port = address.removeprefix("tcp:").rpartition(":")
    return socket.create_connection((host, int(port)), 10)


def test_a_second_client_is_sent_away_and_a_later_one_is_served() -> None:
    log: list[str] = []
    with on_tcp(new_card(), log) as address:
        with connected(address) as first:
            assert converse(first.fileno(), b"AT\r", b"OK\r\n")
            with connected(address) as second:
                assert second.recv(10) == b""
            assert converse(first.fileno(), b"AT\r", b"OK\r\n")
        assert served(address)
    assert len(log) == 1
    assert "line is busy" in log[0]


def served(address: str) -> bool:
    with connected(address) as client:
        client.sendall(b"ATE0\rAT\r")
        return converse(client.fileno(), b"", b"OK\r\n\r\nOK\r\n") != b""


def test_a_thousand_clients_garbage_and_half_lines_leave_the_card_unharmed() -> None:
    log: list[str] = []
    with on_tcp(new_card(), log) as address:
        for _ in range(1000):
            connected(address).close()
        assert served(address)
        with connected(address) as client:
            client.sendall(b"AT+CSIM=" + b"F" * 0x10000)
        assert served(address)
        with connected(address) as client:
            client.sendall(bytes(range(256)) * 100)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert served(address)
    assert all("connection broke" in line for line in log)
    assert len(log) <= 2


def test_a_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(TransportUnavailable, match="in use"):
        serve_tcp(new_card(), "127.0.0.1", taken.getsockname()[1], stop=threading.Event())


def test_no_card_no_modem() -> None:
    class Absent:
        def reset(self) -> bytes:
            raise TransportError("no card")

        def transmit(self, command: bytes, /) -> bytes:
            raise TransportError("no card")

    with pytest.raises(TransportError, match="no card"):
        serve_pty(Absent(), stop=threading.Event())
