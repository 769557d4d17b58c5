"""A trace for Wireshark: GSMTAP (type SIM) in UDP over IPv4, in a classic pcap file.

Wireshark reads each packet as one T=0 exchange: header, data, status word. A command with data that is also answered
with data becomes two, the second a GET RESPONSE, as a terminal on T=0 would have sent it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

from apdu import Command, Exchange, Response, StatusError, Trace, TransportError
from apdu.command import class_on_channel
from apdu.instruction import GET_RESPONSE
from apdu.status import RESPONSE_AVAILABLE_XX, with_count
from euicc.traces.interpreter import masked

MAGIC_MICROSECONDS = 0xA1B2C3D4
LINKTYPE_RAW_IP = 101
_SNAPSHOT = 0x40000
_FILE_HEADER = struct.Struct("<IHHiIII")
_PACKET_HEADER = struct.Struct("<IIII")

GSMTAP_PORT = 4729
GSMTAP_TYPE_SIM, GSMTAP_SIM_APDU, GSMTAP_SIM_ATR = 0x04, 0x00, 0x01
_GSMTAP = struct.Struct(">BBBBHbbIBBBB")
_IPV4 = struct.Struct(">BBHHHBBH4s4s")
_UDP = struct.Struct(">HHHH")
_UDP_PROTOCOL = 17
_LOOPBACK = IPv4Address("127.0.0.1").packed
_PIECE = 256
_MICROSECONDS = 1_000_000
_LARGEST_PAYLOAD = 0xFFFF - _IPV4.size - _UDP.size - _GSMTAP.size
"""What is longer does not fit into a datagram, and is cut."""
_EPOCH = datetime.fromtimestamp(0, UTC)


def pcap(trace: Trace, unmasked: bool = False) -> bytes:
    """The whole file. Secret bytes are overwritten unless asked. Without a date the trace begins in 1970."""
    shown = trace if unmasked else masked(trace)
    header = _FILE_HEADER.pack(MAGIC_MICROSECONDS, 2, 4, 0, 0, _SNAPSHOT, LINKTYPE_RAW_IP)
    return header + b"".join(_packets(shown))


def _packets(trace: Trace) -> Iterator[bytes]:
    begun = ((trace.recorded or _EPOCH) - _EPOCH) // timedelta(microseconds=1)
    for exchange in trace.exchanges:
        at = begun + round(exchange.started * _MICROSECONDS)
        for kind, payload in _payloads(exchange):
            yield _packet(at, _datagram(kind, payload))


def _payloads(exchange: Exchange) -> Iterator[tuple[int, bytes]]:
    if exchange.command is None:
        yield GSMTAP_SIM_ATR, exchange.response
        return
    try:
        command, response = Command.parse(exchange.command), Response.parse(exchange.response)
    except (StatusError, TransportError):
        yield GSMTAP_SIM_APDU, exchange.command + exchange.response
        return
    yield from ((GSMTAP_SIM_APDU, each) for each in _as_t0(command, exchange.command, response))


def _as_t0(command: Command, raw: bytes, response: Response) -> Iterator[bytes]:
    """The exchange as one or more of T=0, ISO/IEC 7816-3 12.2."""
    if not (command.data and response.data):
        sent = (
            Command(command.cla, command.ins, command.p1, command.p2, command.data)
            if command.data
            else command
        )
        header = raw if command.extended else sent.encode()
        yield header.ljust(5, b"\x00") + response.encode()
        return
    pieces = [response.data[at : at + _PIECE] for at in range(0, len(response.data), _PIECE)]
    announced = [with_count(RESPONSE_AVAILABLE_XX, len(piece)) for piece in pieces]
    header = raw if command.extended else command.with_le(None).encode()
    yield header + announced[0].to_bytes(2, "big")
    fetch = class_on_channel(0x00, command.channel)
    for piece, sw in zip(pieces, [*announced[1:], response.sw], strict=True):
        yield Command(fetch, GET_RESPONSE, 0, 0, le=len(piece)).encode() + piece + sw.to_bytes(2, "big")


def _datagram(kind: int, payload: bytes) -> bytes:
    gsmtap = _GSMTAP.pack(2, _GSMTAP.size // 4, GSMTAP_TYPE_SIM, 0, 0, 0, 0, 0, kind, 0, 0, 0)
    gsmtap += payload[:_LARGEST_PAYLOAD]
    udp = _UDP.pack(GSMTAP_PORT, GSMTAP_PORT, _UDP.size + len(gsmtap), 0) + gsmtap
    return _ip_header(_IPV4.size + len(udp)) + udp


def _ip_header(total: int) -> bytes:
    def pack(checksum: int) -> bytes:
        return _IPV4.pack(0x45, 0, total, 0, 0x4000, 64, _UDP_PROTOCOL, checksum, _LOOPBACK, _LOOPBACK)

    words = sum(struct.unpack(">10H", pack(0)))
    folded = (words & 0xFFFF) + (words >> 16)
    return pack(~(folded + (folded >> 16)) & 0xFFFF)


def _packet(at: int, datagram: bytes) -> bytes:
    """`at` in microseconds since 1970; a packet has 32 bits for the seconds."""
    seconds, microseconds = divmod(at, _MICROSECONDS)
    return _PACKET_HEADER.pack(seconds & 0xFFFFFFFF, microseconds, len(datagram), len(datagram)) + datagram
