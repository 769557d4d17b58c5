"""What the card is and where it is to go, SGP.22 5.7.3, 5.7.4, 5.7.8 and 5.7.20."""

from __future__ import annotations

from asn1.generated import rsp
from ipa import es10
from ipa.steps import Procedure

EID_TAG = b"\x5a"


def get_eid() -> Procedure[bytes]:
    """ES10c.GetEID, SGP.22 5.7.20: the EID, 16 bytes, BCD."""
    response = yield from es10.get_eid(rsp.GetEuiccDataRequest(tag_list=EID_TAG))
    return response.eid_value


def get_info1() -> Procedure[rsp.EUICCInfo1]:
    """ES10b.GetEUICCInfo, SGP.22 5.7.8: EUICCInfo1."""
    return (yield from es10.get_euicc_info1(rsp.GetEuiccInfo1Request()))


def get_info2() -> Procedure[rsp.EUICCInfo2]:
    """ES10b.GetEUICCInfo, SGP.22 5.7.8: EUICCInfo2."""
    return (yield from es10.get_euicc_info2(rsp.GetEuiccInfo2Request()))


def get_rat() -> Procedure[tuple[rsp.ProfilePolicyAuthorisationRule, ...]]:
    """ES10b.GetRAT, SGP.22 5.7.22: the Rules Authorisation Table."""
    return (yield from es10.get_rat(rsp.GetRatRequest())).rat


def get_addresses() -> Procedure[rsp.EuiccConfiguredAddressesResponse]:
    """ES10a.GetEuiccConfiguredAddresses, SGP.22 5.7.3."""
    return (yield from es10.get_euicc_configured_addresses(rsp.EuiccConfiguredAddressesRequest()))


def set_default_dp_address(address: str) -> Procedure[None]:
    """ES10a.SetDefaultDpAddress, SGP.22 5.7.4; an empty address deletes it. EuiccRefused."""
    yield from es10.set_default_dp_address(rsp.SetDefaultDpAddressRequest(default_dp_address=address))
