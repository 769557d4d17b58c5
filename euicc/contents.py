"""What is in a card, as plain values for people and programs, read from its memory without any command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from euicc.card import Card
    from euicc.crypto.chain import TrustAnchor
    from euicc.profiles.pending import PendingNotification
    from euicc.profiles.profile import Profile

Row = dict[str, Any]

EVENTS = ("install", "enable", "disable", "delete")
"""By their bits in NotificationEvent."""


def contents(card: Card) -> Row:
    """eid, variant, version: str; cis, profiles, notifications: a row each. Numbers as printed, keys as hex."""
    return {
        "eid": card.identity.eid.hex(),
        "variant": card.config.variant,
        "version": ".".join(map(str, card.config.svn)),
        "cis": [_ci(card, anchor) for anchor in card.identity.trusted],
        "profiles": [_profile(profile) for profile in card.isdr.profiles.all()],
        "notifications": [_notification(each) for each in card.isdr.notifications.all()],
    }


def _ci(card: Card, anchor: TrustAnchor) -> Row:
    signs = card.identity.credential(anchor.ski) is not None
    return {"ci": anchor.ski.hex().upper(), "curve": anchor.curve.name, "card_certificate": signs}


def _profile(profile: Profile) -> Row:
    metadata = profile.stored_metadata
    return {
        "iccid": _digits(profile.iccid),
        "state": profile.state.name.lower(),
        "class": profile.profile_class.name.lower(),
        "service_provider": metadata.service_provider_name,
        "name": metadata.profile_name,
        "nickname": profile.nickname,
        "isd_p": profile.aid.hex().upper(),
    }


def _notification(pending: PendingNotification) -> Row:
    metadata = pending.notification_metadata
    return {
        "number": metadata.seq_number,
        "event": ", ".join(EVENTS[bit] for bit in metadata.profile_management_operation),
        "iccid": None if metadata.iccid is None else _digits(metadata.iccid),
        "address": metadata.notification_address,
    }


def _digits(iccid: bytes) -> str:
    """EF.ICCID holds the digits of each byte swapped, and F behind the last."""
    swapped = (f"{byte & 0x0F:X}{byte >> 4:X}" for byte in iccid)
    return "".join(swapped).rstrip("F")
