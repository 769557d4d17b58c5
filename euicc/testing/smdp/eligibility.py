"""Whether a profile suits a card, SGP.22 Annex F, before it is offered: judged by what the card says of itself."""

from __future__ import annotations

from collections.abc import Callable

from apdu import tlv
from asn1.generated import pe, rsp
from euicc.testing.smdp.metadata import header_of
from euicc.testing.smdp.orders import Order
from euicc.testing.smdp.status import INSUFFICIENT_MEMORY, NOT_ELIGIBLE, Status

Eligibility = Callable[[Order, rsp.EUICCInfo2], Status | None]
"""The status with which AuthenticateClient refuses, or None."""

# Extended card resources, ETSI TS 102 226 8.2.1.7.
_FREE_NON_VOLATILE_MEMORY = 0x82


def annex_f(order: Order, info: rsp.EUICCInfo2) -> Status | None:
    """Refuses packages of unsupported versions, forbidden PPRs, unsupported test profiles, and what has no room."""
    if not (_version_fits(order, info) and _rules_fit(order, info) and _class_fits(order, info)):
        return NOT_ELIGIBLE
    return None if _has_room(order, info) else INSUFFICIENT_MEMORY


def everything(_order: Order, _info: rsp.EUICCInfo2) -> Status | None:
    """Refuses nothing: for those who want to see the card refuse."""
    return None


def _version_fits(order: Order, info: rsp.EUICCInfo2) -> bool:
    header = header_of(order.package)
    versions = (info.profile_version, *(info.additional_euicc_profile_package_versions or ()))
    return header is None or any(_supports(version, header) for version in versions)


def _supports(version: bytes, header: pe.ProfileHeader) -> bool:
    return version[0] == header.major_version and version[1] >= header.minor_version


def _rules_fit(order: Order, info: rsp.EUICCInfo2) -> bool:
    rules, forbidden = order.metadata.profile_policy_rules, info.forbidden_profile_policy_rules
    return rules is None or forbidden is None or not set(rules) & set(forbidden)


def _class_fits(order: Order, info: rsp.EUICCInfo2) -> bool:
    is_test = order.metadata.profile_class == rsp.ProfileClass.TEST
    return not is_test or rsp.RspCapability.TEST_PROFILE_SUPPORT in info.rsp_capability


def _has_room(order: Order, info: rsp.EUICCInfo2) -> bool:
    try:
        free = tlv.find(info.ext_card_resource, _FREE_NON_VOLATILE_MEMORY)
    except tlv.TlvError:
        return True
    return free is None or int.from_bytes(free, "big") >= len(order.package)
