"""The profiles on the card as GetProfilesInfo tells of them."""

from __future__ import annotations

from dataclasses import dataclass

from apdu import TlvError, tlv
from euicc.check.catalogue import Finding

GET_PROFILES_INFO = 0xBF2D
ICCID, AID, STATE, CLASS, POLICY_RULES = 0x5A, 0x4F, 0x9F70, 0x95, 0x99
PPR1 = 0x40
TEST, PROVISIONING, OPERATIONAL = 0, 1, 2
ASKED = bytes.fromhex("5A4F9F709599")
OURS = bytes.fromhex("980019999999")
"""How the ICCIDs begin of the profiles that this check installs, as EF.ICCID has it: 8900919999 99…"""


@dataclass(frozen=True)
class Profile:
    """One installed profile; `iccid` as EF.ICCID holds it."""

    iccid: bytes
    aid: bytes
    enabled: bool
    profile_class: int = OPERATIONAL
    may_be_disabled: bool = True

    @property
    def ours(self) -> bool:
        """Whether this check installed it."""
        return self.iccid.startswith(OURS)


def request(tags: bytes = ASKED, criteria: bytes = b"") -> bytes:
    """GetProfilesInfo with a tag list; criteria: the one that is searched by."""
    searched = tlv.encode(0xA0, criteria) if criteria else b""
    return tlv.encode(GET_PROFILES_INFO, searched, tlv.encode(0x5C, tags))


def infos(answer: bytes) -> list[dict[int, bytes]]:
    """ProfileInfo of each profile by tag; Finding when the answer is no list of them."""
    try:
        listed = tlv.find(answer, GET_PROFILES_INFO, 0xA0)
        if listed is None:
            raise Finding(f"GetProfilesInfo answers {answer.hex().upper()}, which is no list")
        entries = tlv.parse_all(listed)
        if any(each.tag != 0xE3 for each in entries):
            raise Finding("GetProfilesInfo lists something besides ProfileInfo (E3)")
        return [{part.tag: part.value for part in each.children()} for each in entries]
    except TlvError as error:
        raise Finding(f"GetProfilesInfo answers no data objects: {error}") from None


def profiles(answer: bytes) -> tuple[Profile, ...]:
    """The profiles in the answer to `request`."""
    return tuple(
        Profile(
            iccid=info.get(ICCID, b""),
            aid=info.get(AID, b""),
            enabled=info.get(STATE) == b"\x01",
            profile_class=int.from_bytes(info.get(CLASS, bytes([OPERATIONAL])), "big"),
            may_be_disabled=not info.get(POLICY_RULES, b"\x00\x00")[1] & PPR1,
        )
        for info in infos(answer)
    )
