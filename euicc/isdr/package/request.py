"""An eUICC Package as it was received, SGP.32 2.11.1.1: what is signed stays as bytes, its operations stay apart.

One operation that the card does not know must not make the whole package unreadable, so they are decoded one by one
when their turn comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from apdu import TlvError, tlv
from apdu.tlv import Tlv
from asn1 import Asn1Error
from asn1.generated import sgp32

PSMO_LIST, ECO_LIST = 0xA0, 0xA1
_SEQUENCE, _SIGNATURE = 0x30, 0x5F37
_EIM_ID, _EID, _COUNTER, _TRANSACTION_ID = 0x80, 0x5A, 0x81, 0x82
_HEAD = (_EIM_ID, _EID, _COUNTER, _TRANSACTION_ID)
_EIM_ID_MAX, _TRANSACTION_ID_MAX = 128, 16
_LISTS = (PSMO_LIST, ECO_LIST)


@dataclass(frozen=True)
class PackageRequest:
    """A package whose head could be read.

    size: bytes of all of it. signed: euiccPackageSigned as received; signature: of the eIM, r || s. head: its fields;
    those of the list are not decoded. kind: PSMO_LIST or ECO_LIST. operations: of the list, one by one; none when
    there is not exactly one list. What cannot be told apart any more is the last, with tag 0.
    """

    size: int
    signed: bytes
    signature: bytes
    head: sgp32.EuiccPackageSigned
    kind: int
    operations: tuple[Tlv, ...]


@dataclass(frozen=True)
class Unreadable:
    """A package whose head could not be read: what is left to answer with, empty and None where it is damaged."""

    eim_id: bytes = b""
    transaction_id: bytes | None = None


def read(data: bytes) -> PackageRequest | Unreadable:
    """The package in an EuiccPackageRequest (tag BF51); TlvError for what is no data object at all."""
    outer = tlv.parse(data)
    try:
        signed, signature = outer.children()[:2]
        fields = signed.children()
    except (TlvError, ValueError):
        return Unreadable()
    if signed.tag != _SEQUENCE or signature.tag != _SIGNATURE:
        return _left(fields)
    try:
        head = _head(fields)
    except Asn1Error:
        return _left(fields)
    lists = [each for each in fields if each.tag in _LISTS]
    operations = tuple(_operations(lists[0].value)) if len(lists) == 1 else ()
    kind = lists[0].tag if lists else 0
    return PackageRequest(len(data), signed.encoded, signature.value, head, kind, operations)


def _operations(data: bytes) -> Iterator[Tlv]:
    offset = 0
    while offset < len(data):
        try:
            tag, start, end = tlv.read(data, offset)
        except TlvError:
            yield Tlv(0, b"", data[offset:])
            return
        yield Tlv(tag, data[start:end], data[offset:end])
        offset = end


def _head(fields: list[Tlv]) -> sgp32.EuiccPackageSigned:
    """The fields before the list, read strictly; an empty list stands for whatever there is."""
    before = [each.encoded for each in fields if each.tag in _HEAD]
    return sgp32.EuiccPackageSigned.decode(tlv.encode(_SEQUENCE, *before, tlv.encode(PSMO_LIST)))


def _left(fields: list[Tlv]) -> Unreadable:
    by_tag = {each.tag: each.value for each in fields}
    eim_id = by_tag.get(_EIM_ID, b"")
    transaction_id = by_tag.get(_TRANSACTION_ID)
    fits = transaction_id is not None and 1 <= len(transaction_id) <= _TRANSACTION_ID_MAX
    return Unreadable(eim_id if _is_text(eim_id) else b"", transaction_id if fits else None)


def _is_text(data: bytes) -> bool:
    try:
        return len(data.decode()) <= _EIM_ID_MAX
    except UnicodeDecodeError:
        return False
