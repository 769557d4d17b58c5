"""ES10 functions by their tag: names, types of request and response, and both of them in words.

SGP.22 5.7 first; where its types do not fit, or do not know the tag, those of SGP.32 5.9.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from apdu.explain import FUNCTIONS
from asn1 import Asn1Error, Message
from euicc.isdr.tolerance import as_standard
from euicc.traces.bound_package import BOUND_PROFILE_PACKAGE, SEGMENT_TAGS, piece_tree
from euicc.traces.masking import hash_of_code, words
from euicc.traces.message import message_tree
from euicc.traces.tree import Node, undecoded

SECRETS = frozenset({"hash_cc"})
"""Components that tell what the user knows: the hash of the confirmation code."""


@dataclass(frozen=True, slots=True)
class Types:
    """Names of the request and response types of one function, without the module."""

    request: str
    response: str


_TYPES = {
    0xBF20: Types("GetEuiccInfo1Request", "EUICCInfo1"),
    0xBF21: Types("PrepareDownloadRequest", "PrepareDownloadResponse"),
    0xBF22: Types("GetEuiccInfo2Request", "EUICCInfo2"),
    0xBF28: Types("ListNotificationRequest", "ListNotificationResponse"),
    0xBF29: Types("SetNicknameRequest", "SetNicknameResponse"),
    0xBF2B: Types("RetrieveNotificationsListRequest", "RetrieveNotificationsListResponse"),
    0xBF2D: Types("ProfileInfoListRequest", "ProfileInfoListResponse"),
    0xBF2E: Types("GetEuiccChallengeRequest", "GetEuiccChallengeResponse"),
    0xBF30: Types("NotificationSentRequest", "NotificationSentResponse"),
    0xBF31: Types("EnableProfileRequest", "EnableProfileResponse"),
    0xBF32: Types("DisableProfileRequest", "DisableProfileResponse"),
    0xBF33: Types("DeleteProfileRequest", "DeleteProfileResponse"),
    0xBF34: Types("EuiccMemoryResetRequest", "EuiccMemoryResetResponse"),
    0xBF35: Types("LoadCRLRequest", "LoadCRLResponse"),
    0xBF38: Types("AuthenticateServerRequest", "AuthenticateServerResponse"),
    0xBF3C: Types("EuiccConfiguredAddressesRequest", "EuiccConfiguredAddressesResponse"),
    0xBF3E: Types("GetEuiccDataRequest", "GetEuiccDataResponse"),
    0xBF3F: Types("SetDefaultDpAddressRequest", "SetDefaultDpAddressResponse"),
    0xBF41: Types("CancelSessionRequest", "CancelSessionResponse"),
    0xBF42: Types("LpaeActivationRequest", "LpaeActivationResponse"),
    0xBF43: Types("GetRatRequest", "GetRatResponse"),
    0xBF51: Types("EuiccPackageRequest", "EuiccPackageResult"),
    0xBF55: Types("GetEimConfigurationDataRequest", "GetEimConfigurationDataResponse"),
    0xBF56: Types("GetCertsRequest", "GetCertsResponse"),
    0xBF57: Types("AddInitialEimRequest", "AddInitialEimResponse"),
    0xBF58: Types("ProfileRollbackRequest", "ProfileRollbackResponse"),
    0xBF59: Types("ConfigureImmediateProfileEnablingRequest", "ConfigureImmediateProfileEnablingResponse"),
    0xBF5A: Types("ImmediateEnableRequest", "ImmediateEnableResponse"),
    0xBF5B: Types("EnableEmergencyProfileRequest", "EnableEmergencyProfileResponse"),
    0xBF5C: Types("DisableEmergencyProfileRequest", "DisableEmergencyProfileResponse"),
    0xBF5D: Types("ExecuteFallbackMechanismRequest", "ExecuteFallbackMechanismResponse"),
    0xBF5E: Types("ReturnFromFallbackRequest", "ReturnFromFallbackResponse"),
    0xBF5F: Types("GetConnectivityParametersRequest", "GetConnectivityParametersResponse"),
    0xBF64: Types("EuiccMemoryResetRequest", "EuiccMemoryResetResponse"),
    0xBF65: Types("SetDefaultDpAddressRequest", "SetDefaultDpAddressResponse"),
}
_ALSO = {0xBF42: Types("IpaeActivationRequest", "IpaeActivationResponse")}
LOAD_BOUND_PROFILE_PACKAGE = FUNCTIONS[BOUND_PROFILE_PACKAGE]
_MODULES = ("asn1.generated.rsp", "asn1.generated.sgp32")
_INSTALLATION_RESULT = 0xBF37
_FIRST_OF_SGP32 = 0xBF51


def function_name(data: bytes) -> str:
    """The ES10 function that these command data call, "" when they call none."""
    return FUNCTIONS.get(_tag(data), "")


def _tag(data: bytes) -> int:
    """The tag that the data begin with, even if its length is cut off."""
    size = 2 if data[:1] and data[0] & 0x1F == 0x1F else 1
    return int.from_bytes(data[:size], "big")


def carried_by(data: bytes) -> str:
    """The ES10 function that carries these data: pieces of a bound profile package all travel in one."""
    return LOAD_BOUND_PROFILE_PACKAGE if may_be_silent(data) else function_name(data)


def may_be_silent(data: bytes) -> bool:
    """Whether 9000 without data is an answer: to every piece of a bound profile package but the last."""
    return _tag(data) in SEGMENT_TAGS


def request_tree(data: bytes, unmasked: bool) -> Node:
    """The command data of an ES10 function in words."""
    tag = _tag(data)
    if tag in SEGMENT_TAGS:
        return piece_tree(data)
    return _tree(tag, data, False, unmasked)


def response_tree(request: bytes, data: bytes, unmasked: bool) -> Node:
    """The response data of the function that `request` called, in words."""
    tag = _tag(request)
    if tag in SEGMENT_TAGS:
        tag = _INSTALLATION_RESULT
    return _tree(tag, data, True, unmasked)


def _tree(tag: int, data: bytes, response: bool, unmasked: bool) -> Node:
    fault: object = "no type is known for it"
    best: Message | None = None
    for kind in _candidates(tag, response):
        try:
            message = kind.decode(data if response else _standard(tag, data, kind))
        except Asn1Error as error:
            fault = fault if isinstance(fault, Asn1Error) else error
            continue
        if best is None or len(message.extensions) < len(best.extensions):
            best = message
    if best is None:
        spans = () if unmasked else tuple(hash_of_code(data))
        return undecoded("response" if response else "request", words(data, spans), fault)
    return message_tree(type(best).__qualname__, best, frozenset() if unmasked else SECRETS)


def _standard(tag: int, data: bytes, kind: type[Message]) -> bytes:
    """The request in the standard's form, where the card accepts forms besides it and this is one of them."""
    tolerance = _tolerances().get(tag)
    if tolerance is None:
        return data
    try:
        if not kind.decode(data).extensions:
            return data
    except Asn1Error:
        pass
    return as_standard(data, tolerance)


@cache
def _tolerances() -> dict[int, tuple[Any, ...]]:
    from euicc.variants.sgp22 import SGP22

    return {tag: function.tolerance for tag, function in SGP22.functions.items() if function.tolerance}


@cache
def _candidates(tag: int, response: bool) -> tuple[type[Message], ...]:
    """The message types that it may be, in the order in which to try them."""
    if tag == _INSTALLATION_RESULT:
        named = [("ProfileInstallationResult", module) for module in _MODULES]
    else:
        known = [types for types in (_TYPES.get(tag), _ALSO.get(tag)) if types]
        modules = _MODULES[1:] if tag >= _FIRST_OF_SGP32 else _MODULES
        named = [(each.response if response else each.request, m) for each in known for m in modules]
    found = (getattr(import_module(module), name, None) for name, module in named)
    return tuple(kind for kind in found if isinstance(kind, type) and issubclass(kind, Message))
