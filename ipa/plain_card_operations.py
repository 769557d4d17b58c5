"""The operations of an eUICC Package, SGP.32 2.11.1.1, carried out on an SGP.22 card by ES10a, ES10b and ES10c."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from apdu import StatusError
from asn1.generated import rsp, sgp32
from ipa.driver import CardAccess

Result = sgp32.EuiccResultData
Terminated = Result.ProcessingTerminated
Done = tuple[bytes, bool]
"""EuiccResultData, and whether the next operation may follow."""


def execute(card: CardAccess, package: sgp32.EuiccPackage) -> Iterator[bytes]:
    """EuiccResultData of each operation in turn, up to the first that fails."""
    for operation in package.value:
        handler = PSMOS.get(operation.chosen) if isinstance(operation, sgp32.Psmo) else None
        try:
            result, succeeded = handler(card, operation.value) if handler else _terminated(_UNKNOWN)
        except StatusError:
            result, succeeded = _terminated(Terminated.UNDEFINED_ERROR)
        yield result
        if not succeeded:
            return


_UNKNOWN = Terminated.UNKNOWN_OR_DAMAGED_COMMAND


def _terminated(code: int) -> Done:
    return Result(processing_terminated=code).encode(), False


def _told(code: int, codes: type) -> int:
    """A result code of SGP.22 as SGP.32 has it: what only SGP.22 knows becomes undefinedError."""
    return code if code in vars(codes).values() else sgp32.EnableProfileResult.UNDEFINED_ERROR


def _enable(card: CardAccess, request: sgp32.Psmo.Enable) -> Done:
    """Without a way back: what asks for one is refused."""
    if request.rollback_flag:
        return Result(enable_result=sgp32.EnableProfileResult.ROLLBACK_NOT_AVAILABLE).encode(), False
    profile = rsp.EnableProfileRequest.ProfileIdentifier(iccid=request.iccid)
    asked = rsp.EnableProfileRequest(profile_identifier=profile, refresh_flag=True)
    code = rsp.EnableProfileResponse.decode(card.store_data(asked.encode())).enable_result
    return Result(enable_result=_told(code, sgp32.EnableProfileResult)).encode(), _refreshed(card, code)


def _disable(card: CardAccess, request: sgp32.Psmo.Disable) -> Done:
    profile = rsp.DisableProfileRequest.ProfileIdentifier(iccid=request.iccid)
    asked = rsp.DisableProfileRequest(profile_identifier=profile, refresh_flag=True)
    code = rsp.DisableProfileResponse.decode(card.store_data(asked.encode())).disable_result
    return Result(disable_result=_told(code, sgp32.DisableProfileResult)).encode(), _refreshed(card, code)


def _refreshed(card: CardAccess, code: int) -> bool:
    """The card changes profiles before the next operation."""
    if code == sgp32.EnableProfileResult.OK:
        card.refresh()
    return code == sgp32.EnableProfileResult.OK


def _delete(card: CardAccess, request: sgp32.Psmo.Delete) -> Done:
    answer = card.store_data(rsp.DeleteProfileRequest(iccid=request.iccid).encode())
    code = rsp.DeleteProfileResponse.decode(answer).delete_result
    return Result(delete_result=_told(code, sgp32.DeleteProfileResult)).encode(), code == 0


def _list_profile_info(card: CardAccess, request: rsp.ProfileInfoListRequest) -> Done:
    answer = card.store_data(request.encode())
    return answer, rsp.ProfileInfoListResponse.decode(answer).profile_info_list_error is None


def _get_rat(card: CardAccess, request: sgp32.Psmo.GetRAT) -> Done:
    rat = rsp.GetRatResponse.decode(card.store_data(rsp.GetRatRequest().encode())).rat
    return Result(get_rat_result=rat).encode(), True


def _set_default_dp_address(card: CardAccess, request: sgp32.SetDefaultDpAddressRequest) -> Done:
    asked = rsp.SetDefaultDpAddressRequest(default_dp_address=request.default_dp_address)
    answer = rsp.SetDefaultDpAddressResponse.decode(card.store_data(asked.encode()))
    code = answer.set_default_dp_address_result
    told = sgp32.SetDefaultDpAddressResponse(set_default_dp_address_result=code)
    return Result(set_default_dp_address_result=told).encode(), code == 0


PSMOS: dict[str, Callable[[CardAccess, Any], Done]] = {
    "enable": _enable,
    "disable": _disable,
    "delete": _delete,
    "list_profile_info": _list_profile_info,
    "get_rat": _get_rat,
    "set_default_dp_address": _set_default_dp_address,
}
