"""ISD-Ps of an SGP.02 card: they exist before their profiles, SGP.02 2.2.1.3 and 3.1.

    state          until
    SELECTABLE     its keys are established
    PERSONALIZED   its profile is installed
    DISABLED       the profile is enabled
    ENABLED        another one is

From DISABLED on the state is that of the profile with its AID, so that there is one truth.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING

from apdu import tlv
from euicc.m2m.key_ring import KeyRing
from euicc.runtime import keys
from euicc.uicc.memory import ProfileMemory

if TYPE_CHECKING:
    from euicc.profiles.store import ProfileStore
    from euicc.runtime.nvm import Nvm

_AID, _PERSONALIZED, _QUOTA, _PARAMETERS = 0x80, 0x81, 0x82, 0x83


NAMING_AN_ISD_P = (keys.EMERGENCY_ATTRIBUTE, keys.FALLBACK_RETURN, keys.BEFORE_TEST)
"""What the card remembers by the AID of an ISD-P, and forgets when that goes; who has the fallback attribute stays."""


class LifeCycle(IntEnum):
    """Life cycle state of an ISD-P (tag 9F70), SGP.02 3.1 and GPCS table 11-4."""

    SELECTABLE = 0x07
    PERSONALIZED = 0x0F
    DISABLED = 0x1F
    ENABLED = 0x3F


@dataclass(frozen=True)
class IsdP:
    """What CreateISDP made, and key establishment personalized.

    quota: bytes of memory granted to it (cumulative granted non-volatile memory); None: no limit of its own.
    parameters: its install parameters, the TLV C9 and what else came.
    """

    aid: bytes
    personalized: bool = False
    quota: int | None = None
    parameters: bytes = b""

    def to_bytes(self) -> bytes:
        """As kept in NVM: context-specific TLVs 80 to 83."""
        quota = b"" if self.quota is None else tlv.encode(_QUOTA, self.quota.to_bytes(4, "big"))
        return (
            tlv.encode(_AID, self.aid)
            + tlv.encode(_PERSONALIZED, bytes([self.personalized]))
            + quota
            + tlv.encode(_PARAMETERS, self.parameters)
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> IsdP:
        """What `to_bytes` wrote."""
        fields = {field.tag: field.value for field in tlv.parse_all(data)}
        quota = fields.get(_QUOTA)
        return cls(
            aid=fields[_AID],
            personalized=bool(fields[_PERSONALIZED][0]),
            quota=None if quota is None else int.from_bytes(quota, "big"),
            parameters=fields[_PARAMETERS],
        )


class IsdPs:
    """The ISD-Ps of one card; whatever writes needs an open NVM transaction."""

    def __init__(self, nvm: Nvm, profiles: ProfileStore) -> None:
        self._nvm = nvm
        self._profiles = profiles

    def all(self) -> list[IsdP]:
        """Every ISD-P, in the order of their AIDs. One whose profile came with the card has no record of its own."""
        made = {isd_p.aid: isd_p for name in self._nvm.indexes(keys.ISD_P) if (isd_p := self._stored(name))}
        came = {profile.aid: IsdP(profile.aid, personalized=True) for profile in self._profiles.all()}
        return [isd_p for _, isd_p in sorted((came | made).items())]

    def by_aid(self, aid: bytes) -> IsdP | None:
        """The ISD-P with this AID."""
        stored = self._stored(f"{aid.hex()}/")
        if stored is None and self._profiles.by_aid(aid) is not None:
            return IsdP(aid, personalized=True)
        return stored

    def state(self, isd_p: IsdP) -> LifeCycle:
        """Its life cycle state."""
        profile = self._profiles.by_aid(isd_p.aid)
        if profile is not None:
            return LifeCycle.ENABLED if profile.enabled else LifeCycle.DISABLED
        return LifeCycle.PERSONALIZED if isd_p.personalized else LifeCycle.SELECTABLE

    def memory(self, isd_p: IsdP) -> ProfileMemory:
        """What it remembers, and its profile with it."""
        return ProfileMemory(self._nvm, isd_p.aid)

    def key_ring(self, isd_p: IsdP) -> KeyRing:
        """Its own keys."""
        return KeyRing(self.memory(isd_p), isd_p.aid)

    def put(self, isd_p: IsdP) -> None:
        """Add an ISD-P, or replace the record of one."""
        self.memory(isd_p).set(keys.ISD_P, isd_p)

    def personalize(self, isd_p: IsdP) -> None:
        """Its keys are established."""
        self.put(replace(isd_p, personalized=True))

    def delete(self, isd_p: IsdP) -> None:
        """Erase an ISD-P with its keys, its profile and all that they remember, and what the card knows it by."""
        for key in NAMING_AN_ISD_P:
            if self._nvm.get(key) == isd_p.aid:
                self._nvm.delete(key)
        profile = self._profiles.by_aid(isd_p.aid)
        if profile is not None:
            self._profiles.delete(profile)
        self.memory(isd_p).erase()

    def _stored(self, index: str) -> IsdP | None:
        return self._nvm.get(keys.ISD_P, index)
