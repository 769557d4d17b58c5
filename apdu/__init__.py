"""The wire: APDUs, status words, TLV, channels and transports (ISO/IEC 7816-4, ETSI TS 102 221)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from apdu import aid, instruction, status, tlv
from apdu.channel import ApduChannel, Channel, open_channel
from apdu.command import Command
from apdu.response import Response
from apdu.status import StatusError
from apdu.tlv import Tlv, TlvError
from apdu.transport import Transport, TransportError

if TYPE_CHECKING:
    from apdu.trace import Exchange, Recorder, Trace, TraceFormatError, TraceWriter
    from apdu.transport.replay import Replay, ReplayMismatch

__all__ = [
    "ApduChannel",
    "Channel",
    "Command",
    "Exchange",
    "Recorder",
    "Replay",
    "ReplayMismatch",
    "Response",
    "StatusError",
    "Tlv",
    "TlvError",
    "Trace",
    "TraceFormatError",
    "TraceWriter",
    "Transport",
    "TransportError",
    "aid",
    "instruction",
    "open_channel",
    "status",
    "tlv",
]

# Traces are loaded on first use: a card makes none.
_HOMES = {
    "Exchange": "apdu.trace",
    "Recorder": "apdu.trace",
    "Replay": "apdu.transport.replay",
    "ReplayMismatch": "apdu.transport.replay",
    "Trace": "apdu.trace",
    "TraceFormatError": "apdu.trace",
    "TraceWriter": "apdu.trace",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
