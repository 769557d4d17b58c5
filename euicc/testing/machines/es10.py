"""ES10b and ES10c as the machines speak them, SGP.22 5.7: requests in bytes, and what the card shows of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from apdu import tlv
from euicc.testing.machines.profile_model import OPERATIONAL, ProfileFacts

LIST_STATES = bytes.fromhex("BF2D065C045A9F7090")
"""GetProfilesInfo: ICCID, state, nickname."""
LIST_FACTS = bytes.fromhex("BF2D065C045A9599B6")
"""GetProfilesInfo: ICCID, class, policy rules, notification configuration."""
LIST_NOTIFICATIONS = bytes.fromhex("BF2800")
GET_EID = bytes.fromhex("BF3E035C015A")
_PROFILE_STATE, _NICKNAME, _CLASS, _RULES, _CONFIGURED = 0x9F70, 0x90, 0x95, 0x99, 0xB6


class Device(Protocol):
    """Whoever can put a request to an ISD-R, and fails with what the step was called."""

    def ask(self, words: str, request: bytes) -> bytes:
        """The answer."""
        ...


@dataclass(frozen=True)
class Shown:
    """What a profile shows of itself."""

    enabled: bool
    nickname: bytes

    def __repr__(self) -> str:
        state = "enabled" if self.enabled else "disabled"
        return f"{state}, named {self.nickname.decode(errors='replace')!r}" if self.nickname else state


@dataclass(frozen=True)
class Pending:
    """What a notification in the list shows of itself."""

    number: int
    event: int
    iccid: bytes
    address: str


def name(iccid: bytes) -> str:
    """An ICCID as people read it."""
    return "".join(f"{byte & 15:X}{byte >> 4:X}" for byte in iccid).rstrip("F")


def switch(tag: int, iccid: bytes, refresh: bool) -> bytes:
    """EnableProfile or DisableProfile by ICCID."""
    named = tlv.encode(0xA0, tlv.encode(0x5A, iccid))
    return tlv.encode(tag, named, tlv.encode(0x81, b"\xff" if refresh else b"\x00"))


def delete(iccid: bytes) -> bytes:
    """DeleteProfile."""
    return tlv.encode(0xBF33, tlv.encode(0x5A, iccid))


def set_nickname(iccid: bytes, nickname: bytes) -> bytes:
    """SetNickname."""
    return tlv.encode(0xBF29, tlv.encode(0x5A, iccid), tlv.encode(0x90, nickname))


def memory_reset(operational: bool, test: bool) -> bytes:
    """EuiccMemoryReset; its two bits about profiles."""
    return tlv.encode(0xBF34, tlv.encode(0x82, bytes((4, operational << 7 | test << 6))))


def remove_notification(number: int) -> bytes:
    """RemoveNotificationFromList."""
    return tlv.encode(0xBF30, tlv.encode(0x80, integer(number)))


def retrieve_notification(number: int) -> bytes:
    """RetrieveNotificationsList, of one number."""
    return tlv.encode(0xBF2B, tlv.encode(0xA0, tlv.encode(0x80, integer(number))))


def integer(number: int) -> bytes:
    """Contents of an INTEGER that is not negative."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def result_code(answer: bytes) -> int | None:
    """The code in a response that is nothing but a code; None when it is not of that shape."""
    value = tlv.find(answer, int.from_bytes(answer[:2], "big"), 0x80)
    return int.from_bytes(value, "big") if value else None


def profiles(device: Device) -> dict[bytes, Shown]:
    """Every profile by its ICCID."""
    return {
        shown[0x5A]: Shown(shown[_PROFILE_STATE] == b"\x01", shown.get(_NICKNAME, b""))
        for shown in _infos(device, LIST_STATES)
    }


def facts(device: Device) -> dict[bytes, ProfileFacts]:
    """What matters of every profile that is there."""
    return {
        shown[0x5A]: ProfileFacts(
            profile_class=int.from_bytes(shown.get(_CLASS, bytes((OPERATIONAL,))), "big"),
            rules=shown[_RULES][1] if len(shown.get(_RULES, b"")) > 1 else 0,
            told=tuple(map(_configured, tlv.parse_all(shown.get(_CONFIGURED, b"")))),
        )
        for shown in _infos(device, LIST_FACTS)
    }


def _infos(device: Device, request: bytes) -> list[dict[int, bytes]]:
    answer = device.ask("GetProfilesInfo", request)
    listed = tlv.find(answer, 0xBF2D, 0xA0)
    assert listed is not None, f"GetProfilesInfo: {answer.hex()}"
    return [{each.tag: each.value for each in tlv.parse_all(info.value)} for info in tlv.parse_all(listed)]


def _configured(entry: tlv.Tlv) -> tuple[int, str]:
    events, address = entry.find(0x80), entry.find(0x81)
    return (events[1] if events and len(events) > 1 else 0), (address or b"").decode()


def notifications(device: Device) -> list[Pending]:
    """Every pending notification, in the order of its number."""
    answer = device.ask("ListNotification", LIST_NOTIFICATIONS)
    listed = tlv.find(answer, 0xBF28, 0xA0)
    assert listed is not None, f"ListNotification: {answer.hex()}"
    return sorted(map(_pending, tlv.parse_all(listed)), key=lambda each: each.number)


def _pending(metadata: tlv.Tlv) -> Pending:
    fields = {each.tag: each.value for each in metadata.children()}
    events = fields[0x81]
    return Pending(
        number=int.from_bytes(fields[0x80], "big"),
        event=events[1] if len(events) > 1 else 0,
        iccid=fields.get(0x5A, b""),
        address=fields[0x0C].decode(),
    )
