"""python -m examples.service_platform: its commands, and what it says to a wrong one."""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from examples.service_platform import diagram
from examples.service_platform.__main__ import main
from examples.service_platform.air import Air
from examples.service_platform.roles import Party, Role, read_parties
from examples.service_platform.server import listening, serving
from tests.service_platform.world import World


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["service_platform", *arguments])
    main()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "COMMAND"),
        (("draw",), "invalid choice: 'draw'"),
        (("serve",), "--db"),
        (("serve", "--db", "x", "--port", "65536"), "65536 is no port"),
        (("serve", "--db", "x", "--port", "http"), "http is no port"),
        (("demo", "--fast"), "--fast"),
        (("device", "--number", "1000000"), "1000000 is no number"),
    ],
)
def test_a_wrong_use(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, *arguments)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("command", [(), ("serve",), ("device",), ("demo",), ("diagram",)])
def test_help(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, *command, "--help")
    assert ended.value.code == 0
    assert "usage: python -m examples.service_platform" in capsys.readouterr().out


def test_a_file_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"error: .* cannot be used"):
        run(monkeypatch, "serve", "--db", str(tmp_path / "missing" / "platform.db"))


def test_an_address_that_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with listening("127.0.0.1", 0) as taken:
        port = str(taken.getsockname()[1])
        with pytest.raises(SystemExit, match=f"error: cannot listen on 127.0.0.1:{port}"):
            run(monkeypatch, "serve", "--db", str(tmp_path / "platform.db"), "--port", port)


def test_the_diagram_is_written_anew(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text, copy = diagram.DOCUMENT.read_text(), tmp_path / "copy.md"
    copy.write_text(text.replace("| active |", "| running |"))
    with pytest.raises(SystemExit, match="older than the tables"):
        run(monkeypatch, "diagram", "--check", "--document", str(copy))
    assert copy.read_text() != text
    run(monkeypatch, "diagram", "--document", str(copy))
    assert copy.read_text() == text
    run(monkeypatch, "diagram", "--check", "--document", str(copy))
    assert capsys.readouterr().out.count("is up to date") == 2


def test_a_document_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"error: .*missing\.md"):
        run(monkeypatch, "diagram", "--document", str(tmp_path / "missing.md"))


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "{}",
        "[]",
        '[{"name": "a", "role": "operator"}]',
        '[{"name": "a", "role": "owner", "token": "t"}]',
        '[{"name": "a", "role": "device", "token": "t"}]',
        '[{"name": "a", "role": "operator", "token": ""}]',
        '[{"name": "a", "role": "operator", "token": "t"}, {"name": "b", "role": "operator", "token": "t"}]',
    ],
)
def test_parties_that_are_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    path = tmp_path / "parties.json"
    path.write_text(text)
    with pytest.raises(SystemExit, match=r"error: .*parties\.json: "):
        run(monkeypatch, "serve", "--db", str(tmp_path / "platform.db"), "--parties", str(path))
    assert not (tmp_path / "platform.db").exists()


def test_parties_of_a_file() -> None:
    text = '[{"name": "ours", "role": "operator", "token": "a secret"}]'
    assert read_parties(text) == (Party("ours", Role.OPERATOR, "a secret"),)


def test_an_emulated_device_for_a_served_platform(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world.deliver(1)
    credential = world.announce(1)
    with serving(world.platform, air=Air(world.network)) as url:
        run(monkeypatch, "device", "--url", url)
        run(monkeypatch, "device", "--url", url, "--number", "1", "--credential", credential)
        with pytest.raises(SystemExit, match="error: 403 forbidden"):
            run(monkeypatch, "device", "--url", url, "--number", "2", "--credential", credential)
    said = capsys.readouterr().out.splitlines()
    assert said[1] == "attaches: the subscription is barred"
    assert said[3:5] == ["reported itself: device_test", "attaches: admitted, leads to: test"]
    for nobody in (url, "http://127.0.0.1:port", "platform"):
        with pytest.raises(SystemExit, match=f"error: no platform is reached at {nobody}: "):
            run(monkeypatch, "device", "--url", nobody)


def test_an_address_of_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    class Other(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Other) as other:
        thread = Thread(target=other.handle_request)
        thread.start()
        with pytest.raises(SystemExit, match="is no service platform"):
            run(monkeypatch, "device", "--url", f"http://127.0.0.1:{other.server_port}", "--credential", "x")
        thread.join()
