"""What the card says of itself before the first case: which cases can say something about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apdu import Command, StatusError, TlvError, TransportError, aid, instruction, tlv
from euicc.check.catalogue import Finding
from euicc.check.profiles import Profile

if TYPE_CHECKING:
    from euicc.check.subject import Subject

EID = 0x5A
GET_EID, INFO1, INFO2, GET_EIMS, ENABLE = 0xBF3E, 0xBF20, 0xBF22, 0xBF55, 0xBF31
EID_REQUEST = bytes.fromhex("BF3E035C015A")
NO_PROFILE = bytes.fromhex("98001988888888888888")
"""An ICCID that no profile has."""
FIRST_VERSION = (1, 0, 0)


@dataclass(frozen=True)
class Facts:
    """isdr: it has an ISD-R that answers to ES10; managed_elsewhere: one that does not. usim: a USIM can be selected.

    local: it has the functions of ES10c. iot: the versions of SGP.32 that it names. trusted, signing: key identifiers
    of CIs, as EUICCInfo2 has them. channels: it has more than the basic channel.
    """

    atr: bytes = b""
    isdr: bool = False
    managed_elsewhere: bool = False
    usim: bool = False
    channels: bool = False
    local: bool = False
    eid: bytes = b""
    svn: bytes = b""
    iot: tuple[tuple[int, ...], ...] = ()
    ecall: bool = False
    fallback: bool = False
    trusted: tuple[bytes, ...] = ()
    signing: tuple[bytes, ...] = ()
    profiles: tuple[Profile, ...] = field(default=(), repr=False)
    eims: int = 0
    default_address: bytes = b""

    @property
    def first_version_only(self) -> bool:
        """An IoT eUICC that knows no version of SGP.32 after 1.0."""
        return bool(self.iot) and max(self.iot) <= FIRST_VERSION

    @property
    def enabled(self) -> Profile | None:
        """The enabled profile."""
        return next((each for each in self.profiles if each.enabled), None)

    @property
    def empty(self) -> bool:
        """Whether there is no profile but those that this check has installed."""
        return all(each.ours for each in self.profiles)

    def in_words(self) -> tuple[tuple[str, str], ...]:
        """For the head of the report."""
        versions = ", ".join(".".join(map(str, each)) for each in self.iot)
        enabled = digits(self.enabled.iccid) if self.enabled else "none"
        return (
            ("ATR", self.atr.hex().upper()),
            ("kind", _kind(self, versions)),
            ("EID", self.eid.hex() or "none"),
            ("profiles", f"{len(self.profiles)}, enabled: {enabled}"),
            *((("eIMs", str(self.eims)),) if self.iot else ()),
        )


def digits(iccid: bytes) -> str:
    """An ICCID as it is printed."""
    return "".join(f"{byte & 0x0F:X}{byte >> 4:X}" for byte in iccid).rstrip("F")


def _kind(facts: Facts, versions: str) -> str:
    if facts.managed_elsewhere:
        return "eUICC without ES10: as those of SGP.02, managed over the air"
    if not facts.isdr:
        return "UICC without ISD-R"
    svn = ".".join(str(each) for each in facts.svn) or "unknown version"
    return f"IoT eUICC, SGP.32 {versions}" if versions else f"eUICC, SGP.22 {svn}"


def learn(subject: Subject) -> Facts:
    """Resets the card and asks it; what it does not tell in an answer that can be read is left out.

    TransportError when there is no card.
    """
    atr = subject.reset()
    usim = _selects(subject, aid.USIM)
    subject.reset()
    if not _selects(subject, aid.ISD_R):
        return Facts(atr=atr, usim=usim, channels=subject.has_channels())
    subject.reset()
    info2, eid = _told(subject, INFO2), _at(_asked(subject, EID_REQUEST), GET_EID, EID)
    if not (info2 or eid or _told(subject, INFO1)):
        eid = _of_ecasd(subject)
        return Facts(atr=atr, managed_elsewhere=True, eid=eid, usim=usim, channels=subject.has_channels())
    iot = _inside(info2, INFO2, 0xB4, 0xA0)
    enabling = tlv.encode(ENABLE, tlv.encode(0xA0, tlv.encode(0x5A, NO_PROFILE)), bytes.fromhex("810100"))
    return Facts(
        atr=atr,
        isdr=True,
        usim=usim,
        channels=subject.has_channels(),
        local=bool(_at(_asked(subject, enabling), ENABLE, 0x80)),
        eid=eid,
        svn=_at(info2, INFO2, 0x82),
        iot=tuple(tuple(each) for each in iot),
        ecall=_flag(info2, 0x81),
        fallback=_flag(info2, 0x82),
        trusted=_inside(info2, INFO2, 0xA9),
        signing=_inside(info2, INFO2, 0xAA),
        profiles=_profiles(subject),
        eims=len(_inside(_told(subject, GET_EIMS), GET_EIMS, 0xA0)) if iot else 0,
        default_address=_at(_told(subject, 0xBF3C), 0xBF3C, 0x80),
    )


def _selects(subject: Subject, name: bytes) -> bool:
    try:
        return subject.selects(name)
    except TransportError:
        return False


def _of_ecasd(subject: Subject) -> bytes:
    """The EID as the ECASD tells it, SGP.02 4.1.1: GET DATA of tag 5A."""
    subject.reset()
    if not _selects(subject, aid.ECASD):
        return b""
    try:
        answer = subject.basic.send(Command(0x80, instruction.GET_DATA, 0x00, EID, le=256))
    except TransportError:
        return b""
    return _at(answer.data, EID) if answer.successful else b""


def _profiles(subject: Subject) -> tuple[Profile, ...]:
    try:
        return subject.profiles()
    except (StatusError, TransportError, Finding):
        return ()


def _told(subject: Subject, tag: int) -> bytes:
    """The answer to a function that is asked for without arguments."""
    return _asked(subject, tlv.encode(tag, b""))


def _asked(subject: Subject, request: bytes) -> bytes:
    try:
        return subject.es10(request)
    except (StatusError, TransportError):
        return b""


def _at(answer: bytes, *path: int) -> bytes:
    try:
        return tlv.find(answer, *path) or b""
    except TlvError:
        return b""


def _inside(answer: bytes, *path: int) -> tuple[bytes, ...]:
    """The values of the data objects at this path."""
    try:
        return tuple(each.value for each in tlv.parse_all(_at(answer, *path)))
    except TlvError:
        return ()


def _flag(info2: bytes, tag: int) -> bool:
    try:
        return tlv.find(info2, INFO2, 0xB4, tag) is not None
    except TlvError:
        return False
