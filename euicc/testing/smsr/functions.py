"""The functions of ES3, ES4 and ES7 that an SM-SR offers: at once, or as an operation on the card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from euicc.testing.m2m import es3, es4, es7, own_requests
from euicc.testing.m2m.es3 import EisResponse, ProfileInfo, ProfileState, Response
from euicc.testing.smsr import rules
from euicc.testing.smsr.case import Case
from euicc.testing.smsr.procedures import (
    audit,
    handover_in,
    handover_out,
    key_sets,
    profiles,
    send_data,
    switch,
)
from euicc.testing.smsr.steps import Procedure


def _get_eis(case: Case) -> EisResponse:
    """ES3.GetEIS, ES4.GetEIS: of the profiles those that the requester has to do with."""
    return EisResponse(eis=case.eis.part(lambda each: case.requester in (each.operator, each.smdp)))


def _changed(case: Case, change: Callable[[ProfileInfo], ProfileInfo], *checked: rules.Rule) -> Response:
    profile = case.profile(*checked)
    case.update(lambda eis: eis.with_profile(change(profile)))
    return Response()


def _profile_download_completed(case: Case) -> Response:
    """ES3.ProfileDownloadCompleted."""
    request: es3.ProfileDownloadCompleted = case.request
    return _changed(
        case,
        lambda profile: replace(
            profile,
            state=ProfileState.DISABLED,
            profile_type=request.profile_type,
            subscription=request.subscription,
            pol2=request.pol2,
        ),
        *rules.COMPLETE,
    )


def _update_policy_rules(case: Case) -> Response:
    """ES3.UpdatePolicyRules, ES4.UpdatePolicyRules."""
    return _changed(case, lambda profile: replace(profile, pol2=case.request.pol2), *rules.OWN)


def _update_subscription_address(case: Case) -> Response:
    """ES3.UpdateSubscriptionAddress, ES4.UpdateSubscriptionAddress."""
    subscription = case.request.subscription
    return _changed(case, lambda profile: replace(profile, subscription=subscription), *rules.OWN)


def _prepare_smsr_change(case: Case) -> Response:
    """ES4.PrepareSMSRChange: nothing changes yet."""
    case.registry.prepare(case.eid, case.request.current_smsr, case.requester)
    return Response()


AT_ONCE: dict[type, Callable[[Case], Response]] = {
    es3.GetEis: _get_eis,
    es3.ProfileDownloadCompleted: _profile_download_completed,
    es3.UpdatePolicyRules: _update_policy_rules,
    es3.UpdateSubscriptionAddress: _update_subscription_address,
    es4.PrepareSmsrChange: _prepare_smsr_change,
}
"""Functions that need no card."""

OPERATIONS: dict[type, Callable[[Case], Procedure[Response]]] = {
    es3.AuditEis: audit.audit_eis,
    es3.CreateIsdp: profiles.create_isd_p,
    es3.SendData: send_data.send_data,
    es3.UpdateConnectivityParameters: send_data.update_connectivity_parameters,
    es3.EnableProfile: switch.enable_profile,
    es3.DisableProfile: switch.disable_profile,
    es3.DeleteIsdp: profiles.delete_profile,
    es4.SetFallbackAttribute: profiles.set_fallback_attribute,
    es4.MasterDelete: profiles.master_delete,
    es4.SmsrChange: handover_out.smsr_change,
    es7.HandoverEuicc: handover_in.handover_euicc,
    own_requests.UpdateSmsrAddressing: handover_in.update_addressing,
    own_requests.FinaliseHandover: handover_in.finalise_handover,
    own_requests.EstablishScp81Keys: key_sets.establish_scp81_keys,
}
"""Functions that are operations on a card: one after the other."""

PASSED_ON = (es7.AuthenticateSmsr, es7.CreateAdditionalKeySet)
"""Functions that belong to an operation that runs."""
READING = (es3.GetEis,)
"""Functions that change nothing: they may be used while a card is being handed over."""
WITHOUT_CARD = (es4.PrepareSmsrChange, es7.HandoverEuicc)
"""Functions about cards that are not here yet."""
UNTIL_DONE = (own_requests.FinaliseHandover, own_requests.UpdateSmsrAddressing, es3.AuditEis)
"""Operations on the SM-SR's own account that are repeated until the card was reached."""
CHANGING = (
    es3.CreateIsdp,
    es3.EnableProfile,
    es3.DisableProfile,
    es3.DeleteIsdp,
    es4.SetFallbackAttribute,
    es4.MasterDelete,
)
"""Operations that a card may carry out long after their time: it is asked, as soon as it answers."""
_OWN = (
    own_requests.UpdateSmsrAddressing,
    own_requests.FinaliseHandover,
    own_requests.EstablishScp81Keys,
)

_RESPONSES: dict[type, type[Response]] = {
    es3.GetEis: es3.EisResponse,
    es3.AuditEis: es3.EisResponse,
    es3.CreateIsdp: es3.CreateIsdpResponse,
    es3.SendData: es3.SendDataResponse,
    es7.AuthenticateSmsr: es7.AuthenticateSmsrResponse,
    es7.CreateAdditionalKeySet: es7.CreateAdditionalKeySetResponse,
}


def refused(request: Any, status: es3.Status) -> Response:
    """The response to a request that is not carried out."""
    return _RESPONSES.get(type(request), Response)(status)


def is_offered(request: Any, own: bool) -> bool:
    """Whether a request is one that this SM-SR serves, to whoever asks or to itself."""
    kind = type(request)
    return (kind in AT_ONCE or kind in OPERATIONS or kind in PASSED_ON) and (own or kind not in _OWN)
