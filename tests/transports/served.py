"""A card file served over TCP by a process of its own, which can be killed."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from apdu.transport import tcp
from euicc import Card

# A process that has everything imported gives birth to the others: they start in milliseconds.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.transports.served", "tests.transports.warm", "sqlite3"])


class Served:
    """A running server: where it is, and the lines it has logged."""

    def __init__(self, process: BaseProcess, address: str, log: Path) -> None:
        self.process = process
        self.address = tcp.parse_address(address)
        self._log = log

    @property
    def lines(self) -> list[str]:
        return self._log.read_text().splitlines()

    def connect(self, timeout: float = 20.0) -> tcp.TcpTransport:
        return tcp.TcpTransport(*self.address, timeout=timeout)

    def kilobytes(self) -> int:
        """Resident memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])


@contextmanager
def serving(path: Path) -> Iterator[Served]:
    """A server of this card file; killed at the end unless it has stopped."""
    log = path.with_suffix(".log")
    log.touch()
    here, there = _PROCESSES.Pipe()
    process = _PROCESSES.Process(target=_serve, args=(path, log, there), daemon=True)
    process.start()
    there.close()  # so that a server that does not start is noticed
    try:
        assert here.poll(20), "the server does not start"
        yield Served(process, here.recv(), log)
    finally:
        process.kill()
        process.join()
        here.close()


def _serve(path: Path, log: Path, ready: Connection) -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with Card.open(path) as card, log.open("a", buffering=1) as lines:
        tcp.serve(
            card,
            "127.0.0.1",
            0,
            stop=stop,
            ready=ready.send,
            log=lambda line: print(line, file=lines),
        )
