"""Installation of a profile package, TCA profile package clauses 8 and 10: elements in, a profile out.

A package comes in pieces (`feed`) or element by element (`element`); `finish` gives the profile. Whatever is
wrong ends the installation with InstallationAborted, which has the EUICCResponse to report; no other
exception comes from the bytes of a package.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from apdu import tlv
from asn1 import Asn1Error
from asn1.generated import pe
from euicc.config import Config
from euicc.isdp.elements.order import ELEMENTS, Sequence
from euicc.isdp.package import PackageReader
from euicc.isdp.pe_status import ElementRefused, InstallationAborted, Status, aborted, malformed, success
from euicc.isdp.staging import Staging
from euicc.uicc.profile_data import UiccProfile

__all__ = ["Installation", "InstallationAborted", "Installer", "build"]

NO_PACKAGES: Final[Mapping[bytes, bytes]] = {}
PE_HEADER, IDENTIFICATION = 0xA0, 0x81
LARGEST_IDENTIFICATION = 32767
FIRST_RFU, LAST_RFU = 0xAB, 0xAF
KNOWN_TAGS = frozenset((*range(0xA0, FIRST_RFU), *range(LAST_RFU + 1, 0xBF), 0xBF1F, 0xBF20, 0xBF21))
"""Tags of the elements that the schema describes."""
UNKNOWN = ""
DEEPEST_NESTING = 32
"""Far more levels than any element has."""
SHARED_ELEMENTS = 128
LARGEST_SHARED = 1 << 14
"""How many decoded elements are remembered, and how many bytes one of them may have."""


@dataclass(frozen=True)
class Installation:
    """A complete profile.

    `iccid` is 10 bytes as in the header of the package, `response` the EUICCResponse (DER, tag 30), `memory`
    the bytes that the profile takes: the bodies of its files, and its other elements as they came.
    """

    profile: UiccProfile = field(repr=False)
    iccid: bytes
    response: bytes
    memory: int


class Installer:
    """One installation.

    `memory` is what the profile may take in bytes (None: all of config.nvm_size); more ends with
    not-enough-memory.
    `platform_packages` are the load packages of the platform that profiles may use: version (2 bytes) by AID.
    """

    def __init__(
        self,
        config: Config,
        *,
        memory: int | None = None,
        platform_packages: Mapping[bytes, bytes] = NO_PACKAGES,
    ) -> None:
        major, minor, _ = config.profile_version
        self._area = Staging(frozenset(config.uicc_capability), (major, minor), platform_packages)
        self._sequence = Sequence()
        self._reader = PackageReader()
        self._memory = config.nvm_size if memory is None else memory
        self._identifications: set[int] = set()
        self._warnings: list[pe.PEStatus] = []
        self._aborted: InstallationAborted | None = None

    @property
    def ended(self) -> bool:
        """Whether `end` was processed: nothing may follow any more."""
        return self._sequence.ended

    def feed(self, data: bytes) -> None:
        """The next bytes of the package, cut anywhere; InstallationAborted."""
        for element in self._reader.feed(data):
            self.element(element)

    def element(self, encoded: bytes) -> None:
        """The next ProfileElement, with tag and length; InstallationAborted, then for ever."""
        if self._aborted:
            raise self._aborted
        header: pe.PEHeader | None = None
        name = UNKNOWN
        try:
            name, element, header = _decode(encoded)
            self._process(name, element, header, len(encoded))
        except ElementRefused as refused:
            if header is None or header.mandated or not refused.skippable:
                entry = _entry(refused, encoded, header)
                self._aborted = aborted(self._warnings, entry, refused.reason)
                raise self._aborted from refused
            self._sequence.left_out(name)
            self._warnings.append(_entry(refused, encoded, header))

    def finish(self) -> Installation:
        """The profile, when the package ended with `end`; InstallationAborted."""
        if self._aborted:
            raise self._aborted
        self._reader.finish()
        if not self._sequence.ended:
            raise malformed(self._warnings, "the package ends without its end", self._reader.consumed)
        area = self._area
        return Installation(area.profile, area.profile.iccid, success(self._warnings), area.bytes_used)

    def _process(self, name: str, element: Any, header: pe.PEHeader | None, size: int) -> None:
        if header is not None:
            if header.identification in self._identifications:
                raise ElementRefused(Status.INVALID_PARAMETER, "identification twice")
            self._identifications.add(header.identification)
        area = self._area
        if name == UNKNOWN:
            raise ElementRefused(Status.PE_NOT_SUPPORTED, "unknown element", skippable=True)
        rule = self._sequence.admit(name, area.capabilities)
        used = area.bytes_used
        rule.install(area, name, element)
        if area.bytes_used == used:
            area.bytes_used += size
        if area.bytes_used > self._memory:
            raise ElementRefused(Status.NOT_ENOUGH_MEMORY, "the profile takes more memory than there is")
        self._sequence.done(name, area)
        if element.extensions and header is not None:
            raise ElementRefused(Status.INVALID_PARAMETER, f"unknown parameters in {name}", skippable=True)


def build(package: bytes, config: Config) -> UiccProfile:
    """The profile of a package that was installed before, built anew from its bytes; InstallationAborted."""
    installer = Installer(config)
    installer.feed(package)
    return installer.finish().profile


Decoded = tuple[str, Any, pe.PEHeader | None]
"""Name and contents of an element, and its PEHeader (ProfileHeader has none)."""


def _decode(encoded: bytes) -> Decoded:
    """An element, decoded. Decoded elements are immutable: cards that install the same profile share them."""
    return decoded_once(encoded) if len(encoded) <= LARGEST_SHARED else _decoded(encoded)


@lru_cache(maxsize=SHARED_ELEMENTS)
def decoded_once(encoded: bytes) -> Decoded:
    """An element, decoded the first time that it comes; `cache_clear` forgets all of them."""
    return _decoded(encoded)


def _decoded(encoded: bytes) -> Decoded:
    try:
        choice = pe.ProfileElement.decode(encoded)
    except Asn1Error as error:
        return UNKNOWN, None, _unknown_header(encoded, str(error))
    name = choice.chosen
    attribute = ELEMENTS[name].header
    if name != "header" and not attribute:
        return UNKNOWN, None, _unknown_header(encoded, "an element for later use")
    return name, choice.value, getattr(choice.value, attribute) if attribute else None


def _unknown_header(encoded: bytes, reason: str) -> pe.PEHeader:
    """The PEHeader of an element that no schema describes; without one, or for a known element: refused."""
    if not _well_formed(encoded):
        raise ElementRefused(Status.INVALID_REQUEST_FORMAT, reason)
    element = tlv.parse(encoded)
    if element.tag in KNOWN_TAGS:
        raise ElementRefused(Status.INVALID_PARAMETER, reason)
    header = element.find(PE_HEADER)
    try:
        return pe.PEHeader.decode(tlv.encode(pe.PEHeader.TAG, header or b""))
    except Asn1Error as error:
        raise ElementRefused(Status.INVALID_REQUEST_FORMAT, "an element without PEHeader") from error


def _well_formed(encoded: bytes) -> bool:
    """Whether these bytes are one TLV, down to the innermost."""
    try:
        return _made_of_tlvs([tlv.parse(encoded)])
    except tlv.TlvError:
        return False


def _made_of_tlvs(objects: list[tlv.Tlv], depth: int = 0) -> bool:
    if depth > DEEPEST_NESTING:
        return False
    return all(_made_of_tlvs(each.children(), depth + 1) for each in objects if each.constructed)


def _entry(refused: ElementRefused, encoded: bytes, header: pe.PEHeader | None) -> pe.PEStatus:
    """What is wrong with an element, and where in it."""
    return pe.PEStatus(
        status=refused.status,
        identification=header.identification if header else _identification(encoded),
        additional_information=refused.information,
        offset=_position(encoded, refused.part),
    )


def _identification(encoded: bytes) -> int | None:
    """The identification of an element that does not decode, if it can be found."""
    try:
        found = tlv.parse(encoded).find(PE_HEADER, IDENTIFICATION)
    except tlv.TlvError:
        return None
    number = int.from_bytes(found, "big") if found else -1
    return number if 0 <= number <= LARGEST_IDENTIFICATION else None


def _position(encoded: bytes, part: tuple[int, ...]) -> int:
    """Offset of a nested TLV by its ordinals; as deep as they lead."""
    at, end = 0, len(encoded)
    try:
        for ordinal in part:
            _, inner, end = tlv.read(encoded, at, end)
            for _ in range(ordinal):
                inner = tlv.read(encoded, inner, end)[2]
            if inner >= end:
                break
            at = inner
    except tlv.TlvError:
        return at
    return at
