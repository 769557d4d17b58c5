"""What a machine has of all that the doors of a card need, and the command that mends what it lacks.

Every check gives a finding and none raises: what cannot be found out is said to be missing.
"""

from __future__ import annotations

import ctypes
import importlib.metadata
import os
import socket
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

from apdu import TransportError
from apdu.transport import pcsc, vpcd

OLDEST_PYTHON = (3, 11)
REQUIRED = ("cryptography", "httpx", "typer", "rich", "construct")
SERVING = ("starlette", "uvicorn")
LIBRARY = "libpcsclite.so.1"
DAEMONS = (Path("/usr/sbin/pcscd"), Path("/usr/bin/pcscd"), Path("/usr/local/sbin/pcscd"))
SOCKET = Path("/run/pcscd/pcscd.comm")
SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME"
DRIVERS = Path("/usr/lib/pcsc/drivers")
CONFIGURATIONS = Path("/etc/reader.conf.d")
LISTENING = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
LISTEN = "0A"
"""State of a socket in LISTENING."""
SERIAL_LINES = ("ttyUSB*", "ttyACM*")

PATIENCE = 5.0
"""Seconds that pcscd may take to answer."""

START_PCSCD = "systemctl start pcscd, or without systemd: pcscd"
RESTART_PCSCD = "systemctl restart pcscd, or without systemd: end pcscd and start it again"
ALLOW = (
    "run as root, or allow org.debian.pcsc-lite.access_pcsc and access_card to this user in a rule of"
    " /etc/polkit-1/rules.d, or as a container's only user: pcscd --disable-polkit"
)


class State(Enum):
    """Whether something is there; OPTIONAL: it is not, and only some uses need it."""

    OK = "ok"
    MISSING = "missing"
    OPTIONAL = "optional"


@dataclass(frozen=True)
class Finding:
    """One line: what was looked for, what was found, and the command that helps where it was not."""

    name: str
    state: State
    detail: str
    mend: str = ""

    def row(self) -> dict[str, str]:
        """As plain values."""
        return {
            "name": self.name,
            "state": self.state.value,
            "detail": self.detail,
            "mend": "" if self.state is State.OK else self.mend,
        }


class Absent(Exception):
    """A check did not find what it looked for; the text says what instead."""


@dataclass(frozen=True)
class Check:
    """`look` gives what was found in a few words, or raises Absent. Without `after` there is nothing to look at."""

    name: str
    look: Callable[[], str]
    mend: str
    after: str = ""
    needed: bool = True

    def run(self, missing: set[str]) -> Finding:
        """The finding, where these are missing; what goes wrong in looking is one, too."""
        state = State.MISSING if self.needed else State.OPTIONAL
        if self.after in missing:
            return Finding(self.name, state, f"not without {self.after}", f"first mend {self.after}")
        try:
            return Finding(self.name, State.OK, self.look())
        except (Absent, OSError, ValueError, TransportError) as error:
            return Finding(self.name, state, " ".join(str(error).split()), self.mend)


def findings() -> tuple[Finding, ...]:
    """All of them, each after what it depends on."""
    found: list[Finding] = []
    for check in checks():
        found.append(check.run({each.name for each in found if each.state is not State.OK}))
    return tuple(found)


DAEMON, ACCESS, READERS = "pcscd's socket", "permission for PC/SC", "readers"


def checks() -> tuple[Check, ...]:
    """What is looked for."""
    return (
        Check("Python", python, "apt-get install python3 (3.11 or newer)"),
        *(_package(name, "pip install euicc") for name in REQUIRED),
        *(_package(name, "pip install 'euicc[http]'", needed=False) for name in SERVING),
        Check(LIBRARY, library, "apt-get install libpcsclite1"),
        _package(
            "pyscard", "apt-get install libpcsclite-dev swig gcc python3-dev && pip install 'euicc[pcsc]'"
        ),
        Check("pcscd", daemon, "apt-get install pcscd"),
        Check(DAEMON, daemon_socket, START_PCSCD),
        Check(ACCESS, permission, ALLOW, DAEMON),
        Check("virtual reader", driver, f"apt-get install vsmartcard-vpcd && {RESTART_PCSCD}"),
        Check(
            "its configuration", driver_setup, "apt-get install --reinstall vsmartcard-vpcd", "virtual reader"
        ),
        Check(f"port {vpcd.PORT}", driver_port, RESTART_PCSCD, DAEMON),
        Check(READERS, readers, "connect one; apt-get install vsmartcard-vpcd has an emulated one", ACCESS),
        Check("cards", cards, "insert one, or an emulated one: euicc serve --vpcd", READERS, needed=False),
        Check("pseudo-terminals", pseudo_terminals, "mount -t devpts devpts /dev/pts"),
        Check("modems", modems, "connect one", needed=False),
        Check(
            "permission for modems",
            modem_access,
            "usermod -aG dialout $USER, and log in again",
            "modems",
            False,
        ),
    )


def _package(name: str, mend: str, needed: bool = True) -> Check:
    return Check(f"package {name}", lambda: package(name), mend, needed=needed)


def python() -> str:
    """The version of Python."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST_PYTHON:
        raise Absent(f"{version} is too old")
    return f"{version} ({sys.executable})"


def package(name: str) -> str:
    """The version of an installed package."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        raise Absent("not installed") from None


def library() -> str:
    """The library that talks to pcscd."""
    try:
        ctypes.CDLL(LIBRARY)
    except OSError:
        raise Absent("not installed") from None
    return "installed"


def daemon() -> str:
    """The program that looks after the readers."""
    found = next((path for path in DAEMONS if path.exists()), None)
    if found is None:
        raise Absent("not installed")
    return str(found)


def daemon_socket() -> str:
    """Whether pcscd listens, and this user may connect."""
    path = Path(os.environ.get(SOCKET_VARIABLE) or SOCKET)
    try:
        is_socket = stat.S_ISSOCK(path.stat().st_mode)
    except FileNotFoundError:
        raise Absent(f"pcscd is not running: no {path}") from None
    if not is_socket:
        raise Absent(f"{path} is no socket")
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except PermissionError:
            raise Absent(f"this user may not write to {path}: chmod o+rw, or run as root") from None
        except OSError as error:
            raise Absent(f"nobody listens on {path}: {error.strerror}") from None
    return str(path)


def permission() -> str:
    """Whether pcscd lets this user in (polkit)."""
    known_readers()
    return f"granted to user {os.geteuid()}"


def driver() -> str:
    """The driver of the virtual reader."""
    found = next(iter(sorted(DRIVERS.rglob("libifdvpcd.so*"))), None)
    if found is None:
        raise Absent("its driver is not installed")
    return str(found)


def driver_setup() -> str:
    """The configuration that makes pcscd load the driver."""
    for path in sorted(CONFIGURATIONS.glob("*")):
        if path.is_file() and "libifdvpcd" in path.read_text(errors="replace"):
            return str(path)
    raise Absent(f"nothing in {CONFIGURATIONS} names the driver")


def driver_port() -> str:
    """Whether somebody listens where cards connect; looking does not disturb a card that is connected."""
    if vpcd.PORT not in listening():
        raise Absent(
            "the driver does not listen: pcscd does not run, or began before the driver was installed"
        )
    return "the driver listens"


def listening() -> set[int]:
    """The TCP ports that are listened on."""
    lines = [
        line.split() for path in LISTENING if path.exists() for line in path.read_text().splitlines()[1:]
    ]
    return {int(fields[1].rpartition(":")[2], 16) for fields in lines if fields[3:4] == [LISTEN]}


def readers() -> str:
    """The readers that pcscd has."""
    found = known_readers()
    if not found:
        raise Absent("pcscd knows no reader")
    return ", ".join(reader.name for reader in found)


def known_readers() -> tuple[pcsc.Reader, ...]:
    """What PC/SC says; a pcscd that hangs, as it does on a reader that never answers, is not waited for."""
    answers: SimpleQueue[tuple[pcsc.Reader, ...] | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(pcsc.readers())
        except (TransportError, OSError) as error:
            answers.put(error)

    Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=PATIENCE)
    except Empty:
        raise Absent(f"pcscd does not answer within {PATIENCE:g} s: {RESTART_PCSCD}") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def cards() -> str:
    """The cards in the readers."""
    found = [f"{reader.name}: {reader.atr.hex().upper()}" for reader in known_readers() if reader.atr]
    if not found:
        raise Absent("no card in any reader")
    return ", ".join(found)


def pseudo_terminals() -> str:
    """What `euicc serve --modem` is made of."""
    for end in os.openpty():
        os.close(end)
    return "can be made"


def modems() -> str:
    """Serial lines that may lead to a modem."""
    found = serial_lines()
    if not found:
        raise Absent("no serial line of a modem")
    return ", ".join(map(str, found))


def modem_access() -> str:
    """Whether this user may use them."""
    refused = [str(path) for path in serial_lines() if not os.access(path, os.R_OK | os.W_OK)]
    if refused:
        raise Absent(f"this user may not use {', '.join(refused)}")
    return "granted"


def serial_lines() -> list[Path]:
    """The devices that modems have."""
    return [path for pattern in SERIAL_LINES for path in sorted(Path("/dev").glob(pattern))]
