"""An IPA eUICC Data Request, SGP.32 2.11.1.2 and 2.11.2.2: what the eIM asks for, from the card and about the IPA."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from apdu import tlv
from asn1 import Asn1Error
from asn1.generated import rsp, sgp32
from ipa import es10_iot
from ipa.errors import EuiccRefused
from ipa.procedures import compact, delivery, device, eim, fallback
from ipa.procedures.package import ErrorCode, Work, package_error
from ipa.servers.esipa import Link
from ipa.steps import Procedure, recall

TAG = sgp32.IpaEuiccDataRequest.TAG
OK, ERROR, ERROR_TRANSACTION, ERROR_CODE = 0xA0, 0xA1, 0x80, 0x02
NOTIFICATIONS, DEFAULT_SMDP, PACKAGE_RESULTS, ROOT_SMDS, TOKEN = 0xA0, 0x81, 0xA2, 0x83, 0x84
INFO1, INFO2 = rsp.EUICCInfo1.TAG, sgp32.EUICCInfo2.TAG
EUM_CERTIFICATE, EUICC_CERTIFICATE, TRANSACTION, CAPABILITIES, DEVICE_INFO = 0xA5, 0xA6, 0x87, 0xA8, 0xA9
ORDER = (
    NOTIFICATIONS,
    DEFAULT_SMDP,
    PACKAGE_RESULTS,
    INFO1,
    INFO2,
    ROOT_SMDS,
    TOKEN,
    EUM_CERTIFICATE,
    EUICC_CERTIFICATE,
    TRANSACTION,
    CAPABILITIES,
    DEVICE_INFO,
)
SEVERAL_BYTES = 0x1F
"""In the first byte of a tag: another one follows."""
Error = sgp32.IpaEuiccDataErrorCode
Criteria = es10_iot.Criteria
Objects = Procedure[dict[int, bytes]]


class _Refused(Exception):
    """The request cannot be met; `code` is an IpaEuiccDataErrorCode."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def answer(link: Link, package: bytes) -> Procedure[Work]:
    """Answers an IpaEuiccDataRequest, and delivers the answer."""
    try:
        request = sgp32.IpaEuiccDataRequest.decode(package)
    except Asn1Error:
        result = package_error(ErrorCode.INVALID_PACKAGE_FORMAT)
        given: tuple[int, ...] = ()
    else:
        result, given = yield from collect(link, request)
    state = yield from recall(link.eid)
    known = sorted({*state.told.get(link.eim.id, ()), *given} & {*compact.REUSABLE})
    told = {"told": {**state.told, link.eim.id: tuple(known)}} if link.settings.minimise else {}
    return Work(link.eim.id, package, result, (yield from delivery.provide(link, result, None, told)))


def collect(link: Link, request: sgp32.IpaEuiccDataRequest) -> Procedure[tuple[bytes, tuple[int, ...]]]:
    """IpaEuiccDataResponse, and the tags of what is in it."""
    transaction = request.eim_transaction_id
    try:
        objects = yield from _objects(link, request)
    except _Refused as refusal:
        named = tlv.encode(ERROR_TRANSACTION, transaction) if transaction else b""
        code = tlv.encode(ERROR_CODE, bytes([refusal.code]))
        return tlv.encode(TAG, tlv.encode(ERROR, named, code)), ()
    given = tuple(objects)
    if transaction:
        objects[TRANSACTION] = tlv.encode(TRANSACTION, transaction)
    return tlv.encode(TAG, tlv.encode(OK, *(objects[tag] for tag in ORDER if tag in objects))), given


def _objects(link: Link, request: sgp32.IpaEuiccDataRequest) -> Procedure[dict[int, bytes]]:
    wanted = set(_tags(request.tag_list))
    if (yield from fallback.emergency_active()):
        raise _Refused(Error.ECALL_ACTIVE)
    found: dict[int, bytes] = {}
    for tags, gather in SOURCES:
        if tags & wanted:
            found |= yield from gather(link, request)
    return {tag: encoded for tag, encoded in found.items() if tag in wanted}


def _tags(tag_list: bytes) -> Iterator[int]:
    offset = 0
    while offset < len(tag_list):
        size = 2 if tag_list[offset] & SEVERAL_BYTES == SEVERAL_BYTES else 1
        tag = int.from_bytes(tag_list[offset : offset + size], "big")
        if not any(tag in tags for tags, _ in SOURCES):
            raise _Refused(Error.INCORRECT_TAG_LIST)
        yield tag
        offset += size


# -- where each object comes from -------------------------------------------------------------------------------------


def _notifications(link: Link, request: sgp32.IpaEuiccDataRequest) -> Objects:
    wanted = request.search_criteria_notification
    criteria = None if wanted is None else Criteria(**{wanted.chosen: wanted.value})
    found = yield from es10_iot.retrieve_notifications(criteria)
    if link.settings.minimise:
        found = yield from compact.notifications(link, found)
    return {NOTIFICATIONS: tlv.encode(NOTIFICATIONS, *found)}


def _package_results(link: Link, request: sgp32.IpaEuiccDataRequest) -> Objects:
    wanted = request.search_criteria_euicc_package_result
    criteria = None if wanted is None else Criteria(seq_number=wanted.seq_number)
    found = yield from es10_iot.retrieve_package_results(criteria)
    return {PACKAGE_RESULTS: tlv.encode(PACKAGE_RESULTS, *found)}


def _addresses(link: Link, request: sgp32.IpaEuiccDataRequest) -> Objects:
    addresses = yield from device.get_addresses()
    return {
        tag: tlv.encode(tag, address.encode("utf-8"))
        for tag, address in (
            (DEFAULT_SMDP, addresses.default_dp_address or ""),
            (ROOT_SMDS, addresses.root_ds_address),
        )
        if address
    }


def _info1(link: Link, request: sgp32.IpaEuiccDataRequest) -> Objects:
    return {INFO1: (yield from es10_iot.get_euicc_info(rsp.GetEuiccInfo1Request()))}


def _info2(link: Link, request: sgp32.IpaEuiccDataRequest) -> Objects:
    return {INFO2: (yield from es10_iot.get_euicc_info(rsp.GetEuiccInfo2Request()))}


def _token(link: Link, request: sgp32.IpaEuiccDataRequest) -> Objects:
    """The token as the card has it now: an eIM may ask because it does not know it."""
    listed = yield from eim.list_eims()
    token = next((each.association_token for each in listed if each.id == link.eim.id), None)
    return {TOKEN: token} if token else {}


def _certificates(link: Link, request: sgp32.IpaEuiccDataRequest) -> Objects:
    identifier = yield from _key_identifier(request.euicc_ci_pk_identifier_to_be_used)
    try:
        found = yield from es10_iot.get_certs(identifier)
    except EuiccRefused as refusal:
        unknown = refusal.code == es10_iot.GetCertsError.INVALID_CI_PK_ID
        raise _Refused(Error.EUICC_CI_PK_ID_NOT_FOUND if unknown else Error.UNDEFINED_ERROR) from refusal
    return dict(zip((EUM_CERTIFICATE, EUICC_CERTIFICATE), found, strict=True))


def _key_identifier(beginning: bytes | None) -> Procedure[bytes | None]:
    """The key identifier of the card's signing list that begins so; the eIM may send only its beginning."""
    if beginning is None:
        return None
    info1 = yield from device.get_info1()
    for identifier in info1.euicc_ci_pk_id_list_for_signing:
        if identifier.startswith(beginning):
            return identifier
    raise _Refused(Error.EUICC_CI_PK_ID_NOT_FOUND)


def _capabilities(link: Link, request: sgp32.IpaEuiccDataRequest) -> Objects:
    yield from ()
    contents = tlv.parse(link.settings.capabilities.encode()).value
    return {CAPABILITIES: tlv.encode(CAPABILITIES, contents)}


def _device_info(link: Link, request: sgp32.IpaEuiccDataRequest) -> Objects:
    yield from ()
    return {DEVICE_INFO: tlv.encode(DEVICE_INFO, tlv.parse(link.settings.device_info.encode()).value)}


SOURCES: tuple[tuple[frozenset[int], Callable[[Link, sgp32.IpaEuiccDataRequest], Objects]], ...] = (
    (frozenset({NOTIFICATIONS}), _notifications),
    (frozenset({PACKAGE_RESULTS}), _package_results),
    (frozenset({DEFAULT_SMDP, ROOT_SMDS}), _addresses),
    (frozenset({INFO1}), _info1),
    (frozenset({INFO2}), _info2),
    (frozenset({TOKEN}), _token),
    (frozenset({EUM_CERTIFICATE, EUICC_CERTIFICATE}), _certificates),
    (frozenset({CAPABILITIES}), _capabilities),
    (frozenset({DEVICE_INFO}), _device_info),
)
"""The tags that an eIM may ask for, and who knows."""
