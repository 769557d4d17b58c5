"""A pcscd of the tests' own, with one virtual reader: beside any other pcscd, without systemd, stopped at the end.

It runs in a mount namespace where /run is a directory of its own, because the daemon's socket has a fixed place;
programs find it by PCSCLITE_CSOCK_NAME. USB drivers are hidden from it: it must not take real readers away.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from apdu.transport.pcsc import Reader, readers

DAEMON = Path("/usr/sbin/pcscd")
DRIVERS = Path("/usr/lib/pcsc/drivers")
READER = "Emulated eUICC"
SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME"
REQUIRED = "EUICC_REQUIRE_PCSC"
SECONDS = 15.0

_SCRIPT = """
mount --make-rprivate / && mount --bind {directory}/run /run && mount --bind {directory}/none {drivers} &&
exec {daemon} --foreground --config {directory}/reader.conf {options}
"""


def driver() -> Path | None:
    """The driver of the virtual reader."""
    return next(iter(sorted(DRIVERS.rglob("libifdvpcd.so*"))), None)


def obstacle() -> str:
    """What is missing for a real pcscd with a virtual reader, "" when nothing is."""
    missing = {
        "pcscd": DAEMON.exists(),
        "the virtual reader (vsmartcard-vpcd)": driver() is not None,
        "unshare (util-linux)": shutil.which("unshare") is not None,
        "pyscard": importlib.util.find_spec("smartcard") is not None,
    }
    names = [name for name, found in missing.items() if not found]
    return f"not installed: {', '.join(names)}" if names else ""


def unavailable(reason: str) -> None:
    """Skips the test, or fails it where these tests have to run."""
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(f"{REQUIRED}=1, but no pcscd: {reason}")
    pytest.skip(f"no pcscd: {reason}")


class Pcscd:
    """The daemon and its reader. `port` is where the virtual reader listens."""

    def __init__(self) -> None:
        self.port = free_ports(2)
        self.directory = Path(tempfile.mkdtemp(prefix="pcscd-"))
        self.directory.chmod(0o755)
        for name in ("run", "none"):
            (self.directory / name).mkdir()
        found = driver()
        assert found is not None
        library = self.directory / "vpcd.so"
        shutil.copy(found.resolve(), library)
        (self.directory / "reader.conf").write_text(
            f'FRIENDLYNAME "{READER}"\nDEVICENAME /dev/null:{self.port:#x}\n'
            f"LIBPATH {library}\nCHANNELID {self.port:#x}\n"
        )
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        """Where its clients find it."""
        return self.directory / "run" / "pcscd" / "pcscd.comm"

    @property
    def log(self) -> str:
        """What the daemon said."""
        return (self.directory / "log").read_text(errors="replace")

    def start(self) -> None:
        """Starts the daemon; skips the test when it cannot run here."""
        script = _SCRIPT.format(
            directory=self.directory, drivers=DRIVERS, daemon=DAEMON, options=" ".join(options())
        )
        namespace = ["unshare", "--mount"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
        with (self.directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*dies_with_us(), *namespace, "sh", "-c", script], stdout=log, stderr=log
            )
        deadline = time.monotonic() + SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                unavailable(f"it does not start: {self.log.strip().splitlines()[-1:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stops the daemon that `start` started."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for left in ("pcscd.comm", "pcscd.pid"):
            (self.socket.parent / left).unlink(missing_ok=True)

    def remove(self) -> None:
        """Stops it, and leaves nothing behind."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def wait_for_card(self, present: bool = True, slot: int = 0) -> Reader:
        """The reader (it has two slots), once it has a card, or has none."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            reader = readers()[slot]
            if bool(reader.atr) == present:
                return reader
            time.sleep(0.05)
        raise AssertionError(f"card present: {not present}\n{self.log}")

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(str(self.socket))
        except OSError:
            return False
        return True


def options() -> Iterable[str]:
    """Options that only some versions know."""
    known = subprocess.run([DAEMON, "--help"], capture_output=True, text=True, check=False)
    return [option for option in ("--disable-polkit",) if option in known.stdout + known.stderr]


def dies_with_us() -> list[str]:
    """What makes the daemon end when the tests are killed."""
    return ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []


def free_ports(count: int) -> int:
    """The first of several ports in a row that nobody listens on."""
    for port in range(41000 + os.getpid() % 4000, 60000, count):
        try:
            for each in range(port, port + count):
                with socket.socket() as probe:
                    probe.bind(("", each))
        except OSError:
            continue
        return port
    raise AssertionError("no free ports")
