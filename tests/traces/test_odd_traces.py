"""Traces that fuzzing found to be told in one form and not in another."""

from __future__ import annotations

import struct

import pytest

from apdu import Exchange, Trace, TraceFormatError
from euicc.traces.pcap import pcap

ONE = "APDU trace 2\n{}@ {} +0.000001\n> 00A40000\n< 9000\n"
FILE_HEADER, PACKET_HEADER = 24, 16


@pytest.mark.parametrize("recorded", ["", "recorded 0001-01-01T00:00:00+00:00\n"])
@pytest.mark.parametrize("started", ["99999999999999.000000", "-99999999999999.000000", "-5.000000"])
def test_times_that_no_clock_shows(recorded: str, started: str) -> None:
    trace = Trace.from_text(ONE.format(recorded, started))
    assert Trace.from_text(trace.to_text()) == trace
    assert len(pcap(trace)) > FILE_HEADER + PACKET_HEADER


def test_a_time_before_the_trace_began() -> None:
    written = pcap(Trace((Exchange(bytes(4), b"\x90\x00", -0.25),)))
    seconds, microseconds = struct.unpack_from("<II", written, FILE_HEADER)
    assert (seconds, microseconds) == (0xFFFFFFFF, 750_000)


@pytest.mark.parametrize("times", [("9" * 400 + ".0", "0.0"), ("0.0", "9" * 400 + ".0")])
def test_a_time_that_is_no_number(times: tuple[str, str]) -> None:
    with pytest.raises(TraceFormatError, match="not understood"):
        Trace.from_text("APDU trace 2\n@ {} +{}\n> 00A40000\n< 9000\n".format(*times))


def test_an_exchange_longer_than_a_datagram() -> None:
    command = bytes.fromhex("80E29100") + b"\x00\xff\xff" + bytes(0xFFFF)
    written = pcap(Trace((Exchange(command, b"\x90\x00"),)))
    (length,) = struct.unpack_from("<I", written, FILE_HEADER + 8)
    assert length == 0xFFFF
    assert len(written) == FILE_HEADER + PACKET_HEADER + length
