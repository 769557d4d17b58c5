"""Packing commands and unpacking responses, TS 102 225 5.1 and 5.2 over SMS (TS 31.115 4)."""

from __future__ import annotations

from dataclasses import dataclass

from euicc.testing.ota.keysets import KeySet, redundancy
from euicc.testing.ota.protection import Check, Protection

RESPONSE_HEADER = bytes.fromhex("027100")
"""User data header of a response packet: it goes into the check."""
_LENGTHS = {Check.NONE: 0, Check.DS: 8}


class ResponseError(Exception):
    """The response is none, is not of this card, or was changed on the way."""


@dataclass(frozen=True, slots=True)
class Packet:
    """A command as it goes out. encoded: from CPL on. tar: 3 bytes."""

    encoded: bytes
    protection: Protection
    keys: KeySet
    tar: bytes
    counter: int


@dataclass(frozen=True, slots=True)
class Response:
    """A response packet: status as in TS 102 225 5.2; data: additional response data."""

    tar: bytes
    counter: int
    status: int
    data: bytes


def pack(protection: Protection, keys: KeySet, tar: bytes, counter: int, data: bytes) -> Packet:
    """The command packet with `data` for the application `tar`. ValueError for a counter of more than 5 bytes."""
    length = 13 + _check_length(protection.check, protection, keys)
    padding = -(6 + length - 13 + len(data)) % keys.block if protection.ciphered else 0
    data += b"\x00" * padding
    if protection.check is Check.RC:
        kid = keys.version << 4 | protection.redundancy.value
    else:
        kid = keys.kid_coding
    names = protection.spi + bytes((keys.kic_coding, kid)) + tar
    head = (1 + length + len(data)).to_bytes(2, "big") + bytes((length,)) + names
    front = counter.to_bytes(5, "big") + bytes((padding,))
    check = _check(protection.check, protection, keys, head + front + data)
    secured = front + check + data
    if protection.ciphered:
        secured = keys.encrypt(secured)
    return Packet(head + secured, protection, keys, tar, counter)


def _check_length(check: Check, protection: Protection, keys: KeySet) -> int:
    if check is Check.RC:
        return len(redundancy(protection.redundancy, b""))
    return keys.checksum_length if check is Check.CC else _LENGTHS[check]


def _check(check: Check, protection: Protection, keys: KeySet, message: bytes) -> bytes:
    if check is Check.RC:
        return redundancy(protection.redundancy, message)
    if check is Check.CC:
        return keys.checksum(message)
    # Nobody has keys for a signature: eight bytes that a card must not take for one.
    return bytes(_LENGTHS[check])


def unpack(user_data: bytes, command: Packet) -> Response:
    """The response in TP user data, as `command` asked for it.

    Errors may come without check and cipher where a check was asked for: a card answers so when it could not read
    the header, or did not know the sender. ResponseError when it is no response, or what protects it is wrong.
    """
    packet = user_data[len(RESPONSE_HEADER) :]
    well_formed = len(packet) >= 13 and int.from_bytes(packet[:2], "big") == len(packet) - 2
    if not well_formed or not user_data.startswith(RESPONSE_HEADER):
        raise ResponseError("no response packet")
    if packet[2] == 10 and command.protection.response_check is not Check.NONE:
        found = _read(packet, packet[6:], 0)
        if found.status:
            return found
    return _protected(packet, command)


def _protected(packet: bytes, command: Packet) -> Response:
    protection, keys = command.protection, command.keys
    length = _check_length(protection.response_check, protection, keys)
    secured = packet[6:]
    if protection.response_ciphered:
        if len(secured) % keys.block:
            raise ResponseError("ciphertext of no whole blocks")
        secured = keys.decrypt(secured)
    if packet[2] != 10 + length or len(secured) < 7 + length:
        raise ResponseError("response header length")
    value, rest = secured[7 : 7 + length], secured[7 + length :]
    message = RESPONSE_HEADER + packet[:6] + secured[:7] + rest
    if value != _check(protection.response_check, protection, keys, message):
        raise ResponseError("check of the response")
    found = _read(packet, secured, length)
    if found.tar != command.tar or found.counter != command.counter:
        raise ResponseError("response to another command")
    return found


def _read(packet: bytes, secured: bytes, check_length: int) -> Response:
    padding, status = secured[5], secured[6]
    data = secured[7 + check_length :]
    if padding > len(data):
        raise ResponseError("padding of the response")
    return Response(
        tar=packet[3:6],
        counter=int.from_bytes(secured[:5], "big"),
        status=status,
        data=data[: len(data) - padding],
    )
