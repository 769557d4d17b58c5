"""eIM Configuration Operations, SGP.32 2.11.1.1 and 3.5.1.

An eIM that deletes itself stays until the result is signed; for the operations after it in the same package it is gone
already, but its eimId is not free yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apdu import TlvError, tlv
from asn1 import Asn1Error
from asn1.generated import sgp32
from euicc.eim import configuration
from euicc.isdr.package.operation import Execution, Operation, OperationTable
from euicc.refusals import Reason, Refused

if TYPE_CHECKING:
    from euicc.eim.configuration import AssociatedEim

ADD_EIM, DELETE_EIM, UPDATE_EIM, LIST_EIM = 0xA8, 0xA9, 0xAA, 0xAB
_EIM_ID, _EIM_ID_LIST, _SEQUENCE = 0x80, 0xA0, 0x30
_TYPES_SHOWN = (sgp32.EimIdType.EIM_ID_TYPE_OID, sgp32.EimIdType.EIM_ID_TYPE_FQDN)

Result = sgp32.EuiccResultData
_AddEimResultCode = sgp32.AddEimResult.AddEimResultCode


def _read(element: bytes) -> Any:
    return sgp32.Eco.decode(element).value


def _read_delete(element: bytes) -> Any:
    try:
        if tlv.parse(element).find(_EIM_ID) is None:
            raise Refused(Reason.EIM_ID_MISSING)
    except TlvError as error:
        raise Asn1Error(str(error)) from None
    return _read(element)


def _associated(execution: Execution) -> list[AssociatedEim]:
    """The eIMs that will be left after the package."""
    eims = execution.isdr.eims.all()
    if execution.requester_deleted:
        return [eim for eim in eims if eim.number != execution.requester.number]
    return eims


def _named(execution: Execution, eim_id: str) -> AssociatedEim:
    found = next((eim for eim in _associated(execution) if eim.eim_id == eim_id), None)
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    return found


def add_eim(execution: Execution, request: sgp32.EimConfigurationData) -> bytes:
    """eCO addEim, SGP.32 3.5.1.1; its association token, if it asked for one."""
    eim = execution.isdr.eims.add(request)
    if eim.token is None:
        return _add_eim_result(_AddEimResultCode.OK).encode()
    return Result(add_eim_result=sgp32.AddEimResult(association_token=eim.token)).encode()


def delete_eim(execution: Execution, request: sgp32.Eco.DeleteEim) -> bytes:
    """eCO deleteEim, SGP.32 3.5.1.2; may be of the eIM that asks for it."""
    eim = _named(execution, request.eim_id)
    if eim.number == execution.requester.number:
        execution.requester_deleted = True
    else:
        execution.isdr.eims.delete(eim)
    left = _associated(execution)
    code = sgp32.DeleteEimResult.OK if left else sgp32.DeleteEimResult.LAST_EIM_DELETED
    return Result(delete_eim_result=code).encode()


def update_eim(execution: Execution, request: sgp32.EimConfigurationData) -> bytes:
    """eCO updateEim, SGP.32 3.5.1.3."""
    execution.isdr.eims.update(_named(execution, request.eim_id), request)
    return Result(update_eim_result=sgp32.UpdateEimResult.OK).encode()


def list_eim(execution: Execution, request: sgp32.Eco.ListEim) -> bytes:
    """eCO listEim, SGP.32 3.5.1.4; the type is told where it says something."""
    type_tag = execution.isdr.variant.package.eim_id_type
    infos = (_info(eim, type_tag) for eim in _associated(execution))
    return tlv.encode(LIST_EIM, tlv.encode(_EIM_ID_LIST, *infos))


def _info(eim: AssociatedEim, type_tag: int) -> bytes:
    """EimIdInfo."""
    kind = eim.data.eim_id_type
    shown = tlv.encode(type_tag, bytes([kind])) if kind in _TYPES_SHOWN else b""
    return tlv.encode(_SEQUENCE, tlv.encode(_EIM_ID, eim.eim_id.encode()), shown)


def _add_eim_result(code: int) -> sgp32.EuiccResultData:
    return Result(add_eim_result=sgp32.AddEimResult(add_eim_result_code=code))


ECOS: OperationTable = {
    ADD_EIM: Operation(
        configuration.read,
        add_eim,
        _add_eim_result,
        {
            Reason.MEMORY: _AddEimResultCode.INSUFFICIENT_MEMORY,
            Reason.ALREADY_EXISTS: _AddEimResultCode.ASSOCIATED_EIM_ALREADY_EXISTS,
            Reason.CI_UNKNOWN: _AddEimResultCode.CI_PK_UNKNOWN,
            Reason.TOKEN: _AddEimResultCode.INVALID_ASSOCIATION_TOKEN,
            Reason.COUNTER_OUT_OF_RANGE: _AddEimResultCode.COUNTER_VALUE_OUT_OF_RANGE,
            Reason.INCORRECT_INPUT: _AddEimResultCode.COMMAND_ERROR,
            Reason.EIM_ID_MISSING: _AddEimResultCode.COMMAND_ERROR,
        },
    ),
    DELETE_EIM: Operation(
        _read_delete,
        delete_eim,
        lambda code: Result(delete_eim_result=code),
        {
            Reason.NOT_FOUND: sgp32.DeleteEimResult.EIM_NOT_FOUND,
            Reason.EIM_ID_MISSING: sgp32.DeleteEimResult.COMMAND_ERROR,
        },
    ),
    UPDATE_EIM: Operation(
        configuration.read,
        update_eim,
        lambda code: Result(update_eim_result=code),
        {
            Reason.NOT_FOUND: sgp32.UpdateEimResult.EIM_NOT_FOUND,
            Reason.EIM_ID_MISSING: sgp32.UpdateEimResult.EIM_NOT_FOUND,
            Reason.CI_UNKNOWN: sgp32.UpdateEimResult.CI_PK_UNKNOWN,
            Reason.COUNTER_OUT_OF_RANGE: sgp32.UpdateEimResult.COUNTER_VALUE_OUT_OF_RANGE,
            Reason.INCORRECT_INPUT: sgp32.UpdateEimResult.COMMAND_ERROR,
        },
    ),
    LIST_EIM: Operation(_read, list_eim),
}
"""By tag, with the result code for each reason of refusal."""
