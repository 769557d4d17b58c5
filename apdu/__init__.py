"""The wire: APDUs, status words, TLV, channels and transports (ISO/IEC 7816-4, ETSI TS 102 221)."""

from __future__ import annotations

from apdu import aid, instruction, status, tlv
from apdu.channel import ApduChannel, Channel, open_channel
from apdu.command import Command
from apdu.response import Response
from apdu.status import StatusError
from apdu.tlv import Tlv, TlvError
from apdu.trace import Exchange, Recorder, Trace, TraceFormatError, TraceWriter
from apdu.transport import Transport, TransportError
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
