"""ES10a, b and c: what the card is, and what it knows of servers, SGP.22 5.7.3 to 5.7.8 and 5.7.19 to 5.7.22."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from apdu import StatusError, status, tlv
from asn1 import BitString
from asn1.generated import rsp
from euicc.isdr import operations
from euicc.isdr.functions import Function
from euicc.isdr.tolerance import supply
from euicc.refusals import Reason, Refused
from euicc.runtime import keys

if TYPE_CHECKING:
    from asn1 import Message
    from euicc.config import Config, Operator, RatRule
    from euicc.isdr.applet import IsdR

ResetResult = rsp.EuiccMemoryResetResponse.ResetResult
SetDefaultDpAddressResult = rsp.SetDefaultDpAddressResponse.SetDefaultDpAddressResult
LpaeActivationResult = rsp.LpaeActivationResponse.LpaeActivationResult

ADDRESS_MAX = 255
"""Longest SM-DP+ address that is stored, in octets: a domain name is never longer."""
_EID_TAG = 0x5A
_INSTALLED_APPLICATIONS, _FREE_NVM, _FREE_RAM = 0x81, 0x82, 0x83


def get_euicc_configured_addresses(
    isdr: IsdR, request: rsp.EuiccConfiguredAddressesRequest
) -> rsp.EuiccConfiguredAddressesResponse:
    """ES10a.GetEuiccConfiguredAddresses, SGP.22 5.7.3."""
    stored = isdr.nvm.get(keys.DEFAULT_DP_ADDRESS)
    default = isdr.config.default_dp_address if stored is None else stored
    return rsp.EuiccConfiguredAddressesResponse(
        default_dp_address=default or None, root_ds_address=isdr.config.root_ds_address
    )


def set_default_dp_address(
    isdr: IsdR, request: rsp.SetDefaultDpAddressRequest
) -> rsp.SetDefaultDpAddressResponse:
    """ES10a.SetDefaultDpAddress, SGP.22 5.7.4. An empty address deletes the one there is."""
    store_default_dp_address(isdr, request.default_dp_address)
    return rsp.SetDefaultDpAddressResponse(set_default_dp_address_result=SetDefaultDpAddressResult.OK)


def store_default_dp_address(isdr: IsdR, address: str) -> None:
    """Replace the default SM-DP+ address; Refused(INCORRECT_INPUT) when it is too long."""
    if len(address.encode()) > ADDRESS_MAX:
        raise Refused(Reason.INCORRECT_INPUT)
    isdr.nvm.set(keys.DEFAULT_DP_ADDRESS, address)


def get_euicc_info1(isdr: IsdR, request: rsp.GetEuiccInfo1Request) -> rsp.EUICCInfo1:
    """ES10b.GetEUICCInfo, SGP.22 5.7.8: EUICCInfo1."""
    return rsp.EUICCInfo1(
        svn=bytes(isdr.config.svn),
        euicc_ci_pk_id_list_for_verification=tuple(anchor.ski for anchor in isdr.identity.trusted),
        euicc_ci_pk_id_list_for_signing=tuple(each.ci_ski for each in isdr.identity.credentials),
    )


def get_euicc_info2(isdr: IsdR, request: rsp.GetEuiccInfo2Request) -> Message:
    """ES10b.GetEUICCInfo, SGP.22 5.7.8: EUICCInfo2."""
    return isdr.variant.euicc_info2(isdr)


def euicc_info2(isdr: IsdR) -> rsp.EUICCInfo2:
    """The card's description of itself at this moment, SGP.22 5.7.8; AuthenticateServer signs it."""
    return rsp.EUICCInfo2(**capabilities(isdr))


def capabilities(isdr: IsdR) -> dict[str, Any]:
    """The fields of EUICCInfo2 that every kind of card has."""
    config = isdr.config
    forbidden = BitString.of(*config.forbidden_pprs) if config.forbidden_pprs else None
    return {
        "profile_version": bytes(config.profile_version),
        "svn": bytes(config.svn),
        "euicc_firmware_ver": bytes(config.firmware),
        "ext_card_resource": _extended_card_resources(isdr),
        "uicc_capability": BitString.of(*config.uicc_capability),
        "ts102241_version": bytes(config.ts102241_version),
        "globalplatform_version": bytes(config.globalplatform_version),
        "rsp_capability": BitString.of(*config.rsp_capability),
        "euicc_ci_pk_id_list_for_verification": tuple(anchor.ski for anchor in isdr.identity.trusted),
        "euicc_ci_pk_id_list_for_signing": tuple(each.ci_ski for each in isdr.identity.credentials),
        "euicc_category": config.category,
        "forbidden_profile_policy_rules": forbidden,
        "pp_version": bytes(config.pp_version),
        "sas_acreditation_number": config.sas_accreditation_number,
        "certification_data_object": _certification_data_object(config),
    }


def _extended_card_resources(isdr: IsdR) -> bytes:
    """TS 102 226 8.2.1.7.2: number of installed applications, free non-volatile and volatile memory."""
    return b"".join(
        (
            tlv.encode(_INSTALLED_APPLICATIONS, _number(len(isdr.profiles.all()))),
            tlv.encode(_FREE_NVM, _number(isdr.free_memory())),
            tlv.encode(_FREE_RAM, _number(isdr.config.ram_size)),
        )
    )


def _number(value: int) -> bytes:
    return value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")


def _certification_data_object(config: Config) -> rsp.CertificationDataObject | None:
    if config.platform_label is None:
        return None
    return rsp.CertificationDataObject(
        platform_label=config.platform_label, discovery_base_url=config.discovery_base_url or ""
    )


def load_crl(isdr: IsdR, request: rsp.LoadCRLRequest) -> rsp.LoadCRLResponse:
    """ES10b.LoadCRL, SGP.22 5.7.12: optional, and announced as missing in rspCapability."""
    raise Refused(Reason.NOT_SUPPORTED)


def activate_lpae(isdr: IsdR, request: rsp.LpaeActivationRequest) -> rsp.LpaeActivationResponse:
    """LPAe activation, SGP.22 5.7.1: the card has no LPA of its own."""
    return rsp.LpaeActivationResponse(lpae_activation_result=LpaeActivationResult.NOT_SUPPORTED)


def euicc_memory_reset(isdr: IsdR, request: rsp.EuiccMemoryResetRequest) -> rsp.EuiccMemoryResetResponse:
    """ES10c.eUICCMemoryReset, SGP.22 5.7.19. Options that this interface does not know are ignored.

    The default SM-DP+ address is reset also when there was no profile to delete.
    """
    chosen = {option for option in isdr.variant.reset_options if option in request.reset_options}
    if not operations.memory_reset(isdr, chosen).deleted:
        raise Refused(Reason.NOTHING_TO_DELETE)
    return rsp.EuiccMemoryResetResponse(reset_result=ResetResult.OK)


def get_eid(isdr: IsdR, request: rsp.GetEuiccDataRequest) -> bytes:
    """ES10c.GetEID, SGP.22 5.7.20. The EID is all there is to ask for; another tag is INCORRECT_DATA."""
    if request.tag_list != bytes([_EID_TAG]):
        raise StatusError(status.INCORRECT_DATA)
    return _eid_response(isdr.identity.eid)


@lru_cache(16)
def _eid_response(eid: bytes) -> bytes:
    return rsp.GetEuiccDataResponse(eid_value=eid).encode()


def get_rat(isdr: IsdR, request: rsp.GetRatRequest) -> rsp.GetRatResponse:
    """ES10b.GetRAT, SGP.22 5.7.22."""
    return rsp.GetRatResponse(rat=tuple(map(_rule, isdr.config.rat)))


def _rule(rule: RatRule) -> rsp.ProfilePolicyAuthorisationRule:
    return rsp.ProfilePolicyAuthorisationRule(
        ppr_ids=BitString.of(*rule.pprs),
        allowed_operators=tuple(map(_operator, rule.operators)),
        ppr_flags=BitString.of(rsp.ProfilePolicyAuthorisationRule.PprFlags.CONSENT_REQUIRED)
        if rule.consent_required
        else BitString.of(),
    )


def _operator(operator: Operator) -> rsp.OperatorId:
    return rsp.OperatorId(mcc_mnc=operator.mcc_mnc, gid1=operator.gid1, gid2=operator.gid2)


FUNCTIONS = (
    Function(
        rsp.EuiccConfiguredAddressesRequest.TAG,
        rsp.EuiccConfiguredAddressesRequest,
        get_euicc_configured_addresses,
    ),
    Function(
        rsp.SetDefaultDpAddressRequest.TAG,
        rsp.SetDefaultDpAddressRequest,
        set_default_dp_address,
        refuse=lambda _, code: rsp.SetDefaultDpAddressResponse(set_default_dp_address_result=code),
        transaction=True,
    ),
    Function(rsp.GetEuiccInfo1Request.TAG, rsp.GetEuiccInfo1Request, get_euicc_info1),
    Function(rsp.GetEuiccInfo2Request.TAG, rsp.GetEuiccInfo2Request, get_euicc_info2),
    Function(
        rsp.LoadCRLRequest.TAG,
        rsp.LoadCRLRequest,
        load_crl,
        refuse=lambda _, code: rsp.LoadCRLResponse(load_crl_response_error=code),
    ),
    Function(rsp.LpaeActivationRequest.TAG, rsp.LpaeActivationRequest, activate_lpae),
    Function(
        rsp.EuiccMemoryResetRequest.TAG,
        rsp.EuiccMemoryResetRequest,
        euicc_memory_reset,
        refusals={
            Reason.NOTHING_TO_DELETE: ResetResult.NOTHING_TO_DELETE,
            Reason.CAT_BUSY: ResetResult.CAT_BUSY,
        },
        refuse=lambda _, code: rsp.EuiccMemoryResetResponse(reset_result=code),
    ),
    Function(
        rsp.GetEuiccDataRequest.TAG,
        rsp.GetEuiccDataRequest,
        get_eid,
        tolerance=(supply(0x5C, bytes([_EID_TAG])),),
    ),
    Function(rsp.GetRatRequest.TAG, rsp.GetRatRequest, get_rat),
)
