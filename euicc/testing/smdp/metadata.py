"""What the operator says about a profile: ES8+.StoreMetadata, SGP.22 5.5.3, made from a package and its options."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from apdu import tlv
from asn1 import Asn1Error, BitString
from asn1.generated import pe, rsp

PROFILE_NAME_LENGTH = 64
LATER_EVENTS = (
    rsp.NotificationEvent.NOTIFICATION_ENABLE,
    rsp.NotificationEvent.NOTIFICATION_DISABLE,
    rsp.NotificationEvent.NOTIFICATION_DELETE,
)
"""What an SM-DP+ asks to hear by default: of the installation the result itself tells it."""


class PackageError(Exception):
    """The package does not begin with a ProfileHeader, and no ICCID was given instead."""


class MetadataOptions(TypedDict, total=False):
    """The operator's choices; what is left out, the package or a default decides."""

    iccid: bytes
    """As EF.ICCID holds it."""
    service_provider_name: str
    profile_name: str
    icon: bytes
    icon_type: int
    """rsp.IconType."""
    profile_class: int
    """rsp.ProfileClass."""
    policy_rules: Iterable[int]
    """Bits of rsp.PprIds."""
    owner: rsp.OperatorId
    notifications: Iterable[tuple[Iterable[int], str]]
    """Bits of rsp.NotificationEvent and the address; default: LATER_EVENTS to the SM-DP+ itself."""


def header_of(package: bytes) -> pe.ProfileHeader | None:
    """The header a package begins with; None if it begins otherwise."""
    try:
        _tag, _start, end = tlv.read(package, 0)
        return pe.ProfileElement.decode(package[:end]).header
    except (tlv.TlvError, Asn1Error):
        return None


def store_metadata(package: bytes, options: MetadataOptions, address: str) -> rsp.StoreMetadataRequest:
    """The metadata of a package; PackageError, and Asn1Error if an option does not fit its field."""
    header = header_of(package)
    request = rsp.StoreMetadataRequest(
        iccid=options.get("iccid") or _iccid(header),
        service_provider_name=options.get("service_provider_name", "TEST"),
        profile_name=options.get("profile_name", _profile_name(header)),
        icon_type=options.get("icon_type"),
        icon=options.get("icon"),
        profile_class=options.get("profile_class", rsp.ProfileClass.OPERATIONAL),
        notification_configuration_info=_notifications(options.get("notifications"), address),
        profile_owner=options.get("owner"),
        profile_policy_rules=_policy_rules(options.get("policy_rules", ())),
    )
    request.encode()
    return request


def swapped(iccid: bytes) -> bytes:
    """An ICCID with its digits in order, as EF.ICCID and the metadata have it: the digits of each byte swapped."""
    return bytes(each >> 4 | (each & 0x0F) << 4 for each in iccid)


def _iccid(header: pe.ProfileHeader | None) -> bytes:
    if header is None:
        raise PackageError("the package does not begin with a ProfileHeader")
    return swapped(header.iccid)


def _profile_name(header: pe.ProfileHeader | None) -> str:
    return ((header and header.profile_type) or "")[:PROFILE_NAME_LENGTH]


def _policy_rules(rules: Iterable[int]) -> BitString | None:
    bits = BitString.of(*rules)
    return bits if bits.length else None


def _notifications(
    wanted: Iterable[tuple[Iterable[int], str]] | None, address: str
) -> tuple[rsp.NotificationConfigurationInformation, ...] | None:
    chosen = [(LATER_EVENTS, address)] if wanted is None else wanted
    configured = tuple(
        rsp.NotificationConfigurationInformation(
            profile_management_operation=BitString.of(*events), notification_address=recipient
        )
        for events, recipient in chosen
    )
    return configured or None
