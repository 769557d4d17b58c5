"""`euicc serve`: the card is reached as it says, keeps what it was told, and stops when it is asked to."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Queue

import pytest

from apdu import Trace, TransportError
from apdu.transport.tcp import TcpTransport, parse_address
from euicc import Card
from euicc import eid as eids
from euicc.testing import http
from euicc.testing.pki import Pki
from euicc.testing.profile_builder import build
from euicc.testing.smdp import SmDpPlus
from ipa.lpa import Lpa
from tests.transports.pcscd import Pcscd

OTHER_EID = eids.with_check_digits("890490320010010000000000000002")
SECONDS = 20.0


class Serving:
    """A server in another process; `lines` come as it prints them."""

    def __init__(self, *arguments: str | Path) -> None:
        command = [sys.executable, "-m", "euicc", "serve", *map(str, arguments)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True)
        self._lines: Queue[str] = Queue()
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip())

    def line(self, word: str) -> str:
        """The next line with this word."""
        while word not in (line := self._lines.get(timeout=SECONDS)):
            pass
        return line

    def hint(self, option: str) -> list[str]:
        """The arguments of the `ipa` command that it names for this door."""
        program, *arguments = shlex.split(self.line(f"ipa {option}"))
        assert program == "ipa"
        return arguments

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Exit code and what went to the standard error."""
        self.process.send_signal(number)
        code = self.process.wait(SECONDS)
        assert self.process.stderr is not None
        return code, self.process.stderr.read()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reading.join()
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()


@contextmanager
def serving(*arguments: str | Path) -> Iterator[Serving]:
    server = Serving(*arguments)
    try:
        yield server
    finally:
        server.close()


def ipa(*arguments: str | Path) -> object:
    command = [sys.executable, "-m", "ipa", "--json", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_over_tcp_as_it_says_and_kept_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "a.card"
    with serving(file, "--tcp", "127.0.0.1:0", "--eid", OTHER_EID.hex()) as server:
        assert OTHER_EID.hex() in server.line("EID")
        hint = server.hint("--tcp")
        shown = ipa(*hint)
        assert isinstance(shown, dict)
        assert shown["eid"] == OTHER_EID.hex()
        ipa(*hint[:2], "address", "smdp.example.com")
        assert server.stop() == (0, "")
        assert server.line("stopped")
    with serving(file, "--tcp", "127.0.0.1:0", "--eid", OTHER_EID.hex(), "--variant", "sgp22") as server:
        again = ipa(*server.hint("--tcp")[:2], "address")
        assert isinstance(again, dict)
        assert again["default_dp_address"] == "smdp.example.com"
        assert server.stop(signal.SIGINT) == (0, "")


def test_in_a_modem_as_it_says(tmp_path: Path) -> None:
    path = tmp_path / "modem"
    with serving("--modem", path) as server:
        shown = ipa(*server.hint("--modem"))
        assert isinstance(shown, dict)
        assert shown["eid"] == eids.DEFAULT.hex()
        assert server.stop() == (0, "")
    assert not path.exists()
    assert os.listdir(tmp_path) == []


def test_in_a_modem_behind_a_port() -> None:
    with serving("--modem", "tcp:127.0.0.1:0") as server:
        hint = server.hint("--modem")
        assert hint[1].startswith("tcp:127.0.0.1:")
        shown = ipa(*hint)
        assert isinstance(shown, dict)
        assert shown["eid"] == eids.DEFAULT.hex()


def test_in_the_virtual_reader(pcscd: Pcscd) -> None:
    with serving("--vpcd", f"127.0.0.1:{pcscd.port}") as server:
        assert server.hint("--reader")[-1] == "info"
        reader = pcscd.wait_for_card()
        shown = ipa("--reader", reader.name, "info")
        assert isinstance(shown, dict)
        assert shown["eid"] == eids.DEFAULT.hex()
        listed = ipa("readers")
        assert isinstance(listed, list)
        assert (reader.name, reader.atr.hex().upper()) in [(each["reader"], each["card"]) for each in listed]
        code, _errors = server.stop()
        assert code == 0
    pcscd.wait_for_card(present=False)


def test_the_virtual_reader_has_a_default_address_and_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "a.card"
    with serving("--vpcd", file, "--tcp", "0") as server:
        assert "127.0.0.1:35963" in server.line("virtual reader")
        server.hint("--tcp")
        code, errors = server.stop()
    assert code == 0
    assert len(errors.splitlines()) <= 2
    assert file.exists()


def test_a_program_beside_the_card_finds_it_and_decides_the_exit_code(tmp_path: Path) -> None:
    ask = f"{shlex.quote(sys.executable)} -m ipa --json"
    both = f"{ask} --tcp $EUICC_TCP info && {ask} --modem $EUICC_MODEM info; exit 7"
    with serving("--tcp", "0", "--modem", tmp_path / "modem", "--run", both) as server:
        assert server.process.wait(SECONDS) == 7
        for _ in range(2):
            assert server.line(f'"eid": "{eids.DEFAULT.hex()}"')
    assert not (tmp_path / "modem").is_symlink()


def test_a_program_beside_the_virtual_reader_finds_the_card_in_it(pcscd: Pcscd) -> None:
    ask = f"{shlex.quote(sys.executable)} -m ipa --reader '$EUICC_READER' info".replace("'", '"')
    with serving("--vpcd", f"127.0.0.1:{pcscd.port}", "--run", ask) as server:
        assert server.line(eids.DEFAULT.hex())
        assert server.process.wait(SECONDS) == 0


def test_one_card_behind_two_doors(tmp_path: Path) -> None:
    with serving("--tcp", "127.0.0.1:0", "--modem", tmp_path / "modem") as server:
        hints = {words[0]: words[1] for words in (line_words(server) for _ in range(2))}
        ipa("--tcp", hints["--tcp"], "address", "smdp.example.com")
        shown = ipa("--modem", hints["--modem"], "address")
        assert isinstance(shown, dict)
        assert shown["default_dp_address"] == "smdp.example.com"


def line_words(server: Serving) -> list[str]:
    return shlex.split(server.line("  ipa "))[1:]


def test_a_download_over_tcp_with_the_ci_that_is_printed(tmp_path: Path) -> None:
    ci = tmp_path / "ci.pem"
    printed = subprocess.run(
        [sys.executable, "-m", "euicc", "ci"], capture_output=True, text=True, check=True
    )
    ci.write_text(printed.stdout)
    smdp = SmDpPlus(Pki.default())
    code = smdp.order(build().package)
    tls = Pki.default().issue_tls("localhost", ["127.0.0.1"])
    with http.serve(smdp, tls=tls), serving("--tcp", "127.0.0.1:0") as server:
        door = server.hint("--tcp")[:2]
        done = ipa(*door, "download", f"LPA:{smdp.activation_code(code)}", "--ci", ci)
        assert isinstance(done, dict)
        ipa(*door, "enable", done["iccid"])
        profiles = ipa(*door, "profiles")
    assert isinstance(profiles, list)
    assert [each["state"] for each in profiles] == ["enabled"]


def test_a_trace_that_replays_as_a_card(tmp_path: Path) -> None:
    with serving("--tcp", "127.0.0.1:0", "--trace", tmp_path / "card.trace") as server:
        door = server.hint("--tcp")[:2]
        shown = ipa(*door, "--trace", tmp_path / "device.trace", "info")
        assert server.stop() == (0, "")
    assert ipa("--replay", tmp_path / "device.trace", "info") == shown
    recorded = [Trace.load(tmp_path / f"{side}.trace").exchanges for side in ("card", "device")]
    assert [each.command for each in recorded[0]] == [each.command for each in recorded[1]]


def test_a_trace_of_what_went_through_a_modem(tmp_path: Path) -> None:
    trace = tmp_path / "device.trace"
    with serving("--modem", tmp_path / "modem") as server:
        ipa(*server.hint("--modem")[:2], "--trace", trace, "info")
    shown = subprocess.run(
        [sys.executable, "-m", "euicc", "trace", str(trace)], capture_output=True, text=True, check=True
    )
    assert "ES10c.GetEID" in shown.stdout
    assert eids.DEFAULT.hex() in shown.stdout


def test_a_connected_client_does_not_keep_it(tmp_path: Path) -> None:
    file = tmp_path / "a.card"
    with (
        serving(file, "--tcp", "127.0.0.1:0") as server,
        TcpTransport(*parse_address(server.hint("--tcp")[1])) as transport,
    ):
        transport.reset()
        assert server.stop() == (0, "")
    with Card.open(file) as card:
        assert card.identity.eid == eids.DEFAULT


@pytest.mark.parametrize("moment", [0.003, 0.05, 0.11])
def test_sigterm_loses_no_command_that_was_answered(tmp_path: Path, moment: float) -> None:
    file = tmp_path / "a.card"
    with serving(file, "--tcp", "127.0.0.1:0") as server:
        address = parse_address(server.hint("--tcp")[1])
        answered = write_until_it_stops(address, lambda: server.process.send_signal(signal.SIGTERM), moment)
        assert server.process.wait(SECONDS) == 0
    assert answered > 0
    with Card.open(file) as card:
        assert Lpa(card).addresses().default_dp_address in (named(answered), named(answered + 1))


def write_until_it_stops(address: tuple[str, int], end: Callable[[], None], moment: float) -> int:
    """Gives the card one default address after the other; how many it took, until it was gone."""
    answered = 0
    with TcpTransport(*address) as transport, suppress(TransportError):
        lpa = Lpa(transport)
        lpa.eid()
        timer = threading.Timer(moment, end)
        while True:
            lpa.set_default_dp_address(named(answered + 1))
            answered += 1
            if answered == 1:
                timer.start()
    timer.join()
    return answered


def named(number: int) -> str:
    return f"n{number}.example.com"


def test_it_is_on_loopback_unless_told_otherwise() -> None:
    with serving("--tcp", "0") as server:
        assert server.hint("--tcp")[1].startswith("127.0.0.1:")
        assert server.stop() == (0, "")
    with serving("--tcp", "0.0.0.0:0") as server:
        host, _port = parse_address(server.hint("--tcp")[1])
        assert host == "127.0.0.1"
        code, errors = server.stop()
    assert code == 0
    assert "everyone who reaches 0.0.0.0 can use the card" in errors


def refused(*arguments: str | Path) -> str:
    """The one line with which it does not start."""
    command = [sys.executable, "-m", "euicc", "serve", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    return line


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--eid", OTHER_EID.hex()), f"has EID {eids.DEFAULT.hex()}"),
        (("--variant", "sgp32"), "is of variant sgp22"),
        (("--curve", "brainpool"), "trusts other CIs"),
    ],
)
def test_another_card_than_wanted(tmp_path: Path, options: tuple[str, ...], reason: str) -> None:
    file = tmp_path / "a.card"
    Card.manufacture().save(file)
    assert reason in refused(file, "--tcp", "0", *options)


def test_a_trace_never_replaces_the_card(tmp_path: Path) -> None:
    file = tmp_path / "a.card"
    Card.manufacture().save(file)
    before = file.read_bytes()
    command = [sys.executable, "-m", "euicc", "serve", str(file), "--tcp", "0", "--trace", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 2
    assert "would be overwritten" in done.stderr
    assert file.read_bytes() == before


def test_a_busy_port_ends_all_doors(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = refused("--modem", tmp_path / "modem", "--tcp", f"127.0.0.1:{port}")
    assert "Address already in use" in line
    assert "port 0 takes a free one" in line
    assert os.listdir(tmp_path) == []


def test_a_card_of_sgp02_is_no_card_for_es10() -> None:
    with serving("--variant", "sgp02", "--tcp", "127.0.0.1:0") as server:
        assert "not for ipa info" in server.line("SGP.02")
        with pytest.raises(AssertionError, match=r"a card of SGP\.02 knows no ES10"):
            ipa(*server.hint("--tcp"))
        assert server.stop() == (0, "")
