"""Packages that the eIM brings without being asked, SGP.32 3.1.1.2: ESipa.TransferEimPackage, answered."""

from __future__ import annotations

from collections.abc import Callable

from apdu import TlvError, tlv
from asn1 import Asn1Error
from asn1.generated import sgp32
from ipa.errors import CommandRefused, ServerAnswerInvalid
from ipa.procedures import delivery, euicc_data, package, unfinished
from ipa.servers import esipa
from ipa.servers.esipa import Link
from ipa.steps import Procedure, remember

RECEIVED = bytes.fromhex("0500")
INTEGER, ACKNOWLEDGEMENTS = 0x02, 0xBF53
ERRORS = sgp32.TransferEimPackageResponse.EimPackageError
Answer = Procedure[bytes]


def transfer(link: Link, message: bytes) -> Procedure[bytes]:
    """ESipa.TransferEimPackage, SGP.32 6.3.3.1: TransferEimPackageRequest in, TransferEimPackageResponse out.

    A download trigger is only taken down: `ipa.procedures.polling.finish` does it. An eUICC Package is executed; its
    result stays on the card until the eIM acknowledges it, in another transfer, and answers the same package again.
    """
    try:
        request = tlv.parse(message)
        (inner,) = request.children()
    except (TlvError, ValueError):
        return _respond(_error(ERRORS.INVALID_PACKAGE_FORMAT))
    if request.tag != sgp32.TransferEimPackageRequest.TAG or inner.tag not in _HANDLERS:
        return _respond(_error(ERRORS.UNKNOWN_PACKAGE))
    try:
        return _respond((yield from _HANDLERS[inner.tag](link, inner.encoded)))
    except (Asn1Error, ServerAnswerInvalid, CommandRefused):
        return _respond(_error(ERRORS.INVALID_PACKAGE_FORMAT))


def _respond(answer: bytes) -> bytes:
    return tlv.encode(sgp32.TransferEimPackageResponse.TAG, answer)


def _error(code: int) -> bytes:
    return tlv.encode(INTEGER, bytes([code]))


def _execute(link: Link, encoded: bytes) -> Answer:
    result = yield from package.load(encoded)
    if result.error == package.REPLAY_ERROR:  # its first answer did not reach the eIM
        result = (yield from package.stored(encoded)) or result
    return (yield from package.with_notifications(link, result))


def _collect(link: Link, encoded: bytes) -> Answer:
    request = sgp32.IpaEuiccDataRequest.decode(encoded)
    return (yield from euicc_data.collect(link, request))[0]


def _acknowledge(link: Link, encoded: bytes) -> Answer:
    numbers = esipa.acknowledged(encoded)
    yield from remember(acknowledged=numbers)
    yield from delivery.forget(numbers)
    return RECEIVED


def _take_down(link: Link, encoded: bytes) -> Answer:
    sgp32.ProfileDownloadTriggerRequest.decode(encoded)
    yield from unfinished.begin(link, encoded)
    return RECEIVED


_HANDLERS: dict[int, Callable[[Link, bytes], Answer]] = {
    package.PACKAGE: _execute,
    package.DATA_REQUEST: _collect,
    ACKNOWLEDGEMENTS: _acknowledge,
    package.DOWNLOAD: _take_down,
}
