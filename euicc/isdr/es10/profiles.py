"""ES10c: the profiles and their states, SGP.22 5.7.15 to 5.7.18 and 5.7.21."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from apdu import tlv
from asn1.generated import rsp
from euicc.isdr import operations
from euicc.isdr.functions import Function
from euicc.isdr.tolerance import retag, wrap
from euicc.profiles.profile import Profile, ProfileClass
from euicc.refusals import Reason, Refused
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.isdr.applet import IsdR

EnableResult = rsp.EnableProfileResponse.EnableResult
DisableResult = rsp.DisableProfileResponse.DisableResult
DeleteResult = rsp.DeleteProfileResponse.DeleteResult
SetNicknameResult = rsp.SetNicknameResponse.SetNicknameResult

_PROFILE_INFO_LIST_OK = 0xA0


def _nickname(profile: Profile) -> bytes:
    return b"" if profile.nickname is None else tlv.encode(0x90, profile.nickname.encode())


def elements(isdr: IsdR, profile: Profile) -> dict[int, bytes]:
    """The elements of ProfileInfo by tag, in the order of its definition, empty where the profile has none.

    What came in the metadata is shown as it came: StoreMetadata and ProfileInfo use the same tags.
    """
    stored = profile.metadata_elements
    return {
        0x5A: tlv.encode(0x5A, profile.iccid),
        0x4F: tlv.encode(0x4F, profile.aid),
        0x9F70: tlv.encode(0x9F70, bytes([profile.state])),
        0x90: _nickname(profile),
        **{tag: stored.get(tag, b"") for tag in (0x91, 0x92, 0x93, 0x94)},
        0x95: tlv.encode(0x95, bytes([profile.profile_class])),
        **{tag: stored.get(tag, b"") for tag in (0xB6, 0xB7)},
        0xB8: profile.dp_proprietary_data,
        **{tag: stored.get(tag, b"") for tag in (0x99, 0xBF22)},
    }


def _tags(tag_list: bytes) -> Iterator[int]:
    """The tags in a tag list, of one or more bytes each; Refused when the last one is cut."""
    offset = 0
    while offset < len(tag_list):
        end = offset + 1
        if tag_list[offset] & 0x1F == 0x1F:
            while end < len(tag_list) and tag_list[end] & 0x80:
                end += 1
            end += 1
        if end > len(tag_list):
            raise Refused(Reason.INCORRECT_INPUT)
        yield int.from_bytes(tag_list[offset:end], "big")
        offset = end


def _matches(profile: Profile, criteria: rsp.ProfileInfoListRequest.SearchCriteria | None) -> bool:
    if criteria is None:
        return True
    shown = {"isdp_aid": profile.aid, "iccid": profile.iccid, "profile_class": profile.profile_class}
    return bool(shown[criteria.chosen] == criteria.value)


def get_profiles_info(isdr: IsdR, request: rsp.ProfileInfoListRequest) -> bytes:
    """ES10c.GetProfilesInfo, SGP.22 5.7.15. Tags that ProfileInfo does not have are ignored."""
    criteria = request.search_criteria
    if criteria and criteria.profile_class is not None and criteria.profile_class not in set(ProfileClass):
        raise Refused(Reason.INCORRECT_INPUT)
    form = isdr.variant.profile_info
    wanted = set(form.default_tags if request.tag_list is None else _tags(request.tag_list))
    found = (form.elements(isdr, profile) for profile in isdr.profiles.all() if _matches(profile, criteria))
    infos = [
        tlv.encode(rsp.ProfileInfo.TAG, *(each for tag, each in shown.items() if tag in wanted))
        for shown in found
    ]
    return tlv.encode(rsp.ProfileInfoListResponse.TAG, tlv.encode(_PROFILE_INFO_LIST_OK, *infos))


def _named(isdr: IsdR, identifier: Any) -> Profile:
    """The profile that a request means, by ISD-P AID or ICCID; Refused(NOT_FOUND)."""
    find = isdr.profiles.by_aid if identifier.isdp_aid is not None else isdr.profiles.by_iccid
    profile = find(identifier.value)
    if profile is None:
        raise Refused(Reason.NOT_FOUND)
    return profile


def _change(isdr: IsdR, operation: Callable[[IsdR, Profile, bool], None], request: Any) -> None:
    """The device took the choice of the profile into its hands: there is no eUICC Package to roll back any more."""
    with isdr.nvm.transaction():
        operation(isdr, _named(isdr, request.profile_identifier), request.refresh_flag)
        isdr.nvm.delete(keys.ROLLBACK)


def enable_profile(isdr: IsdR, request: rsp.EnableProfileRequest) -> rsp.EnableProfileResponse:
    """ES10c.EnableProfile, SGP.22 5.7.16."""
    _change(isdr, operations.enable, request)
    return rsp.EnableProfileResponse(enable_result=EnableResult.OK)


def disable_profile(isdr: IsdR, request: rsp.DisableProfileRequest) -> rsp.DisableProfileResponse:
    """ES10c.DisableProfile, SGP.22 5.7.17."""
    _change(isdr, operations.disable, request)
    return rsp.DisableProfileResponse(disable_result=DisableResult.OK)


def delete_profile(isdr: IsdR, request: rsp.DeleteProfileRequest) -> rsp.DeleteProfileResponse:
    """ES10c.DeleteProfile, SGP.22 5.7.18."""
    operations.delete(isdr, _named(isdr, request))
    return rsp.DeleteProfileResponse(delete_result=DeleteResult.OK)


def set_nickname(isdr: IsdR, request: rsp.SetNicknameRequest) -> rsp.SetNicknameResponse:
    """ES10c.SetNickname, SGP.22 5.7.21. An empty nickname deletes the one there is."""
    profile = isdr.profiles.by_iccid(request.iccid)
    if profile is None:
        raise Refused(Reason.NOT_FOUND)
    isdr.profiles.update(replace(profile, nickname=request.profile_nickname or None))
    return rsp.SetNicknameResponse(set_nickname_result=SetNicknameResult.OK)


ENABLE_REFUSALS = {
    Reason.NOT_FOUND: EnableResult.ICCID_OR_AID_NOT_FOUND,
    Reason.WRONG_STATE: EnableResult.PROFILE_NOT_IN_DISABLED_STATE,
    Reason.POLICY: EnableResult.DISALLOWED_BY_POLICY,
    Reason.WRONG_REENABLING: EnableResult.WRONG_PROFILE_REENABLING,
    Reason.CAT_BUSY: EnableResult.CAT_BUSY,
}
DISABLE_REFUSALS = {
    Reason.NOT_FOUND: DisableResult.ICCID_OR_AID_NOT_FOUND,
    Reason.WRONG_STATE: DisableResult.PROFILE_NOT_IN_ENABLED_STATE,
    Reason.POLICY: DisableResult.DISALLOWED_BY_POLICY,
    Reason.CAT_BUSY: DisableResult.CAT_BUSY,
}
DELETE_REFUSALS = {
    Reason.NOT_FOUND: DeleteResult.ICCID_OR_AID_NOT_FOUND,
    Reason.WRONG_STATE: DeleteResult.PROFILE_NOT_IN_DISABLED_STATE,
    Reason.POLICY: DeleteResult.DISALLOWED_BY_POLICY,
}

_NAMED = wrap(0xA0, 0x5A, 0x4F)
_REFRESH_FLAG = retag(0x01, 0x81)

FUNCTIONS = (
    Function(
        rsp.ProfileInfoListRequest.TAG,
        rsp.ProfileInfoListRequest,
        get_profiles_info,
        refusals={Reason.INCORRECT_INPUT: rsp.ProfileInfoListError.INCORRECT_INPUT_VALUES},
        refuse=lambda _, code: rsp.ProfileInfoListResponse(profile_info_list_error=code),
        tolerance=(wrap(0xA0, 0x5A, 0x4F, 0x95),),
    ),
    Function(
        rsp.EnableProfileRequest.TAG,
        rsp.EnableProfileRequest,
        enable_profile,
        refusals=ENABLE_REFUSALS,
        refuse=lambda _, code: rsp.EnableProfileResponse(enable_result=code),
        tolerance=(_NAMED, _REFRESH_FLAG),
    ),
    Function(
        rsp.DisableProfileRequest.TAG,
        rsp.DisableProfileRequest,
        disable_profile,
        refusals=DISABLE_REFUSALS,
        refuse=lambda _, code: rsp.DisableProfileResponse(disable_result=code),
        tolerance=(_NAMED, _REFRESH_FLAG),
    ),
    Function(
        rsp.DeleteProfileRequest.TAG,
        rsp.DeleteProfileRequest,
        delete_profile,
        refusals=DELETE_REFUSALS,
        refuse=lambda _, code: rsp.DeleteProfileResponse(delete_result=code),
    ),
    Function(
        rsp.SetNicknameRequest.TAG,
        rsp.SetNicknameRequest,
        set_nickname,
        refusals={Reason.NOT_FOUND: SetNicknameResult.ICCID_NOT_FOUND},
        refuse=lambda _, code: rsp.SetNicknameResponse(set_nickname_result=code),
        transaction=True,
        tolerance=(retag(0x8F, 0x90),),
    ),
)
