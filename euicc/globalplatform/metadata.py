"""ES6.UpdateMetadata, SGP.22 5.4.1: the operator changes what its profile's metadata say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from apdu import StatusError, status, tlv
from asn1 import Asn1Error, BitString
from asn1.generated import rsp
from euicc.config import Ppr
from euicc.profiles.store import ProfileStore

if TYPE_CHECKING:
    from euicc.globalplatform.domain import Domain
    from euicc.globalplatform.session import Session
    from euicc.profiles.profile import Profile

UPDATE_METADATA = rsp.UpdateMetadataRequest.TAG
_METADATA = rsp.StoreMetadataRequest.TAG
_PROVIDER_NAME, _PROFILE_NAME, _ICON_TYPE, _ICON, _POLICY_RULES, _SPECIFIC_DATA = (
    0x91,
    0x92,
    0x93,
    0x94,
    0x99,
    0xBF22,
)
UPDATABLE = frozenset({_PROVIDER_NAME, _PROFILE_NAME, _ICON_TYPE, _ICON, _POLICY_RULES, _SPECIFIC_DATA})
"""What a request may have, each once."""
REMOVABLE = frozenset({_ICON_TYPE, _ICON, _SPECIFIC_DATA})
"""An element without contents takes away the one that there is."""
ORDER = (0x5A, 0x91, 0x92, 0x93, 0x94, 0x95, 0xB6, 0xB7, 0x99, 0xBF22, 0xBF23)
"""The elements of the metadata in the order of their definition, SGP.22 5.5.3."""


def update(domain: Domain, session: Session, request: tlv.Tlv) -> None:
    """ES6.UpdateMetadata, SGP.22 5.4.1; needs an open transaction.

    Names are replaced, icon and service specific data replaced or taken away; of the policy rules those stay that are
    stored and in the request. StatusError 6A88 in another domain than the MNO-SD; 6A80 for other elements, values that
    SGP.22 does not allow, pprUpdateControl, and an icon that would be without its type.
    """
    if not domain.is_mno_sd:
        raise StatusError(status.REFERENCED_DATA_NOT_FOUND)
    profiles = ProfileStore(domain.uicc.memory.nvm)
    profile = profiles.by_aid(domain.uicc.profile.isd_p)
    assert profile is not None  # it is the one that runs
    given = _given(request)
    elements = profile.metadata_elements | given
    if _POLICY_RULES in given:
        elements[_POLICY_RULES] = _remaining_rules(profile, given[_POLICY_RULES])
    kept = {tag: encoded for tag, encoded in elements.items() if encoded}
    if _ICON in kept and _ICON_TYPE not in kept:
        raise StatusError(status.INCORRECT_DATA)
    known = [tag for tag in ORDER if tag in kept]
    others = [tag for tag in kept if tag not in ORDER]
    encoded = tlv.encode(_METADATA, *(kept[tag] for tag in (*known, *others)))
    profiles.update(replace(profile, metadata=encoded))


def _given(request: tlv.Tlv) -> dict[int, bytes]:
    """The elements of the request by tag, empty for one to be taken away; StatusError 6A80."""
    try:
        children = request.children()
        if {child.tag for child in children} - UPDATABLE or len({child.tag for child in children}) < len(
            children
        ):
            raise StatusError(status.INCORRECT_DATA)
        removed = {child.tag: b"" for child in children if child.tag in REMOVABLE and not child.value}
        valued = {child.tag: child.encoded for child in children if child.tag not in removed}
        decoded = rsp.UpdateMetadataRequest.decode(tlv.encode(UPDATE_METADATA, *valued.values()))
    except (Asn1Error, tlv.TlvError):
        raise StatusError(status.INCORRECT_DATA) from None
    if Ppr.UPDATE_CONTROL in (decoded.profile_policy_rules or BitString.of()):
        raise StatusError(status.INCORRECT_DATA)
    return valued | removed


def _remaining_rules(profile: Profile, encoded: bytes) -> bytes:
    """PPRs can be unset, never set: the stored bits and the bits of the request, SGP.22 5.4.1."""
    wanted = rsp.UpdateMetadataRequest.decode(tlv.encode(UPDATE_METADATA, encoded)).profile_policy_rules
    remaining = BitString.of(*(bit for bit in profile.policy_rules if bit in (wanted or ())))
    if not remaining.length:
        return b""
    return tlv.encode(_POLICY_RULES, bytes([-remaining.length % 8]) + remaining.data)
