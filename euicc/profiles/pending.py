"""A notification that waits for its delivery, SGP.22 3.5."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from apdu import tlv
from asn1.generated import rsp


class PendingKind(IntEnum):
    """Which alternative of PendingNotification it will be reported as."""

    OTHER_SIGNED = 0
    INSTALLATION_RESULT = 1


_SEQUENCE_NUMBER, _KIND, _METADATA, _CONTENT, _SKI = range(0x80, 0x85)


@dataclass(frozen=True)
class PendingNotification:
    """One entry of the notification list.

    metadata: NotificationMetadata (tag BF2F) as signed. content: for an installation result the whole BF37,
    for any other the 64-byte signature over `metadata`. ci_ski: CI of the credential that signed, 20 bytes
    (empty for an installation result, which carries no certificates).
    """

    sequence_number: int
    kind: PendingKind
    metadata: bytes
    content: bytes
    ci_ski: bytes = b""

    @cached_property
    def notification_metadata(self) -> rsp.NotificationMetadata:
        """Its metadata as decoded."""
        return rsp.NotificationMetadata.decode(self.metadata)

    def to_bytes(self) -> bytes:
        """As kept in NVM: context-specific TLVs 80 to 84."""
        return b"".join(
            (
                tlv.encode(_SEQUENCE_NUMBER, self.sequence_number.to_bytes(4, "big")),
                tlv.encode(_KIND, bytes([self.kind])),
                tlv.encode(_METADATA, self.metadata),
                tlv.encode(_CONTENT, self.content),
                tlv.encode(_SKI, self.ci_ski),
            )
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> PendingNotification:
        """What `to_bytes` wrote."""
        fields = {field.tag: field.value for field in tlv.parse_all(data)}
        return cls(
            sequence_number=int.from_bytes(fields[_SEQUENCE_NUMBER], "big"),
            kind=PendingKind(fields[_KIND][0]),
            metadata=fields[_METADATA],
            content=fields[_CONTENT],
            ci_ski=fields[_SKI],
        )
