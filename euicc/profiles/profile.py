"""One profile as the card remembers it: its ISD-P, its metadata and its state, SGP.22 2.4.5."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING

from apdu import tlv
from asn1 import BitString
from asn1.generated import rsp

if TYPE_CHECKING:
    from asn1.generated import sgp32


class ProfileState(IntEnum):
    """ProfileState, SGP.22 4.4 (tag 9F70)."""

    DISABLED = 0
    ENABLED = 1


class ProfileClass(IntEnum):
    """ProfileClass, SGP.22 2.4.5.3 (tag 95)."""

    TEST = 0
    PROVISIONING = 1
    OPERATIONAL = 2


_AID, _ICCID, _STATE, _SKI, _SMDP_OID, _PROPRIETARY, _NICKNAME, _PRELOADED, _SIZE, _METADATA = range(
    0x80, 0x8A
)


@dataclass(frozen=True)
class Profile:
    """One installed profile.

    aid: of its ISD-P, 16 bytes. iccid: 10 bytes, nibbles swapped as in EF.ICCID.
    metadata: StoreMetadataRequest (tag BF25) as received. smdp_oid: dotted OID of the SM-DP+ that installed it.
    ci_ski: CI under which the card signs its notifications, 20 bytes.
    dp_proprietary_data: the TLV B8 of ConfigureISDP, empty when there was none.
    nickname: None when the user gave none. preloaded: it came with the card, not over the air.
    size: bytes of NVM that its package occupies.
    """

    aid: bytes
    iccid: bytes
    metadata: bytes
    ci_ski: bytes
    smdp_oid: str
    state: ProfileState = ProfileState.DISABLED
    dp_proprietary_data: bytes = b""
    nickname: str | None = None
    preloaded: bool = False
    size: int = 0

    @cached_property
    def stored_metadata(self) -> rsp.StoreMetadataRequest:
        """ES8+.StoreMetadata as decoded."""
        return rsp.StoreMetadataRequest.decode(self.metadata)

    @cached_property
    def metadata_elements(self) -> dict[int, bytes]:
        """The elements of the metadata by tag, each as it was received."""
        return {element.tag: element.encoded for element in tlv.parse(self.metadata).children()}

    @property
    def enabled(self) -> bool:
        """Whether it is the profile the card answers with."""
        return self.state is ProfileState.ENABLED

    @property
    def profile_class(self) -> ProfileClass:
        """Its class; metadata that name none mean an operational profile."""
        return ProfileClass(self.stored_metadata.profile_class)

    @property
    def policy_rules(self) -> BitString:
        """PprIds of the metadata; empty when it has none."""
        return self.stored_metadata.profile_policy_rules or BitString.of()

    @property
    def ecall_indication(self) -> bool:
        """Whether it is for emergency calls, SGP.32 (tag 9F7B)."""
        return bool(self._iot_metadata.ecall_indication)

    @property
    def fallback_allowed(self) -> bool:
        """Whether it may have the fallback attribute, SGP.32 (tag 9F67)."""
        return bool(self._iot_metadata.fallback_allowed)

    @cached_property
    def _iot_metadata(self) -> sgp32.StoreMetadataRequest:
        """The metadata as SGP.32 defines them."""
        from asn1.generated import sgp32

        return sgp32.StoreMetadataRequest.decode(self.metadata)

    def in_state(self, state: ProfileState) -> Profile:
        """The same profile in another state."""
        return replace(self, state=state)

    def to_bytes(self) -> bytes:
        """As kept in NVM: context-specific TLVs 80 to 89."""
        nickname = b"" if self.nickname is None else tlv.encode(_NICKNAME, self.nickname.encode())
        return b"".join(
            (
                tlv.encode(_AID, self.aid),
                tlv.encode(_ICCID, self.iccid),
                tlv.encode(_STATE, bytes([self.state])),
                tlv.encode(_SKI, self.ci_ski),
                tlv.encode(_SMDP_OID, self.smdp_oid.encode()),
                tlv.encode(_PROPRIETARY, self.dp_proprietary_data),
                nickname,
                tlv.encode(_PRELOADED, bytes([self.preloaded])),
                tlv.encode(_SIZE, self.size.to_bytes(4, "big")),
                tlv.encode(_METADATA, self.metadata),
            )
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Profile:
        """What `to_bytes` wrote."""
        fields = {field.tag: field.value for field in tlv.parse_all(data)}
        nickname = fields.get(_NICKNAME)
        return cls(
            aid=fields[_AID],
            iccid=fields[_ICCID],
            metadata=fields[_METADATA],
            ci_ski=fields[_SKI],
            smdp_oid=fields[_SMDP_OID].decode(),
            state=ProfileState(fields[_STATE][0]),
            dp_proprietary_data=fields[_PROPRIETARY],
            nickname=None if nickname is None else nickname.decode(),
            preloaded=bool(fields[_PRELOADED][0]),
            size=int.from_bytes(fields[_SIZE], "big"),
        )
