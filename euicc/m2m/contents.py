"""What is in an SGP.02 card, as plain values: its ISD-Ps, whom its ISD-R obeys, and what is under way."""

from __future__ import annotations

from typing import Any

from apdu import aid as aids
from apdu.ef import digits
from euicc.m2m.isd_p import IsdP
from euicc.m2m.isdr import M2mIsdR
from euicc.m2m.key_ring import SCP03_VERSIONS, SCP80_VERSIONS, SCP81_VERSIONS, TOKEN_VERSION, KeyRing
from euicc.m2m.notification import PendingNotification
from euicc.m2m.policy import Pol1, pol1
from euicc.runtime import keys

Row = dict[str, Any]

PURPOSES = {
    "SCP80": SCP80_VERSIONS,
    "SCP03": SCP03_VERSIONS,
    "SCP81": SCP81_VERSIONS,
    "tokens": range(TOKEN_VERSION, TOKEN_VERSION + 1),
}
RULES = {
    Pol1.DISABLING_NOT_ALLOWED: "disabling not allowed",
    Pol1.DELETION_NOT_ALLOWED: "deletion not allowed",
    Pol1.DELETED_WHEN_DISABLED: "deleted when disabled",
}

ATTRIBUTES = {"fallback": keys.FALLBACK_ATTRIBUTE, "emergency": keys.EMERGENCY_ATTRIBUTE}


def cis(isdr: M2mIsdR) -> list[Row]:
    """The trusted CIs: identifier and key identifier in hexadecimal, curve."""
    return [
        {
            "ci": each.identifier.hex().upper(),
            "key": each.key_identifier.hex().upper(),
            "curve": each.curve.name,
        }
        for each in isdr.m2m_identity.ci_keys
    ]


def isd_ps(isdr: M2mIsdR) -> list[Row]:
    """Each ISD-P: number and AID in hexadecimal, state, ICCID of its profile, POL1, attributes, its key sets."""
    return [_isd_p(isdr, each) for each in isdr.isd_ps.all()]


def _isd_p(isdr: M2mIsdR, isd_p: IsdP) -> Row:
    profile = isdr.profiles.by_aid(isd_p.aid)
    rules = pol1(isdr, isd_p.aid)
    return {
        "number": f"{aids.isd_p_number(isd_p.aid):04X}",
        "state": isdr.isd_ps.state(isd_p).name.lower(),
        "iccid": None if profile is None else digits.swapped(profile.iccid).rstrip("F"),
        "pol1": [words for rule, words in RULES.items() if rule in rules],
        "attributes": [name for name, key in ATTRIBUTES.items() if isdr.nvm.get(key) == isd_p.aid],
        "memory": isd_p.quota,
        "keys": _key_sets(isdr.isd_ps.key_ring(isd_p)),
        "isd_p": isd_p.aid.hex().upper(),
    }


def isd_r(isdr: M2mIsdR) -> Row:
    """The ISD-R: its keys by what they are for, the SM-SR's address, and what is under way; None where nothing is."""
    address, asked = isdr.smsr_address.sms, isdr.switching.asked
    return {
        "keys": _key_sets(isdr.key_ring),
        "sm_sr": None if address is None else address.hex().upper(),
        "switch": None if asked is None else asked.reason.name.lower().replace("_", " "),
        "notification": _notification(isdr.nvm.get(keys.M2M_NOTIFICATION)),
        "networks_lost": isdr.nvm.get(keys.M2M_LOSSES),
    }


def _notification(pending: PendingNotification | None) -> str | None:
    if pending is None:
        return None
    return f"{pending.number}: {pending.kind.name.lower().replace('_', ' ')}"


def _key_sets(ring: KeyRing) -> list[str]:
    """Versions with their purpose, never a key."""
    return [f"{version:02X} {_purpose(version)}".rstrip() for version in ring.versions()]


def _purpose(version: int) -> str:
    return next((name for name, versions in PURPOSES.items() if version in versions), "")
