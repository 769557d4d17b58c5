"""Which eIMs manage the card, SGP.32 3.5: asked, set up by the IPA, and erased to get out of a lock-in."""

from __future__ import annotations

from apdu import TlvError, status, tlv
from asn1 import BitString
from asn1.generated import rsp, sgp32
from ipa import es10_iot
from ipa.eim import Eim
from ipa.errors import CommandRefused, EuiccAnswerInvalid, EuiccRefused
from ipa.es10 import meaning, send
from ipa.procedures.device import get_eid
from ipa.steps import Procedure, recall, refresh, remember

ResetOptions = sgp32.EuiccMemoryResetRequest.ResetOptions
Response = sgp32.EuiccMemoryResetResponse
OF_PROFILES = (
    ResetOptions.DELETE_OPERATIONAL_PROFILES,
    ResetOptions.DELETE_FIELD_LOADED_TEST_PROFILES,
    ResetOptions.RESET_DEFAULT_SMDP_ADDRESS,
    ResetOptions.DELETE_PRE_LOADED_TEST_PROFILES,
    ResetOptions.DELETE_PROVISIONING_PROFILES,
)
OF_V1_0 = {
    ResetOptions.DELETE_OPERATIONAL_PROFILES: 0,
    ResetOptions.DELETE_FIELD_LOADED_TEST_PROFILES: 1,
    ResetOptions.RESET_DEFAULT_SMDP_ADDRESS: 2,
    ResetOptions.RESET_EIM_CONFIG_DATA: 3,
    ResetOptions.RESET_IMMEDIATE_ENABLE_CONFIG: 4,
}
"""The bits of the options in SGP.32 v1.0, where the function has the tag of SGP.22; the other options came later."""
IOT_SPECIFIC_INFO = 0xB4
RESULT_OF_V1_0, RESULT, RESULT_OF_EIMS, RESULT_OF_IMMEDIATE = 0x02, 0x80, 0x81, 0x82
OK, NOTHING_TO_DELETE = Response.ResetResult.OK, Response.ResetResult.NOTHING_TO_DELETE


def list_eims() -> Procedure[tuple[Eim, ...]]:
    """ES10b.GetEimConfigurationData, SGP.32 5.9.18: the Associated eIMs in the card's order."""
    found = yield from es10_iot.get_eim_configuration_data()
    try:
        return tuple(Eim.parse(each) for each in found)
    except (TlvError, ValueError) as error:
        raise EuiccAnswerInvalid(es10_iot.GET_EIM_CONFIGURATION_DATA, str(error)) from error


def add_initial(*configurations: sgp32.EimConfigurationData) -> Procedure[tuple[int | None, ...]]:
    """ES10b.AddInitialEim, SGP.32 3.5.2 and 5.9.4: the association token made for each, None where none was wanted.

    All are associated or none is. EuiccRefused: there is an eIM already, or something in an entry is not right.
    """
    request = sgp32.AddInitialEimRequest(eim_configuration_data_list=configurations)
    added = (yield from es10_iot.add_initial_eim(request)).add_initial_eim_ok
    if added is None or len(added) != len(configurations):
        raise EuiccAnswerInvalid(es10_iot.add_initial_eim.name, "not one answer for each eIM")
    return tuple(each.association_token for each in added)


def reset_memory(*options: int) -> Procedure[None]:
    """ES10b.eUICCMemoryReset, SGP.32 5.9.5, with these EuiccMemoryResetRequest.ResetOptions.

    EuiccRefused when one of them failed; that there was nothing to reset is no failure. What eIMs have sent that are
    erased is forgotten: the card would not execute it any more. A card that knows only the form of v1.0 gets that.
    """
    request = sgp32.EuiccMemoryResetRequest(reset_options=BitString.of(*options))
    try:
        response = yield from es10_iot.euicc_memory_reset(request)
    except CommandRefused as refusal:
        response = yield from _reset_as_in_v1_0(options, refusal)
    yield from refresh()
    if response.reset_eim_result in (Response.ResetEimResult.OK, Response.ResetEimResult.NOTHING_TO_DELETE):
        yield from _forget_eims()
    _check(response.reset_result, Response.ResetResult)
    _check(response.reset_eim_result, Response.ResetEimResult)
    _check(response.reset_immediate_enable_config_result, Response.ResetImmediateEnableConfigResult)


def _reset_as_in_v1_0(options: tuple[int, ...], refusal: CommandRefused) -> Procedure[Response]:
    """The same for a card that does not know the function; the refusal when it is for another reason.

    Only an IoT eUICC: another one may take the bits for something else, SGP.22 v3.
    """
    unknown = refusal.sw in (
        status.REFERENCED_DATA_NOT_FOUND,
        status.INCORRECT_DATA,
        status.FUNCTION_NOT_SUPPORTED,
    )
    if not unknown or not OF_V1_0.keys() >= {*options} or not (yield from _is_iot()):
        raise refusal
    request = rsp.EuiccMemoryResetRequest(reset_options=BitString.of(*(OF_V1_0[each] for each in options)))
    name = es10_iot.euicc_memory_reset.name
    answer = yield from send(name, request.encode())
    try:
        codes = {each.tag: int.from_bytes(each.value, "big") for each in tlv.parse(answer).children()}
    except TlvError as error:
        raise EuiccAnswerInvalid(name, str(error)) from error
    result = codes.get(RESULT_OF_V1_0, codes.get(RESULT))
    if result is None:
        raise EuiccAnswerInvalid(name, "it has no result")
    return Response(
        reset_result=result,
        reset_eim_result=codes.get(RESULT_OF_EIMS),
        reset_immediate_enable_config_result=codes.get(RESULT_OF_IMMEDIATE),
    )


def _is_iot() -> Procedure[bool]:
    info = yield from es10_iot.get_euicc_info(rsp.GetEuiccInfo2Request())
    return tlv.find(info, sgp32.EUICCInfo2.TAG, IOT_SPECIFIC_INFO) is not None


def escape(*configurations: sgp32.EimConfigurationData) -> Procedure[tuple[int | None, ...]]:
    """Out of a lock-in: the card's eIMs are erased, and these associated, SGP.32 3.5.2; the profiles stay.

    EuiccRefused when the card does not let go; then nothing has changed. The second half can be repeated alone
    (`add_initial`) if it does not come about.
    """
    yield from reset_memory(ResetOptions.RESET_EIM_CONFIG_DATA)
    return (yield from add_initial(*configurations))


def _forget_eims() -> Procedure[None]:
    yield from recall((yield from get_eid()))
    yield from remember(unfinished={}, untold={}, told={})


def _check(code: int | None, codes: type) -> None:
    nothing = getattr(codes, "NOTHING_TO_DELETE", OK)
    if code not in (None, OK, nothing):
        raise EuiccRefused(es10_iot.euicc_memory_reset.name, code or OK, meaning(codes, code or OK))
