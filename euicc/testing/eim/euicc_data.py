"""IPA eUICC Data Responses, SGP.32 2.11.2.2: what a device told of its eUICC. Nobody signed it."""

from __future__ import annotations

from dataclasses import dataclass, field

from apdu import TlvError, tlv
from apdu.tlv import Tlv
from asn1 import Asn1Error
from asn1.generated import sgp32
from euicc.testing.eim.orders import DataOrder, OrderState
from euicc.testing.eim.received import NOTIFICATION_LIST_V1_0, Unreadable, notifications
from euicc.testing.eim.records import Euicc, State

_OK, _ERROR, _ERROR_V1_0 = 0xA0, 0xA1, 0x81
_NOTIFICATIONS, _DEFAULT_SMDP, _RESULTS, _ROOT_SMDS, _TOKEN = 0xA0, 0x81, 0xA2, 0x83, 0x84
_EUM, _EUICC, _TRANSACTION_ID, _CAPABILITIES, _DEVICE = 0xA5, 0xA6, 0x87, 0xA8, 0xA9
_INFO1, _INFO2 = 0xBF20, 0xBF22
_DEFAULT_SMDP_V1_0 = 0x80
_SEQUENCE = 0x30


@dataclass
class Told:
    """What a response brought besides the data kept in the record: to be acknowledged."""

    results: list[bytes] = field(default_factory=list)
    notifications: list[bytes] = field(default_factory=list)


def take_data(state: State, euicc: Euicc, response: Tlv) -> Told:
    """An IpaEuiccDataResponse (BF52) of the device with this eUICC; Unreadable."""
    try:
        (arm,) = response.children()
        if arm.tag == _OK:
            return _take(state, euicc, arm)
        _refused(euicc, arm)
    except (TlvError, ValueError, Asn1Error) as error:
        raise Unreadable(str(error)) from None
    return Told()


def eid_in(response: Tlv) -> bytes | None:
    """The EID in the certificate that the response brings; the certificate is not verified."""
    from euicc.crypto.certificates import SERIAL_NUMBER, Certificate, CertificateError

    try:
        found = response.find(_OK, _EUICC)
        digits = found and Certificate.parse(_certificate(found)).subject_value(SERIAL_NUMBER)
        return bytes.fromhex(digits) if digits else None
    except (TlvError, CertificateError, ValueError):
        return None


def transaction_of(response: Tlv) -> bytes | None:
    """The eimTransactionId that comes back in a data response."""
    try:
        return response.find(_OK, _TRANSACTION_ID) or response.find(_ERROR, 0x80)
    except TlvError:
        return None


def _refused(euicc: Euicc, arm: Tlv) -> None:
    """A1 {80 eimTransactionId, 02 code}; in v1.0 only the code, under 81."""
    if arm.tag not in (_ERROR, _ERROR_V1_0):
        raise ValueError("no IpaEuiccDataResponse")
    code = arm.value if arm.tag == _ERROR_V1_0 else arm.find(0x02)
    order = euicc.order(None if arm.tag == _ERROR_V1_0 else arm.find(0x80), DataOrder)
    if order is not None and code is not None:
        order.conclude(OrderState.REFUSED, int.from_bytes(code, "big", signed=True))


def _take(state: State, euicc: Euicc, data: Tlv) -> Told:
    objects = {each.tag: each for each in data.children()}
    told = Told()
    for tag in (_NOTIFICATIONS, NOTIFICATION_LIST_V1_0):
        if tag in objects:
            told.notifications += notifications(objects[tag])
    if _RESULTS in objects:
        told.results += [each.encoded for each in objects[_RESULTS].children()]
    _remember(euicc, objects)
    if _EUM in objects and _EUICC in objects:
        eum, certificate = (_certificate(objects[tag].value) for tag in (_EUM, _EUICC))
        state.learn_certificates(euicc, eum, certificate)
    _conclude(euicc, data, objects.get(_TRANSACTION_ID))
    return told


def _remember(euicc: Euicc, objects: dict[int, Tlv]) -> None:
    known = euicc.data
    address = objects.get(_DEFAULT_SMDP) or objects.get(_DEFAULT_SMDP_V1_0)
    if address is not None:
        known.default_smdp_address = address.value.decode()
    if _ROOT_SMDS in objects:
        known.root_smds_address = objects[_ROOT_SMDS].value.decode()
    if _INFO1 in objects:
        known.info1 = objects[_INFO1].encoded
    if _INFO2 in objects:
        known.info2 = objects[_INFO2].encoded
    if _CAPABILITIES in objects:
        value = tlv.encode(_SEQUENCE, objects[_CAPABILITIES].value)
        known.capabilities = sgp32.IpaCapabilities.decode(value)
    if _DEVICE in objects:
        known.device_info = tlv.encode(_SEQUENCE, objects[_DEVICE].value)
    if _TOKEN in objects:
        # No secret, and a wrong one only makes the eUICC refuse: it is taken at its word.
        token = int.from_bytes(objects[_TOKEN].value, "big", signed=True)
        euicc.token = token or None


def _conclude(euicc: Euicc, data: Tlv, transaction_id: Tlv | None) -> None:
    order = euicc.order(transaction_id and transaction_id.value, DataOrder)
    if isinstance(order, DataOrder):
        order.answer = data.value
        order.conclude(OrderState.DONE)


def _certificate(contents: bytes) -> bytes:
    """A certificate out of its implicit tag; some IPAs leave its own header inside."""
    return contents if tlv.parse_all(contents)[0].encoded == contents else tlv.encode(_SEQUENCE, contents)
