"""What IPAs bring, SGP.32 6.3: ProvideEimPackageResult, HandleNotification, answers to TransferEimPackage.

What the eIM has for good is acknowledged by its sequence number; the device forgets it then. The rest it keeps.
"""

from __future__ import annotations

from collections.abc import Iterable

from apdu import TlvError, tlv
from apdu.tlv import Tlv
from asn1.generated import sgp32
from euicc.testing.eim import compact
from euicc.testing.eim.euicc_data import Told, eid_in, take_data, transaction_of
from euicc.testing.eim.notifications import INSTALLATION_RESULT, take_installation, take_notification
from euicc.testing.eim.orders import DownloadOrder, Order, OrderState
from euicc.testing.eim.polling import EidError, find_euicc
from euicc.testing.eim.received import PROVIDED, Provided, Unreadable
from euicc.testing.eim.records import Euicc, State
from euicc.testing.eim.results import owner_of, take_parked, take_result

_TRANSACTION_ID, _ERROR, _REASON, _RECEIVED = 0x82, 0x30, 0x80, 0x05
_NOTIFICATION, _PROVIDED_V1_0 = 0xA0, 0xA1
_Response = sgp32.ProvideEimPackageResultResponse
_Refusal = _Response.ProvideEimPackageResultError
_Code = sgp32.EimPackageResultErrorCode


def provide_eim_package_result(state: State, message: Tlv) -> bytes:
    """ProvideEimPackageResultResponse (BF50) to the contents of ProvideEimPackageResult."""
    try:
        provided = Provided.read(message)
        euicc = _owner(state, provided)
        numbers = take(state, euicc, provided)
    except (Unreadable, TlvError):
        return _Response(provide_eim_package_result_error=_Refusal.UNDEFINED_ERROR).encode()
    except EidError as error:
        return _Response(provide_eim_package_result_error=error.code).encode()
    if numbers:
        return _Response(eim_acknowledgements=tuple(numbers)).encode()
    return NOTHING_V1_0 if euicc.speaks_v1_0 else NOTHING


NOTHING = _Response(empty_response=_Response.EmptyResponse()).encode()
NOTHING_V1_0 = tlv.encode(PROVIDED)


def handle_notification(state: State, message: Tlv) -> bytes:
    """Nothing, to the contents of HandleNotificationEsipa: a notification, or a package result."""
    for element in message.children():
        if element.tag == _NOTIFICATION:
            _notification(state, element)
        elif element.tag == PROVIDED:
            provide_eim_package_result(state, element)
        elif element.tag == _PROVIDED_V1_0:
            _provided_v1_0(state, element)
    return b""


def transfer_eim_package_response(state: State, message: Tlv) -> bytes:
    """Nothing, to a TransferEimPackageResponse that comes as a request: its eUICC is found by what it says."""
    take_transferred(state, None, message)
    return b""


def take_transferred(state: State, euicc: Euicc | None, message: Tlv) -> list[int]:
    """What an IPA answered to an injected request: the numbers to acknowledge. Unreadable, EidError."""
    try:
        elements = message.children()
    except TlvError as error:
        raise Unreadable(str(error)) from None
    if len(elements) == 1 and elements[0].tag == _RECEIVED:
        return []
    provided = Provided.read(message)
    owner = euicc or _owner(state, provided)
    return take(state, owner, provided, sent_by_v1_0=False)


def take(state: State, euicc: Euicc, provided: Provided, *, sent_by_v1_0: bool = True) -> list[int]:
    """All that an answer brings; the numbers to acknowledge."""
    euicc.speaks_v1_0 |= provided.is_v1_0 and sent_by_v1_0
    told = _data(state, euicc, provided)
    numbers = [take_result(state, euicc, each) for each in (*provided.results, *told.results)]
    if euicc.euicc_certificate is not None:
        numbers += take_parked(state, euicc)
    numbers += [
        take_notification(state, euicc, each) for each in (*provided.notifications, *told.notifications)
    ]
    if provided.trigger is not None:
        numbers.append(_trigger_result(state, euicc, provided.trigger))
    if provided.error is not None:
        _package_error(euicc, *provided.error)
    return _distinct(numbers)


def _distinct(numbers: Iterable[int | None]) -> list[int]:
    return list(dict.fromkeys(each for each in numbers if each is not None))


def _owner(state: State, provided: Provided) -> Euicc:
    """Whose answer it is: by the EID, or by what the answer says where IPAs leave the EID out; EidError."""
    if provided.eid is None:
        for each in provided.results:
            if found := owner_of(state, each):
                return found
        for transaction_id in _transactions(provided):
            if pair := state.by_transaction(transaction_id):
                return pair[0]
    return find_euicc(state, provided.eid or (provided.data and eid_in(provided.data)))


def _transactions(provided: Provided) -> list[bytes]:
    candidates = (
        provided.trigger and provided.trigger.find(_TRANSACTION_ID),
        provided.data and transaction_of(provided.data),
        provided.error and provided.error[0],
    )
    return [each for each in candidates if each]


def _data(state: State, euicc: Euicc, provided: Provided) -> Told:
    if provided.data is None:
        return Told()
    try:
        return take_data(state, euicc, provided.data)
    except Unreadable:
        return Told()


def _trigger_result(state: State, euicc: Euicc, result: Tlv) -> int | None:
    """ProfileDownloadTriggerResult, SGP.32 2.11.2.3."""
    order = euicc.order(result.find(_TRANSACTION_ID), DownloadOrder)
    number = None
    for element in result.children():
        if element.tag == INSTALLATION_RESULT:
            number = take_notification(state, euicc, element.encoded)
            if isinstance(order, DownloadOrder) and order.is_outstanding:
                take_installation(order, element.encoded)
        elif element.tag == _ERROR and order is not None:
            order.conclude(OrderState.REFUSED, _code(element.find(_REASON)))
    return number


def _package_error(euicc: Euicc, transaction_id: bytes | None, code: int) -> None:
    """The IPA could not do anything with what it got."""
    order = euicc.order(transaction_id, Order) or euicc.outstanding
    if order is not None and order.is_outstanding:
        order.conclude(OrderState.REFUSED, code)


def _code(value: bytes | None) -> int:
    """v1.0 tells no reason."""
    return _Code.UNDEFINED_ERROR if value is None else int.from_bytes(value, "big", signed=True)


def _notification(state: State, element: Tlv) -> None:
    received = element.value
    take_notification(state, compact.euicc_of(state, received), received)


def _provided_v1_0(state: State, element: Tlv) -> None:
    """Without an eidValue, and without a frame of its own."""
    try:
        provided = Provided.read(element)
        euicc = _owner(state, provided)
    except (Unreadable, EidError):
        return
    euicc.speaks_v1_0 = True
    take(state, euicc, provided)
