"""The same connections with OpenSSL at the other end."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from os import urandom
from threading import Thread

import pytest

from euicc.crypto.tls_psk import (
    PSK_AES128_CBC_SHA256,
    PSK_AES128_GCM_SHA256,
    Alert,
    Client,
    Connection,
    Server,
    Suite,
    TlsError,
)

OPENSSL = shutil.which("openssl")
NAMES = {PSK_AES128_GCM_SHA256: "PSK-AES128-GCM-SHA256", PSK_AES128_CBC_SHA256: "PSK-AES128-CBC-SHA256"}
IDENTITY, PSK = b"80010281108900101201", bytes.fromhex("000102030405060708090a0b0c0d0e0f")
TIMEOUT = 10

pytestmark = [
    pytest.mark.skipif(OPENSSL is None, reason="there is no openssl command here"),
]
SUITES = pytest.mark.parametrize("suite", NAMES, ids=lambda suite: suite.name)


def _options(suite: Suite, psk: bytes = PSK) -> list[str]:
    security = ["-tls1_2", "-cipher", NAMES[suite], "-psk", psk.hex(), "-psk_identity", IDENTITY.decode()]
    return [*security, "-no_ticket"]


@contextmanager
def s_server(*options: str) -> Iterator[int]:
    """`openssl s_server`, which gives every line back reversed; its port."""
    assert OPENSSL is not None
    command = [OPENSSL, "s_server", "-accept", "127.0.0.1:0", "-nocert", "-rev", "-naccept", "1", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        try:
            line = next((line for line in process.stdout if line.startswith("ACCEPT")), None)
            if line is None or ":" not in line:
                pytest.skip("this openssl has no PSK server that chooses its port")
            yield int(line.rpartition(":")[2])
        finally:
            process.kill()


def _pump(connection: Connection, link: socket.socket, wanted: bytes = b"") -> bytes:
    """Talk until the handshake is over, or these bytes have come."""
    heard = b""
    while not (connection.peer_closed or (heard.endswith(wanted) if wanted else connection.established)):
        link.sendall(connection.outgoing())
        data = link.recv(4096)
        if not data:
            break
        try:
            connection.feed(data)
        finally:
            link.sendall(connection.outgoing())
        heard += connection.received()
    link.sendall(connection.outgoing())
    return heard


@SUITES
@pytest.mark.parametrize("fragment_length", [None, 512])
@pytest.mark.parametrize("extended", [True, False])
def test_our_client_and_their_server(suite: Suite, fragment_length: int | None, extended: bool) -> None:
    with s_server(*_options(suite), "-psk_hint", "SM-SR") as port:
        client = Client(IDENTITY, PSK, urandom, [suite], fragment_length, extended)
        with socket.create_connection(("127.0.0.1", port), TIMEOUT) as link:
            _pump(client, link)
            assert (client.established, client.hint) == (True, b"SM-SR")
            client.send(b"abc" * 500 + b"\n")
            assert _pump(client, link, b"\n") == b"cba" * 500 + b"\n"
            client.send(b"CLOSE\n")
            _pump(client, link, b"nothing but close_notify")
            assert client.peer_closed


def test_their_server_refuses_our_client() -> None:
    with s_server(*_options(PSK_AES128_GCM_SHA256)) as port:
        client = Client(IDENTITY, b"wrong", urandom)
        with (
            socket.create_connection(("127.0.0.1", port), TIMEOUT) as link,
            pytest.raises(TlsError) as caught,
        ):
            _pump(client, link)
    assert (caught.value.alert, caught.value.by_peer) == (Alert.BAD_RECORD_MAC, True)


def _serve(listener: socket.socket, server: Server, heard: list[bytes]) -> None:
    """One connection: says back what it hears, until the other end is silent."""
    link, _ = listener.accept()
    with link:
        link.settimeout(TIMEOUT)
        while data := link.recv(4096):
            try:
                server.feed(data)
            except TlsError:
                link.sendall(server.outgoing())
                return
            if said := server.received():
                heard.append(said)
                server.send(said.upper())
            link.sendall(server.outgoing())
            if server.peer_closed:
                return


def _s_client(server: Server, heard: list[bytes], *options: str) -> str:
    """What `openssl s_client` shows of a connection with that server."""
    assert OPENSSL is not None
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=_serve, args=(listener, server, heard))
        thread.start()
        port = listener.getsockname()[1]
        command = [OPENSSL, "s_client", "-connect", f"127.0.0.1:{port}", "-quiet", "-no_ign_eof", *options]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as process:
            # Its standard input ends once the answer is there: then it says close_notify.
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(b"hello\n")
            process.stdin.flush()
            shown = b""
            while b"HELLO" not in shown and (line := process.stdout.readline()):
                shown += line
            rest, _ = process.communicate(timeout=TIMEOUT)
        thread.join(TIMEOUT)
        return (shown + rest).decode()


@SUITES
def test_their_client_and_our_server(suite: Suite) -> None:
    server, heard = Server({IDENTITY: PSK}.get, urandom, hint=b"SM-SR"), list[bytes]()
    assert "HELLO" in _s_client(server, heard, *_options(suite))
    assert (server.suite, server.psk_identity, heard) == (suite, IDENTITY, [b"hello\n"])


def test_their_client_with_small_fragments() -> None:
    server, heard = Server({IDENTITY: PSK}.get, urandom), list[bytes]()
    shown = _s_client(server, heard, *_options(PSK_AES128_GCM_SHA256), "-maxfraglen", "512")
    assert "HELLO" in shown


def test_our_server_refuses_their_client() -> None:
    server, heard = Server({IDENTITY: b"another key"}.get, urandom), list[bytes]()
    assert "bad record mac" in _s_client(server, heard, *_options(PSK_AES128_GCM_SHA256)).lower()
    server = Server(lambda _: None, urandom)
    assert "unknown psk identity" in _s_client(server, heard, *_options(PSK_AES128_CBC_SHA256)).lower()
    assert heard == []
