"""Messages of IPAs, read element by element: what is signed stays as received, unknown results harm nothing.

IPAs of SGP.32 v1.0 put some elements elsewhere; both places are read.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from apdu import TlvError, tlv
from apdu.tlv import Tlv
from euicc.testing.eim.orders import OperationResult

RESULT, DATA, TRIGGER, PROVIDED, NOTIFICATION_LIST_V1_0 = 0xBF51, 0xBF52, 0xBF54, 0xBF50, 0xBF2B
_RESULT_SIGNED, _ERROR_SIGNED, _ERROR_UNSIGNED = 0xA0, 0xA1, 0xA2
_SEQUENCE, _INTEGER, _SIGNATURE, _EID = 0x30, 0x02, 0x5F37, 0x5A
_EIM_ID, _COUNTER, _TRANSACTION_ID, _SEQ_NUMBER, _TOKEN = range(0x80, 0x85)
_LIST = 0xA0


class Unreadable(Exception):
    """The bytes are not what they should be."""


@dataclass(frozen=True)
class PackageResult:
    """An EuiccPackageResult, SGP.32 2.11.2.1. `data` and `signature`: what was signed, empty in an unsigned error."""

    encoded: bytes = field(repr=False)
    eim_id: str
    data: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    counter: int | None = None
    transaction_id: bytes | None = None
    seq_number: int | None = None
    results: tuple[OperationResult, ...] = ()
    error: int | None = None
    token: int | None = None

    @property
    def is_signed(self) -> bool:
        """Whether it claims to be the eUICC's."""
        return bool(self.data)

    @classmethod
    def read(cls, encoded: bytes) -> PackageResult:
        """The result in a BF51 TLV; Unreadable."""
        try:
            return _package_result(tlv.parse(encoded))
        except (TlvError, KeyError, ValueError) as error:
            raise Unreadable(str(error)) from None


def _package_result(outer: Tlv) -> PackageResult:
    (arm,) = outer.children()
    if outer.tag != RESULT or arm.tag not in (_RESULT_SIGNED, _ERROR_SIGNED, _ERROR_UNSIGNED):
        raise ValueError("no EuiccPackageResult")
    if arm.tag == _ERROR_UNSIGNED:
        return _with(outer, arm, b"", b"")
    data, signature = arm.children()
    if data.tag != _SEQUENCE or signature.tag != _SIGNATURE:
        raise ValueError("not data and signature")
    result = _with(outer, data, data.encoded, signature.value)
    complete = (result.counter, result.seq_number if arm.tag == _RESULT_SIGNED else result.error)
    if None in complete:
        raise ValueError("incomplete")
    return result


def _with(outer: Tlv, data: Tlv, signed: bytes, signature: bytes) -> PackageResult:
    fields = {each.tag: each for each in data.children()}
    listed = fields.get(_SEQUENCE)
    return PackageResult(
        encoded=outer.encoded,
        eim_id=fields[_EIM_ID].value.decode(),
        data=signed,
        signature=signature,
        counter=_integer(fields.get(_COUNTER)),
        transaction_id=fields[_TRANSACTION_ID].value if _TRANSACTION_ID in fields else None,
        seq_number=_integer(fields.get(_SEQ_NUMBER)),
        results=tuple(OperationResult(each.encoded) for each in listed.children()) if listed else (),
        error=_integer(fields.get(_INTEGER)),
        token=_integer(fields.get(_TOKEN)),
    )


def _integer(found: Tlv | None) -> int | None:
    return None if found is None else int.from_bytes(found.value, "big", signed=True)


@dataclass
class Provided:
    """ProvideEimPackageResult, SGP.32 6.3.2.7, or TransferEimPackageResponse: whose answer to what.

    TLVs as received: package results (BF51), notifications, a data response (BF52), a trigger result (BF54).
    error: EimPackageResultResponseError as (eimTransactionId, code).
    """

    eid: bytes | None = None
    results: list[bytes] = field(default_factory=list)
    notifications: list[bytes] = field(default_factory=list)
    data: Tlv | None = None
    trigger: Tlv | None = None
    error: tuple[bytes | None, int] | None = None
    is_v1_0: bool = False

    @classmethod
    def read(cls, message: Tlv) -> Provided:
        """The contents of BF50; Unreadable."""
        provided = cls()
        try:
            for element in message.children():
                provided._take(element)
        except (TlvError, ValueError) as error:
            raise Unreadable(str(error)) from None
        return provided

    def _take(self, element: Tlv) -> None:
        match element.tag:
            case 0x5A:
                self.eid = element.value
            case 0xBF51:
                self.results.append(element.encoded)
            case 0x30:
                self._take_pair(element)
            case 0xBF52:
                self.data = element
            case 0xBF54:
                self.trigger = element
            case 0xA0:
                self.error = _error(element)
            case 0x02:
                self.error, self.is_v1_0 = (None, _integer(element) or 0), True

    def _take_pair(self, element: Tlv) -> None:
        """EPRAndNotifications."""
        for each in element.children():
            if each.tag == RESULT:
                self.results.append(each.encoded)
            elif each.tag in (_LIST, NOTIFICATION_LIST_V1_0):
                self.is_v1_0 |= each.tag == NOTIFICATION_LIST_V1_0
                self.notifications += notifications(each)


def notifications(listed: Tlv) -> list[bytes]:
    """The PendingNotifications of a list; of v1.0 the list may stand in another A0."""
    found = listed.children()
    if listed.tag == NOTIFICATION_LIST_V1_0 and len(found) == 1 and found[0].tag == _LIST:
        inner = found[0].children()
        if all(each.tag != _SIGNATURE for each in inner):
            found = inner
    return [each.encoded for each in found]


def _error(element: Tlv) -> tuple[bytes | None, int]:
    code = element.find(_INTEGER)
    if code is None:
        raise ValueError("no eimPackageResultErrorCode")
    return element.find(0x80), int.from_bytes(code, "big", signed=True)
