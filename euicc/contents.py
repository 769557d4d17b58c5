"""What is in a card, as plain values for people and programs, read from its memory without any command."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from apdu.ef import digits
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.card import Card
    from euicc.crypto.chain import TrustAnchor
    from euicc.eim.configuration import AssociatedEim
    from euicc.eim.store import EimStore
    from euicc.profiles.pending import PendingNotification
    from euicc.profiles.profile import Profile

Row = dict[str, Any]

EVENTS = ("install", "enable", "disable", "delete")
"""By their bits in NotificationEvent."""
RULES = {1: "disabling not allowed", 2: "deletion not allowed"}
"""By their bits in PprIds."""


def contents(card: Card) -> Row:
    """eid, variant, version: str; quirks, where it has any: str; cis, profiles, notifications: a row each.

    Numbers as printed, keys as hex.

    An IoT eUICC has eims, a row each, and iot: what it remembers of fallback, emergency, rollback, and so on. One of
    SGP.02 has isd_ps, a row each, and isd_r instead of version and notifications.
    """
    found: Row = {"eid": card.identity.eid.hex(), "variant": card.config.variant}
    for section in SECTIONS[card.config.variant]:
        found |= section(card)
    if card.config.quirks:
        found["quirks"] = ", ".join(card.config.quirks)
    return found


def _consumer(card: Card) -> Row:
    return {
        "version": ".".join(map(str, card.config.svn)),
        "cis": [_ci(card, anchor) for anchor in card.identity.trusted],
        "profiles": [_profile(profile) for profile in card.isdr.profiles.all()],
        "notifications": [_notification(each) for each in card.isdr.notifications.all()],
    }


def _for_eims(card: Card) -> Row:
    return {"eims": [_eim(card.isdr.eims, eim) for eim in card.isdr.eims.all()], "iot": _iot(card)}


def _m2m(card: Card) -> Row:
    from euicc.m2m import contents as m2m
    from euicc.m2m.isdr import M2mIsdR

    isdr = card.isdr
    assert isinstance(isdr, M2mIsdR)  # so says the variant
    return {
        "cis": m2m.cis(isdr),
        "profiles": [_profile(profile) for profile in isdr.profiles.all()],
        "isd_ps": m2m.isd_ps(isdr),
        "isd_r": m2m.isd_r(isdr),
    }


SECTIONS: dict[str, tuple[Callable[[Card], Row], ...]] = {
    "sgp22": (_consumer,),
    "sgp32": (_consumer, _for_eims),
    "sgp32-v1.0": (_consumer, _for_eims),
    "sgp02": (_m2m,),
}
"""What there is to tell, by the variant of the card."""


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
        "rules": [RULES[rule] for rule in profile.policy_rules if rule in RULES],
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


def _eim(eims: EimStore, eim: AssociatedEim) -> Row:
    return {
        "eim": eim.eim_id,
        "address": eim.data.eim_fqdn,
        "counter": eims.counter(eim),
        "association_token": eim.token,
        "key": eim.data.eim_public_key_data is not None,
        "ci": eim.ci_ski.hex().upper(),
    }


def _iot(card: Card) -> Row:
    """The state between packages, by ICCIDs; None where there is nothing of the kind."""
    from euicc.isdr import rollback
    from euicc.profiles import emergency, fallback

    back = rollback.authorised(card.isdr)
    immediate = card.nvm.get(keys.IMMEDIATE_ENABLE)
    return {
        "fallback_profile": _of(fallback.holder(card.nvm)),
        "return_from_fallback_to": _of(fallback.return_profile(card.nvm)),
        "emergency_profile": _of(emergency.profile(card.nvm)),
        "emergency": emergency.active(card.nvm),
        "rollback_to": None if back is None else _of(card.isdr.profiles.by_aid(back.back)),
        "immediate_enabling": immediate is not None,
        "results_waiting": len(card.nvm.indexes(keys.PACKAGE_RESULT)),
    }


def _of(profile: Profile | None) -> str | None:
    return None if profile is None else _digits(profile.iccid)


def _digits(iccid: bytes) -> str:
    """As printed, without the filler."""
    return digits.swapped(iccid).rstrip("F")
