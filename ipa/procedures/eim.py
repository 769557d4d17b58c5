"""Which eIMs manage the card, SGP.32 3.5: asked, set up by the IPA, and erased to get out of a lock-in."""

from __future__ import annotations

from apdu import TlvError
from asn1 import BitString
from asn1.generated import sgp32
from ipa import es10_iot
from ipa.eim import Eim
from ipa.errors import EuiccAnswerInvalid, EuiccRefused
from ipa.es10 import meaning
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
    erased is forgotten: the card would not execute it any more.
    """
    request = sgp32.EuiccMemoryResetRequest(reset_options=BitString.of(*options))
    response = yield from es10_iot.euicc_memory_reset(request)
    yield from refresh()
    if response.reset_eim_result in (Response.ResetEimResult.OK, Response.ResetEimResult.NOTHING_TO_DELETE):
        yield from _forget_eims()
    _check(response.reset_result, Response.ResetResult)
    _check(response.reset_eim_result, Response.ResetEimResult)
    _check(response.reset_immediate_enable_config_result, Response.ResetImmediateEnableConfigResult)


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
