"""ES5.HandleDefaultNotification as it comes from a card, SGP.02 4.1.1.11: a secured packet, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from hmac import compare_digest

from apdu import tlv
from euicc.testing.ota import KeySet

_WRAPPER, _EID, _KIND, _NUMBER = 0xE1, 0x4C, 0x4D, 0x4E
# One open SM-SR reads the AID under 4F, another one under the comprehension tags.
_AIDS, _IMEIS = (0x2F, 0xAF, 0x4F), (0x14, 0x94)
_COMMAND_PACKET = 0x70
_HEADER, _SECURED = 10, 16
_CHECKSUM_ONLY, _CIPHERED = 0x02, 0x04

Keys = Callable[[bytes, int], KeySet | None]
"""The key set of a card, by EID and version."""


class NotificationError(Exception):
    """No notification of a card of ours, or not as its keys would have it."""


class NotificationType(IntEnum):
    """Tag 4D; later versions have more."""

    FIRST_ATTACHMENT = 0x01
    CHANGED = 0x02
    ROLLED_BACK = 0x03
    VOID = 0x04
    FALLEN_BACK = 0x05


@dataclass(frozen=True)
class CardNotification:
    """What a card tells. kind: a NotificationType, or another number; number: repetitions have the same.

    enabled: AID of the ISD-P that is enabled now; sender: the number that it came from.
    """

    eid: bytes
    kind: int
    number: int
    enabled: bytes
    imei: bytes | None = None
    sender: str = ""

    @classmethod
    def parse(cls, data: bytes, sender: str = "") -> CardNotification:
        """The TLV E1; NotificationError."""
        try:
            content = tlv.parse(data)
            fields = {each.tag: each.value for each in content.children()}
            if content.tag != _WRAPPER:
                raise NotificationError("no notification")
            return cls(
                eid=fields[_EID],
                kind=fields[_KIND][0],
                number=int.from_bytes(fields[_NUMBER], "big"),
                enabled=next(fields[tag] for tag in _AIDS if tag in fields),
                imei=next((fields[tag] for tag in _IMEIS if tag in fields), None),
                sender=sender,
            )
        except (tlv.TlvError, LookupError, StopIteration) as error:
            raise NotificationError(f"no notification: {error!r}") from None


def is_notification(elements: dict[int, bytes]) -> bool:
    """Whether a message with this user data header carries a command packet: that is what notifications come in."""
    return _COMMAND_PACKET in elements


def open_packet(packet: bytes, sender: str, keys: Keys) -> CardNotification:
    """The notification in a command packet (from CPL on) with the checksum of its card; NotificationError."""
    if len(packet) < _HEADER + _SECURED or int.from_bytes(packet[:2], "big") != len(packet) - 2:
        raise NotificationError("no command packet")
    security, kid = packet[3], packet[6]
    if security & 0x03 != _CHECKSUM_ONLY or security & _CIPHERED:
        raise NotificationError(f"security parameters {security:02X}")
    end = _HEADER - 7 + packet[2]
    counter, checksum, data = packet[_HEADER:_SECURED], packet[_SECURED:end], packet[end:]
    notification = CardNotification.parse(data[: len(data) - counter[-1]], sender)
    found = keys(notification.eid, kid >> 4)
    if found is None or kid != found.kid_coding:
        raise NotificationError("no such card, or no such key")
    if not compare_digest(checksum, found.checksum(packet[:_HEADER] + counter + data)):
        raise NotificationError("checksum")
    return notification
