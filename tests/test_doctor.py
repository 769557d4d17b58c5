"""`euicc doctor`: every line says what is there, or the command that mends it; and it never raises."""

from __future__ import annotations

import ctypes
import json
import os
import socket
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from apdu.transport import TransportUnavailable, pcsc, vpcd
from euicc import doctor
from euicc.__main__ import app
from euicc.doctor import Finding, State
from tests.transports.pcscd import READER, Pcscd


def run(*options: str) -> Result:
    return CliRunner().invoke(app, ["doctor", *options], env={"COLUMNS": "300"})


def found(name: str) -> Finding:
    """The finding of this name."""
    (finding,) = [each for each in doctor.findings() if each.name == name]
    return finding


def look(name: str) -> Finding:
    """The finding of this check alone."""
    (check,) = [each for each in doctor.checks() if each.name == name]
    return check.run(set())


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without PC/SC and modems; the directory where its files would be."""
    for name in ("DRIVERS", "CONFIGURATIONS"):
        monkeypatch.setattr(doctor, name, tmp_path / name)
        (tmp_path / name).mkdir()
    monkeypatch.setattr(doctor, "DAEMONS", (tmp_path / "pcscd",))
    monkeypatch.setattr(doctor, "LISTENING", (tmp_path / "tcp",))
    monkeypatch.setenv(doctor.SOCKET_VARIABLE, str(tmp_path / "pcscd.comm"))
    monkeypatch.setattr(doctor, "LIBRARY", "libnowhere.so.1")
    monkeypatch.setattr(doctor, "serial_lines", list)
    # libpcsclite looks at the variable once: it must not see this one.
    monkeypatch.setattr(pcsc, "readers", refuse)
    return tmp_path


def test_a_machine_without_anything(bare: Path) -> None:
    result = run()
    assert result.exit_code == 1
    assert result.stderr == ""
    for words in ("apt-get install libpcsclite1", "apt-get install pcscd", "systemctl start pcscd"):
        assert words in result.stdout
    assert "apt-get install vsmartcard-vpcd" in result.stdout


def test_for_programs(bare: Path) -> None:
    result = run("--json")
    assert result.exit_code == 1
    rows = {row["name"]: row for row in json.loads(result.stdout)}
    assert rows["Python"]["state"] == "ok"
    assert rows["Python"]["mend"] == ""
    assert rows["pcscd"] == {
        "name": "pcscd",
        "state": "missing",
        "detail": "not installed",
        "mend": "apt-get install pcscd",
    }
    assert rows["modems"]["state"] == "optional"


def test_what_is_missing_has_a_command_and_what_depends_on_it_says_so(bare: Path) -> None:
    for finding in doctor.findings():
        assert finding.detail
        assert finding.mend or finding.state is State.OK
    assert found("permission for PC/SC").detail == "not without pcscd's socket"
    assert found("readers").mend == "first mend permission for PC/SC"


def test_python_and_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found("package cryptography").state is State.OK
    monkeypatch.setattr(doctor, "OLDEST_PYTHON", (4, 0))
    monkeypatch.setattr(doctor, "REQUIRED", ("no-such-package",))
    monkeypatch.setattr(doctor, "SERVING", ("no-such-server",))
    assert "too old" in found("Python").detail
    assert found("package no-such-package").state is State.MISSING
    assert found("package no-such-server").state is State.OPTIONAL


def test_the_socket(bare: Path) -> None:
    path = bare / "pcscd.comm"
    assert "is not running" in look("pcscd's socket").detail
    path.touch()
    assert "is no socket" in look("pcscd's socket").detail
    path.unlink()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        assert "nobody listens" in look("pcscd's socket").detail
        server.listen()
        assert look("pcscd's socket").state is State.OK


def test_a_socket_that_is_not_for_this_user(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing(socket.socket):
        def connect(self, address: object) -> None:
            raise PermissionError(13, "Permission denied")

    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(bare / "pcscd.comm"))
        monkeypatch.setattr(socket, "socket", Refusing)
        assert "this user may not write" in look("pcscd's socket").detail


def test_polkit_refuses(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "daemon_socket", lambda: "there")
    finding = found("permission for PC/SC")
    assert finding.state is State.MISSING
    assert "polkit" in finding.mend
    assert found("readers").detail == "not without permission for PC/SC"


def refuse() -> tuple[pcsc.Reader, ...]:
    raise TransportUnavailable("pcscd does not let this user in")


def test_a_pcscd_that_hangs(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()
    monkeypatch.setattr(doctor, "daemon_socket", lambda: "there")
    monkeypatch.setattr(doctor, "PATIENCE", 0.05)
    monkeypatch.setattr(pcsc, "readers", lambda: answered.wait(10) and ())
    assert "does not answer" in found("permission for PC/SC").detail
    assert found("cards").detail == "not without readers"
    answered.set()


def test_readers_and_cards(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "daemon_socket", lambda: "there")
    monkeypatch.setattr(pcsc, "readers", tuple)
    assert found("readers").state is State.MISSING
    reader = pcsc.Reader(0, "Reader 00 00", b"")
    monkeypatch.setattr(pcsc, "readers", lambda: (reader,))
    assert found("readers").detail == "Reader 00 00"
    assert found("cards").state is State.OPTIONAL
    monkeypatch.setattr(pcsc, "readers", lambda: (pcsc.Reader(0, "Reader 00 00", b"\x3b\x00"),))
    assert found("cards").detail == "Reader 00 00: 3B00"


def test_the_driver(bare: Path) -> None:
    assert found("virtual reader").state is State.MISSING
    assert found("its configuration").detail == "not without virtual reader"
    (bare / "DRIVERS" / "libifdvpcd.so").touch()
    assert found("virtual reader").state is State.OK
    assert "names the driver" in found("its configuration").detail
    (bare / "CONFIGURATIONS" / "vpcd").write_text("LIBPATH /usr/lib/libifdvpcd.so\n")
    assert found("its configuration").state is State.OK


def test_the_driver_s_port(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "daemon_socket", lambda: "there")
    assert "does not listen" in found(f"port {vpcd.PORT}").detail
    heading = "  sl  local_address rem_address   st\n"
    (bare / "tcp").write_text(f"{heading}   0: 00000000:{vpcd.PORT:04X} 00000000:0000 01\n")
    assert found(f"port {vpcd.PORT}").state is State.MISSING
    (bare / "tcp").write_text(f"{heading}   0: 00000000:{vpcd.PORT:04X} 00000000:0000 0A\n")
    assert found(f"port {vpcd.PORT}").state is State.OK


def test_listening_ports_of_this_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert server.getsockname()[1] in doctor.listening()


def test_modems(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = bare / "ttyUSB0"
    line.touch()
    monkeypatch.setattr(doctor, "serial_lines", lambda: [line])
    assert found("modems").detail == str(line)
    assert found("permission for modems").state is State.OK
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert "dialout" in found("permission for modems").mend


def test_nothing_that_goes_wrong_is_an_exception(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> object:
        raise OSError(5, "Input/output error")

    (bare / "CONFIGURATIONS" / "vpcd").mkdir()
    (bare / "tcp").write_text("garbage\nmore garbage\n")
    monkeypatch.setattr(doctor, "daemon_socket", lambda: "there")
    for module, name in ((ctypes, "CDLL"), (pcsc, "readers"), (os, "openpty"), (doctor, "serial_lines")):
        monkeypatch.setattr(module, name, broken)
    result = run()
    assert result.exit_code == 1
    assert "Input/output error" in result.stdout


def test_all_that_is_needed_is_there(pcscd: Pcscd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vpcd, "PORT", pcscd.port)
    result = run()
    assert result.exit_code == 0, result.stdout
    assert READER in result.stdout
    assert "missing" not in result.stdout
