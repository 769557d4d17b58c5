"""ES10b of SGP.32: the configuration of the Associated eIMs, 5.9.4 and 5.9.18."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apdu import StatusError, TlvError, status, tlv
from asn1 import Asn1Error
from asn1.generated import sgp32
from euicc.eim import configuration
from euicc.isdr.functions import Function
from euicc.isdr.tolerance import wrap
from euicc.refusals import Reason, Refused

if TYPE_CHECKING:
    from euicc.eim.configuration import AssociatedEim
    from euicc.isdr.applet import IsdR

AddInitialEimError = sgp32.AddInitialEimResponse.AddInitialEimError
AddInitialEimOkItem = sgp32.AddInitialEimResponse.AddInitialEimOkItem

_LIST, _ENTRY = 0xA0, 0x30


def add_initial_eim(isdr: IsdR, data: bytes) -> sgp32.AddInitialEimResponse:
    """ES10b.AddInitialEim, SGP.32 5.9.4: all of the eIMs or none, and only while no eIM is associated.

    StatusError 6A80 when the list or an entry is malformed.
    """
    entries = _entries(data)
    if isdr.eims.all():
        raise Refused(Reason.WRONG_STATE)
    requests = [_read(entry) for entry in entries]
    if not requests:
        raise Refused(Reason.INCORRECT_INPUT)
    added = tuple(_item(isdr.eims.add(request)) for request in requests)
    return sgp32.AddInitialEimResponse(add_initial_eim_ok=added)


def _entries(data: bytes) -> list[bytes]:
    """The entries, each EimConfigurationData, as received: they may wrap their keys in ways of their own."""
    try:
        elements = tlv.parse(data).children()
        entries = elements[0].children() if elements and elements[0].tag == _LIST else None
    except TlvError:
        raise StatusError(status.INCORRECT_DATA) from None
    if entries is None or any(entry.tag != _ENTRY for entry in entries):
        raise StatusError(status.INCORRECT_DATA)
    return [entry.encoded for entry in entries]


def _read(entry: bytes) -> sgp32.EimConfigurationData:
    try:
        return configuration.read(entry)
    except Asn1Error:
        raise StatusError(status.INCORRECT_DATA) from None


def _item(eim: AssociatedEim) -> sgp32.AddInitialEimResponse.AddInitialEimOkItem:
    if eim.token is None:
        return AddInitialEimOkItem(add_ok=True)
    return AddInitialEimOkItem(association_token=eim.token)


def get_eim_configuration_data(
    isdr: IsdR, request: sgp32.GetEimConfigurationDataRequest
) -> sgp32.GetEimConfigurationDataResponse:
    """ES10b.GetEimConfigurationData, SGP.32 5.9.18: everything but the counters; of one eIM when it is named."""
    wanted = request.search_criteria.eim_id if request.search_criteria else None
    found = (eim for eim in isdr.eims.all() if wanted in (None, eim.eim_id))
    return sgp32.GetEimConfigurationDataResponse(eim_configuration_data_list=tuple(eim.data for eim in found))


FUNCTIONS = (
    Function(
        sgp32.AddInitialEimRequest.TAG,
        None,
        add_initial_eim,
        refusals={
            Reason.WRONG_STATE: AddInitialEimError.ASSOCIATED_EIM_ALREADY_EXISTS,
            Reason.MEMORY: AddInitialEimError.INSUFFICIENT_MEMORY,
            Reason.CI_UNKNOWN: AddInitialEimError.CI_PK_UNKNOWN,
            Reason.TOKEN: AddInitialEimError.INVALID_ASSOCIATION_TOKEN,
            Reason.COUNTER_OUT_OF_RANGE: AddInitialEimError.COUNTER_VALUE_OUT_OF_RANGE,
            Reason.INCORRECT_INPUT: AddInitialEimError.COMMAND_ERROR,
            Reason.EIM_ID_MISSING: AddInitialEimError.COMMAND_ERROR,
            Reason.ALREADY_EXISTS: AddInitialEimError.COMMAND_ERROR,
        },
        refuse=lambda _, code: sgp32.AddInitialEimResponse(add_initial_eim_error=code),
        transaction=True,
    ),
    Function(
        sgp32.GetEimConfigurationDataRequest.TAG,
        sgp32.GetEimConfigurationDataRequest,
        get_eim_configuration_data,
        tolerance=(wrap(0xA0, 0x80),),
    ),
)
