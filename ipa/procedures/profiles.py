"""Local profile management, SGP.22 3.2 and 5.7.15 to 5.7.21: list, enable, disable, delete, name, reset."""

from __future__ import annotations

from asn1 import BitString
from asn1.generated import rsp
from ipa import es10
from ipa.errors import EuiccAnswerInvalid
from ipa.steps import Procedure, refresh

# Everything about a profile but its icon: ICCID, AID, state, nickname, provider, name, class, owner, rules.
SHOWN = bytes.fromhex("5A 4F 9F70 90 91 92 95 B7 99")


def list_profiles(
    profile_class: int | None = None, tags: bytes = SHOWN
) -> Procedure[tuple[rsp.ProfileInfo, ...]]:
    """ES10c.GetProfilesInfo, SGP.22 5.7.15: all profiles or those of one class.

    `tags`: the elements of ProfileInfo wanted, their tags one after the other; b"" for the card's choice.
    """
    criteria = None
    if profile_class is not None:
        criteria = rsp.ProfileInfoListRequest.SearchCriteria(profile_class=profile_class)
    request = rsp.ProfileInfoListRequest(search_criteria=criteria, tag_list=tags or None)
    found = (yield from es10.get_profiles_info(request)).profile_info_list_ok
    if found is None:
        raise EuiccAnswerInvalid(es10.get_profiles_info.name, "neither ok nor error")
    return found


def enable(iccid: bytes, refresh_flag: bool = True) -> Procedure[None]:
    """ES10c.EnableProfile, SGP.22 5.7.16; the other profile is disabled by it. EuiccRefused.

    With `refresh_flag` the card changes profiles at the REFRESH or reset that follows; without it, at once.
    """
    identifier = rsp.EnableProfileRequest.ProfileIdentifier(iccid=iccid)
    yield from es10.enable_profile(
        rsp.EnableProfileRequest(profile_identifier=identifier, refresh_flag=refresh_flag)
    )
    if refresh_flag:
        yield from refresh()


def disable(iccid: bytes, refresh_flag: bool = True) -> Procedure[None]:
    """ES10c.DisableProfile, SGP.22 5.7.17; EuiccRefused. `refresh_flag` as for enable."""
    identifier = rsp.DisableProfileRequest.ProfileIdentifier(iccid=iccid)
    yield from es10.disable_profile(
        rsp.DisableProfileRequest(profile_identifier=identifier, refresh_flag=refresh_flag)
    )
    if refresh_flag:
        yield from refresh()


def delete(iccid: bytes) -> Procedure[None]:
    """ES10c.DeleteProfile, SGP.22 5.7.18; EuiccRefused."""
    yield from es10.delete_profile(rsp.DeleteProfileRequest(iccid=iccid))


def set_nickname(iccid: bytes, nickname: str) -> Procedure[None]:
    """ES10c.SetNickname, SGP.22 5.7.21; an empty nickname deletes it. EuiccRefused."""
    yield from es10.set_nickname(rsp.SetNicknameRequest(iccid=iccid, profile_nickname=nickname))


def reset_memory(*options: int) -> Procedure[None]:
    """ES10c.eUICCMemoryReset, SGP.22 5.7.19, with these EuiccMemoryResetRequest.ResetOptions. EuiccRefused."""
    yield from es10.euicc_memory_reset(rsp.EuiccMemoryResetRequest(reset_options=BitString.of(*options)))
    yield from refresh()
