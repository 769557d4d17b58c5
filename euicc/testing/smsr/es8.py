"""What an SM-DP may have an SM-SR carry to a card, SGP.02 5.4.4: ES8, for its own ISD-Ps.

The ISD-R hands on to an ISD-P what INSTALL [for personalization] named before, and takes for itself whatever comes
after a reset, or is none of the ISD-P's. So what could be a command of the SM-SR's is read here as the ISD-R will read
it, blocks and data groups; and a certificate of an SM-SR, too, is refused: its owner would get keys of the ISD-R.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from apdu import Command, instruction
from euicc.crypto.gp_certificate import GpCertificate, GpCertificateError, ServerKind
from euicc.testing.m2m.es3 import C_APDU, elements

_SCP03T = range(0x84, 0x88)
"""Tags of SCP03t."""
_FOR_PERSONALIZATION, _LAST = 0x20, 0x80
_CERTIFICATE = 0x3A01
_GROUPS = frozenset({_CERTIFICATE, 0x3A02, 0x7F49, 0x5F37})
"""Data groups of ES8.EstablishISDPKeySet."""
_SHORT, _LONG = 3, 5
"""Bytes before the value of a data group; longer ones have FF in front of their length."""


class NotEs8(Exception):
    """A command that is not the SM-DP's to give."""


def check_isd_p(data: bytes) -> None:
    """NotEs8 unless these are C-APDUs and TLVs of SCP03t; TlvError."""
    if any(each.tag != C_APDU and each.tag not in _SCP03T for each in elements(data)):
        raise NotEs8("an action of the card itself")


def check_isd_r(data: bytes, own: Container[bytes]) -> None:
    """NotEs8 unless the ISD-R hands all of it on to ISD-Ps with an AID in `own`; TlvError, StatusError.

    A certificate, or SCP03t, has INSTALL [for personalization] before it in the same data: until then the card may
    have another one's ISD-P in mind.
    """
    named, blocks = False, b""
    for each in elements(data):
        command = Command.parse(each.value) if each.tag == C_APDU else None
        stored = command is not None and command.ins == instruction.STORE_DATA
        if command is None or not stored or not command.p2:
            _check_groups(blocks, named)
            blocks = b""
        if command is None:
            if each.tag not in _SCP03T or not named:
                raise NotEs8("nothing for an ISD-P")
        elif stored:
            blocks += command.data
            if command.p1 & _LAST:
                _check_groups(blocks, named)
                blocks = b""
        else:
            _check_names(command, own)
            named = True
    _check_groups(blocks, named)


def _check_names(command: Command, own: Container[bytes]) -> None:
    """That a command is INSTALL [for personalization] of one of these ISD-Ps, and says nothing besides."""
    aid = command.data[3:-3]
    wanted = b"\x00\x00" + bytes((len(aid),)) + aid + bytes(3)
    is_install = command.ins == instruction.INSTALL and command.p1 == _FOR_PERSONALIZATION
    if not is_install or command.data != wanted or aid not in own:
        raise NotEs8("a command of the SM-SR's, or another's ISD-P")


def _check_groups(data: bytes, named: bool) -> None:
    for identifier, value in _groups(data):
        if identifier not in _GROUPS:
            raise NotEs8(f"data group {identifier:04X}")
        if identifier == _CERTIFICATE and not (named and _is_of_smdp(value)):
            raise NotEs8("no certificate of an SM-DP for an ISD-P that was named")


def _groups(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Data groups to the last byte; NotEs8 when one is cut off, since it might go on as something else."""
    while data:
        start = _LONG if data[2:3] == b"\xff" else _SHORT
        end = start + int.from_bytes(data[3:5] if start == _LONG else data[2:3], "big")
        if len(data) < max(start, end):
            raise NotEs8("a data group that is cut off")
        yield int.from_bytes(data[:2], "big"), data[start:end]
        data = data[end:]


def _is_of_smdp(encoded: bytes) -> bool:
    try:
        return GpCertificate.parse(encoded).server_kind == bytes((ServerKind.SM_DP,))
    except GpCertificateError:
        return False
