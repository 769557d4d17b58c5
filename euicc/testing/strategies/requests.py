"""ES10 requests that make sense for a given card: what exists there and what does not, right and wrong ids.

Everything that a card can tell apart only by its own state comes from a `CardView`; the rest of a request is any valid
value of its type. Certificates and signatures are random, so sessions end at the first check of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis.strategies import SearchStrategy

from asn1 import Message
from asn1.generated import rsp, sgp32
from euicc.testing.strategies.card_view import CardView
from euicc.testing.strategies.messages import any_message
from euicc.testing.strategies.values import Values, always, integers, octets, one_of, picks, tuples_of

SGP22: tuple[type[Message], ...] = (
    rsp.ProfileInfoListRequest,
    rsp.GetEuiccChallengeRequest,
    rsp.GetEuiccInfo1Request,
    rsp.GetEuiccInfo2Request,
    rsp.GetEuiccDataRequest,
    rsp.GetRatRequest,
    rsp.EuiccConfiguredAddressesRequest,
    rsp.SetDefaultDpAddressRequest,
    rsp.ListNotificationRequest,
    rsp.RetrieveNotificationsListRequest,
    rsp.NotificationSentRequest,
    rsp.EnableProfileRequest,
    rsp.DisableProfileRequest,
    rsp.DeleteProfileRequest,
    rsp.SetNicknameRequest,
    rsp.EuiccMemoryResetRequest,
    rsp.AuthenticateServerRequest,
    rsp.PrepareDownloadRequest,
    rsp.CancelSessionRequest,
    rsp.LpaeActivationRequest,
    rsp.LoadCRLRequest,
)
"""The functions of ES10a, ES10b and ES10c, SGP.22 5.7, but LoadBoundProfilePackage, whose pieces are no messages."""

SGP32: tuple[type[Message], ...] = (
    *SGP22,
    sgp32.GetEimConfigurationDataRequest,
    sgp32.GetCertsRequest,
    sgp32.GetConnectivityParametersRequest,
    sgp32.AddInitialEimRequest,
    sgp32.EuiccPackageRequest,
    sgp32.ProfileRollbackRequest,
    sgp32.ConfigureImmediateProfileEnablingRequest,
    sgp32.ImmediateEnableRequest,
    sgp32.EnableEmergencyProfileRequest,
    sgp32.DisableEmergencyProfileRequest,
    sgp32.ExecuteFallbackMechanismRequest,
    sgp32.ReturnFromFallbackRequest,
    sgp32.RetrieveNotificationsListRequest,
    sgp32.EuiccMemoryResetRequest,
    sgp32.SetDefaultDpAddressRequest,
    sgp32.IpaeActivationRequest,
)
"""Those of an IoT eUICC, SGP.32 5.9."""

TAG_LISTS = tuple(
    map(bytes.fromhex, ("5A", "5A4F9F70", "5A909192", "BF22", "B6B7B8", "9F7B9F679F24", "", "FF"))
)
_OWN: dict[type[Message], Mapping[str, Values[Any]]] = {
    rsp.GetEuiccDataRequest: {"tag_list": picks((b"\x5a", b"\x5b"))},
}
"""Where a component has a meaning of its own."""
_ADDRESSES = ("smdp.example.com", "smdp.example.com:8443", "", "a" * 255)


def requests(view: CardView, functions: tuple[type[Message], ...] = SGP22) -> SearchStrategy[Message]:
    """A request of one of these functions, for the card of this view: `requests(view_of(channel), SGP32)`."""
    return any_request(view, functions).strategy


def any_request(view: CardView, functions: tuple[type[Message], ...] = SGP22) -> Values[Message]:
    """See `requests`; as values that a seed can draw too."""
    known = known_of(view)
    return one_of(
        *(any_message(function, known={**known, **_OWN.get(function, {})}) for function in functions)
    )


def known_of(view: CardView) -> Mapping[str, Values[Any]]:
    """Values of the components that a card compares with what it has, by component name, for `any_message`."""
    right = view.transaction_id
    return {
        "iccid": _existing(view.iccids, view.another_iccid),
        "isdp_aid": _existing(view.aids, view.another_aid),
        "eim_id": _existing(view.eim_ids, view.another_eim_id),
        "eid_value": picks((view.eid, _one_bit_changed(view.eid))),
        "transaction_id": octets(1, 16) if right is None else _session(right),
        "seq_number": one_of(picks(_numbers(view)), integers(0, 1 << 31)),
        "counter_value": integers(0, 1 << 24),
        "tag_list": picks(TAG_LISTS),
        "euicc_ci_pk_id": octets(20, 20),
        "default_dp_address": picks(_ADDRESSES),
        "eim_configuration_data_list": _eim_configurations(view),
    }


def _eim_configurations(view: CardView) -> Values[tuple[Any, ...]]:
    """Of eIMs whose identifiers are those of the view or others; their keys are of no curve."""
    known = {"eim_id": _existing(view.eim_ids, view.another_eim_id)}
    return tuples_of(any_message(sgp32.EimConfigurationData, known=known), 0, 3)


def _existing(there: tuple[Any, ...], another: Any) -> Values[Any]:
    return picks((*there, another))


def _session(right: bytes) -> Values[bytes]:
    return one_of(always(right), picks((_one_bit_changed(right), right[:-1] or b"\0")), octets(1, 16))


def _one_bit_changed(data: bytes) -> bytes:
    return data[:-1] + bytes((data[-1] ^ 1,))


def _numbers(view: CardView) -> tuple[int, ...]:
    """Those that exist, and the next one."""
    return (*view.seq_numbers, max(view.seq_numbers, default=0) + 1)
