"""The files of a card behind a modem, and of one that a trace was recorded from."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Event, Thread

from typer.testing import CliRunner

from apdu.transport.modem import serve_tcp
from euicc.testing import profile_builder
from ipa.__main__ import app
from tests.ef.cards import card_with

BUILT = profile_builder.build()


def rows(*words: str) -> list[str]:
    result = CliRunner().invoke(app, ["--json", *words])
    assert result.exit_code == 0, result.output
    return [row["path"] for row in json.loads(result.stdout)]


def test_through_a_modem() -> None:
    stop, ready, addresses = Event(), Event(), []

    def listening(address: str) -> None:
        addresses.append(address)
        ready.set()

    card = card_with(BUILT.package)
    options = {"stop": stop, "log": lambda line: None, "ready": listening}
    server = Thread(target=lambda: serve_tcp(card, "127.0.0.1", 0, **options), daemon=True)  # type: ignore[arg-type]
    server.start()
    assert ready.wait(10)
    try:
        shown = rows("--modem", f"tcp:{addresses[0]}", "files", "ADF.USIM/DF.5GS")
    finally:
        stop.set()
        server.join(10)
    assert shown[0] == "ADF.USIM/DF.5GS"
    assert "ADF.USIM/DF.5GS/EF.Routing_Indicator" in shown


def test_from_a_trace(tmp_path: Path) -> None:
    card, trace = tmp_path / "a.card", tmp_path / "a.trace"
    card_with(BUILT.package).save(card)
    shown = rows("--card", str(card), "--trace", str(trace), "files", "EF.IMSI")
    assert rows("--replay", str(trace), "files", "EF.IMSI") == shown == ["ADF.USIM/EF.IMSI"]
