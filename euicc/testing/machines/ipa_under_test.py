"""The IPA that `EimMachine` drives: the one of this package in the same process, or any program."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread
from typing import Protocol

from apdu import Transport
from apdu.transport import tcp
from euicc.testing.lab import InProcess
from euicc.testing.lab.lab import Patient
from ipa.ipad import Ipa
from ipa.state import StateKeeper

LOOPBACK = "127.0.0.1"


class IpaUnderTest(Protocol):
    """An IPA with its card. Each poll is of a device that has just started and remembers what it has stored."""

    def poll(self) -> None:
        """Ask each eIM of the card once what it wants, do it, deliver results and notifications; end."""
        ...

    def close(self) -> None:
        """It is needed no longer."""
        ...


class OwnIpa:
    """The IPA of this package, reaching the servers of `network` without sockets, or by HTTPS where that is None.

    ca: DER of the CIs that it trusts for TLS.
    """

    def __init__(self, card: Transport, network: InProcess | None, ca: tuple[bytes, ...] = ()) -> None:
        self._card = card
        self._network = network
        self._ca = ca
        self._state = StateKeeper()

    def poll(self) -> None:
        """As `IpaUnderTest.poll`."""
        with self.started() as ipa:
            ipa.poll()

    def started(self) -> Ipa:
        """The device after a restart: the card, and what it has kept."""
        return Ipa(
            self._card,
            ci_certificates=self._ca,
            state=self._state,
            servers=self._network,
            eims=self._network,
            surroundings=Patient(self._network or InProcess()),
        )

    def close(self) -> None:
        """Nothing is open."""


class ProgramIpa:
    """A program, run once for each poll against the card behind a TCP port.

    command: "my-ipa --card-port {tcp} --ci {ca} --state {state} poll"; tcp is HOST:PORT of the card, ca a file with the
    certificate of the CI, PEM, state a directory that stays from poll to poll, eid the EID. ca: the certificate, DER.
    The servers have to be served: `EimMachine.served`. For a card in a virtual reader, serve it with
    `apdu.transport.vpcd` in `EimMachine.ipa`, and write a class like this one.
    """

    def __init__(self, command: str, card: Transport, ca: bytes, eid: bytes, timeout: float = 60.0) -> None:
        from cryptography.hazmat.primitives.serialization import Encoding
        from cryptography.x509 import load_der_x509_certificate

        self._command = shlex.split(command)
        self._timeout = timeout
        self._directory = tempfile.TemporaryDirectory(prefix="ipa-under-test-")
        home = Path(self._directory.name)
        (home / "ci.pem").write_bytes(load_der_x509_certificate(ca).public_bytes(Encoding.PEM))
        self._stop, addresses = Event(), SimpleQueue[str]()
        self._serving = Thread(
            target=lambda: tcp.serve(card, LOOPBACK, 0, stop=self._stop, ready=addresses.put), daemon=True
        )
        self._serving.start()
        state = home / "state"
        state.mkdir()
        self._values = {
            "tcp": addresses.get(timeout=timeout),
            "ca": str(home / "ci.pem"),
            "state": str(state),
            "eid": eid.hex().upper(),
        }

    def poll(self) -> None:
        """As `IpaUnderTest.poll`; AssertionError when the program fails."""
        words = [each.format(**self._values) for each in self._command]
        home = self._values["state"]
        ended = subprocess.run(words, cwd=home, capture_output=True, timeout=self._timeout, check=False)
        assert ended.returncode == 0, (
            f"{words[0]} ended with {ended.returncode}: {ended.stderr.decode()[-500:]}"
        )

    def close(self) -> None:
        """The port is closed and the files are gone."""
        self._stop.set()
        self._serving.join(timeout=10)
        self._directory.cleanup()
