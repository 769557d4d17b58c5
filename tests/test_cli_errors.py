"""Whatever is wrong with a command: one line that says what and what to do, exit code 1 or 2, and no traceback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from euicc import Card
from euicc.__main__ import app as euicc_app
from euicc.testing import demo, http
from ipa.__main__ import app as ipa_app

APPS = {"euicc": euicc_app, "ipa": ipa_app}
NOBODY = 65534
# Imported before a user is somebody who may not read them.
LOADED = (demo, http)
ABSENT = "89000123456789012341"
# A trace of nothing but its heading.
EMPTY_TRACE = "APDU trace 2\n"

# The commands of `ipa` that need a card, with arguments that are right.
ON_A_CARD = (
    ("info",),
    ("profiles",),
    ("files",),
    ("download", "LPA:1$127.0.0.1:9$X"),
    ("enable", ABSENT),
    ("disable", ABSENT),
    ("delete", ABSENT),
    ("nickname", ABSENT, "x"),
    ("notifications",),
    ("notifications", "list"),
    ("notifications", "send"),
    ("notifications", "remove", "1"),
    ("address",),
    ("reset",),
    ("poll",),
    ("eim", "list"),
    ("memory-reset", "--eim"),
    ("rollback",),
    ("fallback",),
    ("emergency",),
    ("pin", "status"),
    ("sim",),
    ("authenticate", "00" * 16, "00" * 16),
)
# Doors behind which there is no card, and what is said of them.
WRONG_DOORS = (
    (("--card", "missing"), "no card file at missing", 1),
    (("--card", "text"), "text", 1),
    (("--card", "directory"), "no card file at directory", 1),
    (("--tcp", "127.0.0.1:{closed}"), "start its server", 1),
    (("--tcp", "somewhere"), "not HOST:PORT", 2),
    (("--modem", "missing"), "directory; euicc doctor lists the modems", 1),
    (("--modem", "text"), "not a serial line; euicc doctor lists the modems", 1),
    (("--modem", "tcp:127.0.0.1:{closed}"), "start its server, or name another address", 1),
    (("--modem", "tcp:somewhere"), "HOST:PORT", 1),
    (("--replay", "missing"), "missing: No such file", 1),
    (("--replay", "text"), "not a trace, as --trace keeps it", 1),
    (("--replay", "empty.trace"), "the trace is over", 1),
    ((), "--card FILE", 2),
    (("--card", "a.card", "--tcp", "127.0.0.1:{closed}"), "not --card and --tcp", 2),
    (("--card", "a.card", "--trace", "a.card"), "--trace", 2),
    (("--card", "a.card", "--trace", "missing/trace"), "check the path", 1),
)
# Program, arguments, what the line says, exit code.
Row = tuple[str, tuple[str, ...], str, int]
WRONG: tuple[Row, ...] = (
    *(("ipa", (*door, *command), says, code) for door, says, code in WRONG_DOORS for command in ON_A_CARD),
    ("ipa", ("unknown",), "ipa --help", 2),
    ("ipa", ("--unknown", "info"), "ipa --help", 2),
    ("ipa", ("readers", "extra"), "extra", 2),
    *(("ipa", ("--card", "a.card", *command, "--unknown"), "--help", 2) for command in ON_A_CARD),
    *(
        ("ipa", ("--card", "a.card", command), "Missing argument", 2)
        for command in ("enable", "disable", "delete", "nickname")
    ),
    ("ipa", ("--card", "a.card", "notifications", "remove", "one"), "integer", 2),
    ("ipa", ("--card", "a.card", "download", "LPA:1$h$X", "--connect-to", "h"), "NAME=HOST:PORT", 2),
    ("ipa", ("--card", "a.card", "download", "LPA:1$h$X", "--ci", "missing"), "missing", 1),
    ("ipa", ("--card", "a.card", "enable", "12"), "not an ICCID", 1),
    ("ipa", ("--card", "a.card", "files", "EF.NOTHING"), "neither a name like EF.IMSI", 2),
    ("ipa", ("--card", "a.card", "files", "EF.IMSI"), "the card has no EF.IMSI", 1),
    ("ipa", ("--card", "a.card", "files", "--pin"), "set IPA_PIN", 2),
    ("ipa", ("--card", "a.card", "eim", "add-initial", "missing"), "missing", 1),
    ("ipa", ("--card", "a.card", "eim", "add-initial", "text"), "text", 1),
    ("ipa", ("--card", "a.card", "poll", "--cause", "x"), "--cause", 2),
    *(
        ("ipa", ("--card", "a.card", "pin", command), "is a profile enabled", 1)
        for command in ("status", "verify", "change", "enable", "disable", "unblock")
    ),
    ("ipa", ("--card", "a.card", "sim"), "is a profile enabled", 1),
    ("ipa", ("--card", "a.card", "pin", "verify", "--key", "pin3"), "pin1, pin2", 2),
    ("ipa", ("--card", "a.card", "pin", "verify", "1234"), "unexpected extra argument", 2),
    ("ipa", ("--card", "a.card", "authenticate", "12", "00" * 16), "32 hexadecimal digits", 2),
    ("ipa", ("--card", "a.card", "authenticate", "00" * 16), "Missing argument", 2),
    ("ipa", ("--card", "a.card", "authenticate", "00" * 16, "00" * 16), "is a profile enabled", 1),
    ("ipa", ("check", "--unknown"), "ipa check --help", 2),
    ("ipa", ("check",), "no command to check", 2),
    ("ipa", ("check", "extra"), "extra", 2),
    ("ipa", ("check", "--command", "p {{what}}"), "{what} is none of action", 2),
    ("ipa", ("check", "--command", "p '"), "No closing quotation", 2),
    ("ipa", ("check", "--command", "p", "--door", "x"), "x is none of tcp", 2),
    ("ipa", ("check", "--command", "p", "--door", "vpcd", "--vpcd", "x"), "HOST:PORT", 2),
    ("ipa", ("check", "--command", "p", "--only", "x"), "--list", 2),
    ("ipa", ("check", "--list", "--only", "x"), "no case fits x", 2),
    ("ipa", ("check", "--command", "./missing", "--door", "tcp", "--only", "poll/eid"), "cannot be run", 2),
    ("ipa", ("check", "--commands", "missing"), "missing: No such file", 1),
    ("ipa", ("check", "--commands", "text"), "text", 2),
    ("ipa", ("check", "--commands", "empty.toml"), "no table commands", 2),
    ("ipa", ("check", "--command", "p", "--html", "missing/page"), "check the path", 1),
    ("ipa", ("check", "--command", "p", "--html", "page", "--junit", "page"), "one file", 2),
    ("euicc", ("unknown",), "euicc --help", 2),
    *(
        ("euicc", (command, "--unknown"), f"euicc {command} --help", 2)
        for command in (
            "new",
            "show",
            "info",
            "ci",
            "demo",
            "smdp",
            "eim",
            "serve",
            "trace",
            "doctor",
            "quirks",
            "check",
        )
    ),
    ("euicc", ("new",), "Missing argument", 2),
    ("euicc", ("new", "a.card"), "--force", 1),
    ("euicc", ("new", "missing/b.card"), "is its directory there", 1),
    ("euicc", ("new", "b.card", "--eid", "12"), "EID", 2),
    ("euicc", ("new", "b.card", "--variant", "x"), "sgp22", 2),
    ("euicc", ("new", "b.card", "--curve", "x"), "nist", 2),
    ("euicc", ("new", "b.card", "--seed", "x"), "--seed", 2),
    ("euicc", ("new", "b.card", "--quirk", "x"), "no quirk 'x'; there are", 1),
    ("euicc", ("new", "b.card", "--quirk", "true-as-01"), "is for cards of sgp32", 1),
    ("euicc", ("quirks", "extra"), "extra", 2),
    ("euicc", ("new", "b.card", "--pki", "missing"), "missing", 1),
    ("euicc", ("new", "b.card", "--profile", "missing"), "check the path", 1),
    ("euicc", ("new", "b.card", "--profile", "text"), "ProfileElement", 1),
    ("euicc", ("new", "directory", "--force"), "cannot write directory", 1),
    ("euicc", ("show",), "Missing argument", 2),
    ("euicc", ("show", "missing"), "euicc new", 1),
    ("euicc", ("show", "text"), "text", 1),
    ("euicc", ("show", "a.card", "--files"), "no profile is enabled", 1),
    ("euicc", ("show", "a.card", "--files", ABSENT), f"no profile {ABSENT}", 1),
    ("euicc", ("info",), "Missing argument", 2),
    ("euicc", ("info", "missing"), "euicc new", 1),
    ("euicc", ("info", "text"), "text", 1),
    ("euicc", ("ci", "--pki", "missing"), "missing", 1),
    ("euicc", ("ci", "--pki", "directory"), "CI", 1),
    ("euicc", ("demo", "--profile", "missing"), "check the path", 1),
    ("euicc", ("demo", "--profile", "directory"), "not a directory", 1),
    ("euicc", ("demo", "--profile", "text", "--trace", "text"), "overwritten", 2),
    ("euicc", ("smdp", "--listen", "127.0.0.1:{busy}"), "port 0 takes a free one", 1),
    ("euicc", ("smdp", "--listen", "x"), "HOST:PORT", 2),
    ("euicc", ("smdp", "missing"), "check the path", 1),
    ("euicc", ("smdp", "--pki", "missing"), "missing", 1),
    ("euicc", ("eim", "--listen", "x"), "HOST:PORT", 2),
    ("euicc", ("eim", "--listen", "127.0.0.1:{busy}"), "port 0 takes a free one", 1),
    ("euicc", ("eim", "text"), "text", 1),
    ("euicc", ("eim", "--eid", "12", "--do", "list"), "EID", 2),
    ("euicc", ("serve",), "--vpcd, --tcp, --modem", 2),
    ("euicc", ("serve", "--tcp", "x"), "HOST:PORT", 2),
    ("euicc", ("serve", "--tcp", "127.0.0.1:99999"), "HOST:PORT", 2),
    ("euicc", ("serve", "--vpcd=x"), "HOST:PORT", 2),
    ("euicc", ("serve", "--modem", "tcp:x"), "HOST:PORT", 2),
    ("euicc", ("serve", "--tcp", "127.0.0.1:{busy}"), "port 0 takes a free one", 1),
    ("euicc", ("serve", "--modem", "tcp:127.0.0.1:{busy}"), "port 0 takes a free one", 1),
    ("euicc", ("serve", "--modem", "text"), "text", 1),
    ("euicc", ("serve", "--modem", "missing/modem"), "name another path", 1),
    ("euicc", ("serve", "text", "--tcp", "0"), "text", 1),
    ("euicc", ("serve", "missing/b.card", "--tcp", "0"), "is its directory there", 1),
    ("euicc", ("serve", "--tcp", "0", "--eid", "12"), "EID", 2),
    ("euicc", ("serve", "--tcp", "0", "--variant", "x"), "sgp22", 2),
    ("euicc", ("serve", "--tcp", "0", "--pki", "missing"), "missing", 1),
    ("euicc", ("serve", "--tcp", "0", "--trace", "missing/trace"), "check the path", 1),
    ("euicc", ("serve", "a.card", "--tcp", "0", "--trace", "a.card"), "overwritten", 2),
    ("euicc", ("trace",), "Missing argument", 2),
    ("euicc", ("trace", "missing"), "check the path", 1),
    ("euicc", ("trace", "text"), "text", 1),
    ("euicc", ("trace", "a.card"), "not a text", 1),
    ("euicc", ("trace", "empty.trace", "--html", "missing/page"), "check the path", 1),
    ("euicc", ("trace", "empty.trace", "--pcap", "directory"), "not a directory", 1),
    ("euicc", ("trace", "empty.trace", "--against"), "--card FILE", 2),
    ("euicc", ("trace", "empty.trace", "--against", "--card", "missing"), "no card file", 1),
    ("euicc", ("trace", "empty.trace", "--against", "--tcp", "127.0.0.1:{closed}"), "start its server", 1),
    ("euicc", ("trace", "empty.trace", "--against", "--tcp", "x"), "HOST:PORT", 2),
    ("euicc", ("trace", "empty.trace", "--against", "--modem", "missing"), "cannot be opened", 1),
    ("euicc", ("doctor", "extra"), "extra", 2),
    ("euicc", ("check",), "--card FILE", 2),
    ("euicc", ("check", "--card", "a.card", "--tcp", "127.0.0.1:{closed}"), "it needs one card", 2),
    ("euicc", ("check", "--card", "missing"), "no card file", 1),
    ("euicc", ("check", "--card", "text"), "text", 1),
    ("euicc", ("check", "--tcp", "127.0.0.1:{closed}"), "start its server", 1),
    ("euicc", ("check", "--tcp", "x"), "HOST:PORT", 2),
    ("euicc", ("check", "--modem", "missing"), "cannot be opened", 1),
    ("euicc", ("check", "--replay", "text"), "not a trace", 1),
    ("euicc", ("check", "--replay", "empty.trace"), "not one of a check", 1),
    ("euicc", ("check", "--card", "a.card", "--only", "nothing/*"), "--list shows them all", 2),
    ("euicc", ("check", "--card", "a.card", "--pki", "missing"), "missing", 1),
    ("euicc", ("check", "--card", "a.card", "--html", "missing/page"), "check the path", 1),
    ("euicc", ("check", "--card", "a.card", "--html", "a.card"), "overwritten", 2),
    ("euicc", ("check", "--card", "a.card", "--junit", "directory"), "not a directory", 1),
    ("euicc", ("check", "--card", "a.card", "--junit", "b", "--html", "b"), "one file", 2),
    ("euicc", ("check", "--card", "a.card", "--k", "12"), "32 hexadecimal digits", 2),
)
FORBIDDEN: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ipa", ("--card", "a.card", "info")),
    ("ipa", ("--replay", "empty.trace", "info")),
    ("ipa", ("--modem", "text", "info")),
    ("ipa", ("--card", "a.card", "--trace", "b.trace", "info")),
    ("euicc", ("new", "b.card")),
    ("euicc", ("new", "a.card", "--force")),
    ("euicc", ("info", "a.card")),
    ("euicc", ("show", "a.card")),
    ("euicc", ("ci", "--pki", "directory")),
    ("euicc", ("demo", "--profile", "text")),
    ("euicc", ("smdp", "text")),
    ("euicc", ("serve", "a.card", "--tcp", "0")),
    ("euicc", ("serve", "b.card", "--tcp", "0")),
    ("euicc", ("serve", "--modem", "modem")),
    ("euicc", ("serve", "--tcp", "0", "--trace", "b.trace")),
    ("euicc", ("trace", "empty.trace")),
    ("euicc", ("check", "--card", "a.card")),
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with a card, a text, a trace and a directory."""
    (tmp_path / "text").write_text("nothing that anybody wants\n")
    (tmp_path / "empty.trace").write_text(EMPTY_TRACE)
    (tmp_path / "empty.toml").write_text("")
    (tmp_path / "directory").mkdir()
    Card.manufacture().save(tmp_path / "a.card")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def ports() -> Iterator[dict[str, int]]:
    """A port where somebody else listens, and one where nobody does."""
    with socket.create_server(("127.0.0.1", 0)) as busy, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        yield {"busy": busy.getsockname()[1], "closed": closed.getsockname()[1]}


def one_line(stderr: str) -> str:
    (line,) = stderr.splitlines()
    assert line.startswith("error: ")
    assert "Traceback" not in line
    assert "[Errno" not in line
    return line


@pytest.mark.parametrize("row", WRONG, ids=lambda row: " ".join((row[0], *row[1])))
def test_one_line(place: Path, ports: dict[str, int], row: Row) -> None:
    program, arguments, says, code = row
    words = [word.format(**ports) for word in arguments]
    result = CliRunner().invoke(APPS[program], words, prog_name=program)
    assert isinstance(result.exception, SystemExit), result.exception
    assert says in one_line(result.stderr)
    assert result.exit_code == code


@pytest.mark.parametrize(("program", "words"), FORBIDDEN)
def test_no_permission(place: Path, unprivileged: None, program: str, words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(APPS[program], words)
    assert isinstance(result.exception, SystemExit), result.exception
    line = one_line(result.stderr)
    assert "ermission" in line or "may this user" in line
    assert result.exit_code == 1


@pytest.fixture
def unprivileged(place: Path) -> Iterator[None]:
    """A user who may not enter, read or write what is in `place`."""
    is_root = os.geteuid() == 0
    for path in (*place.iterdir(), place):
        path.chmod(0)
    if is_root:
        os.seteuid(NOBODY)
    try:
        if not os.access(__file__, os.R_OK, effective_ids=True):
            pytest.skip("the project is not readable for other users")
        yield
    finally:
        if is_root:
            os.seteuid(0)
        place.chmod(0o700)
        for path in place.iterdir():
            path.chmod(0o700)


@pytest.mark.parametrize("words", [("--reader", "any", "info"), ("--reader", "7", "profiles"), ("readers",)])
def test_no_pcscd(place: Path, words: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "ipa", *words]
    environment = {**os.environ, "PCSCLITE_CSOCK_NAME": str(place / "missing")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=30)
    assert (done.returncode, done.stdout) == (1, "")
    assert "install" in one_line(done.stderr)


def test_nobody_reads_the_output(place: Path) -> None:
    """`ipa ... | head -0`: no traceback, either."""
    command = f"{sys.executable} -m ipa --card a.card info --json | true"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True, timeout=30)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("program", APPS)
def test_every_command_is_in_the_table(program: str) -> None:
    commands = set(typer.main.get_command(APPS[program]).commands)  # type: ignore[attr-defined]
    assert commands <= {word for name, words, *_ in WRONG if name == program for word in words}
