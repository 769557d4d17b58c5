"""The way from a device to an emulated card through a modem on a pseudo-terminal, or on a TCP port."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue

from apdu import Transport
from apdu.transport.modem import ModemTransport, serve_pty, serve_tcp
from ipa.driver import Servers
from ipa.lpa import Lpa
from ipa.modem import ModemAccess, Way
from tests.flows.doors import Device, Door


class ModemDevice(Device):
    """A device with a modem."""

    def __init__(self, access: ModemAccess) -> None:
        super().__init__(ModemTransport(access.modem))
        self.access = access

    def lpa(self, servers: Servers) -> Lpa:
        return Lpa(self.access, servers=servers)

    def imsi(self) -> str:
        """As the network would see it, of the modem that has read it."""
        (imsi,) = self.access.modem.command("+CIMI")
        return imsi


@contextmanager
def on_terminal(card: Transport) -> Iterator[str]:
    """The path of a modem with this card."""
    with serving(lambda **options: serve_pty(card, **options)) as path:
        yield path


@contextmanager
def on_tcp(card: Transport, log: list[str] | None = None) -> Iterator[str]:
    """The address of a modem with this card, as `tcp:HOST:PORT`."""
    with serving(lambda **options: serve_tcp(card, "127.0.0.1", 0, **options), log) as address:
        yield f"tcp:{address}"


@contextmanager
def serving(serve: Callable[..., None], log: list[str] | None = None) -> Iterator[str]:
    """A server in a thread; what it is ready with. Without `log` it must have nothing to say."""
    stop, ready, lines = threading.Event(), SimpleQueue[str](), list[str]() if log is None else log
    thread = threading.Thread(
        target=serve, kwargs={"stop": stop, "ready": ready.put, "log": lines.append}, daemon=True
    )
    thread.start()
    try:
        yield ready.get(timeout=10)
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()
    assert log is not None or lines == []


def by(way: Way) -> Door:
    """A door for the flows of every way to a card."""
    return lambda card, request: modem_device(card, way)


@contextmanager
def modem_device(card: Transport, way: Way | None) -> Iterator[ModemDevice]:
    with on_terminal(card) as path, ModemAccess(path, way=way) as access:
        yield ModemDevice(access)


MODEM_DOORS = {f"modem by {way.value}": by(way) for way in Way}
