"""The trace file: what was written once is read for ever."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from apdu import Exchange, Trace
from euicc.traces.interpreter import entries

GOLDEN = Path(__file__).parent / "golden"
EXCHANGES = (
    Exchange(None, bytes.fromhex("3B9F96803FC7828031E073FE211F573786609B30800000"), 0.0, 0.000012),
    Exchange(bytes.fromhex("0070000001"), bytes.fromhex("019000"), 0.00052, 0.000105),
    Exchange(
        bytes.fromhex("01A4040010A0000005591010FFFFFFFF8900000100"), bytes.fromhex("6121"), 0.001, 0.0001
    ),
    Exchange(
        bytes.fromhex("01C0000021"),
        bytes.fromhex("6F1F8410A0000005591010FFFFFFFF8900000100A5049F6501FFE00582030205009000"),
        0.0015,
        0.0001,
    ),
    Exchange(
        bytes.fromhex("81E2910006BF3E035C015A00"),
        bytes.fromhex("BF3E125A10890490320010010000000000000001209000"),
        0.25,
        0.004,
    ),
)
VERSIONS = {
    "version_1.trace": Trace(EXCHANGES, 12),
    "version_2.trace": Trace(EXCHANGES, 12, "Pcsc", datetime(2025, 3, 1, 9, 30, tzinfo=UTC)),
}


@pytest.mark.parametrize("name", VERSIONS)
def test_every_version_is_read(name: str) -> None:
    trace = Trace.load(GOLDEN / name)
    assert trace == VERSIONS[name]
    assert [entry.words for entry in entries(trace)] == [
        "reset",
        "MANAGE CHANNEL open 1",
        "SELECT ISD-R",
        "STORE DATA → ES10c.GetEID",
    ]


def test_the_version_of_today_is_written_as_it_was() -> None:
    assert VERSIONS["version_2.trace"].to_text() == (GOLDEN / "version_2.trace").read_text(encoding="utf-8")
