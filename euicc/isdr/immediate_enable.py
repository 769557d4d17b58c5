"""Whether a profile may be enabled right after its installation: the configuration, SGP.32 3.4.4 and 3.4.5."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apdu import tlv
from euicc.refusals import Reason, Refused
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.isdr.session import Installed
    from euicc.runtime.nvm import Nvm

ADDRESS_MAX = 255
"""Longest address, and longest object identifier in dotted form, that there is room for."""

_OID, _ADDRESS = 0x80, 0x81


@dataclass(frozen=True)
class ImmediateEnableConfig:
    """Immediate enabling is on, for the profiles of this SM-DP+.

    smdp_oid: dotted. None: any. When both are None it is on for nobody.
    """

    smdp_oid: str | None = None
    smdp_address: str | None = None

    def covers(self, installed: Installed) -> bool:
        """Whether the profile was installed by the SM-DP+ that is configured."""
        if self.smdp_oid is None and self.smdp_address is None:
            return False
        return self.smdp_oid in (None, installed.server_oid) and (
            self.smdp_address is None or self.smdp_address.lower() == installed.server_address.lower()
        )

    def to_bytes(self) -> bytes:
        """As kept in NVM: context-specific TLVs 80 and 81, each where there is a value."""
        fields = ((_OID, self.smdp_oid), (_ADDRESS, self.smdp_address))
        return b"".join(tlv.encode(tag, value.encode()) for tag, value in fields if value is not None)

    @classmethod
    def from_bytes(cls, data: bytes) -> ImmediateEnableConfig:
        """What `to_bytes` wrote."""
        fields = {field.tag: field.value.decode() for field in tlv.parse_all(data)}
        return cls(smdp_oid=fields.get(_OID), smdp_address=fields.get(_ADDRESS))


def configure(nvm: Nvm, flag: bool, smdp_oid: str | None, smdp_address: str | None) -> None:
    """PSMO configureImmediateEnable and ES10b.ConfigureImmediateProfileEnabling: replaces what there is.

    flag: False switches it off and forgets the SM-DP+. Needs an open transaction. Refused(MEMORY): too long.
    """
    if any(len(value.encode()) > ADDRESS_MAX for value in (smdp_oid, smdp_address) if value):
        raise Refused(Reason.MEMORY)
    nvm.set(keys.IMMEDIATE_ENABLE, ImmediateEnableConfig(smdp_oid, smdp_address) if flag else None)
