"""A walk over all files of a UICC: what is there, who may read it, and what it says (TS 102 221 8 and 11).

A card does not list its files. The walk asks for those that the standards know, for those that the phone book names,
and, on demand, for every identifier. Files come one after the other, as they are found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from apdu import Channel, StatusError, aid, ef
from apdu.ef import names
from apdu.ef.names import KnownFile
from apdu.fcp import Fcp
from ipa import files
from ipa.files import AnswerInvalid, Application

MF = "MF"
# First bytes of file identifiers below the MF and below other directories, TS 102 221 13, TS 101 220.
_SCANNED_BELOW_MF = (0x2F, 0x7F, 0x6F)
_SCANNED = (0x4F, 0x5F, 0x6F, 0x7F)
PHONEBOOK, REFERENCES = 0x5F3A, 0x4F30
ARR_RECORD_IN_USE = 0x01
"""The security environment whose record of EF.ARR applies, where a file names one for each."""
DEPTH_MAX = 5
"""Below this depth a card that always has one more directory is not followed."""


@dataclass(frozen=True, slots=True)
class Place:
    """A file's place: its path of names, and of identifiers as SELECT by path has them. An ADF also has its AID."""

    path: str
    fids: bytes
    known: KnownFile | None = None
    application: Application | None = None

    @property
    def name(self) -> str:
        """The last name of the path."""
        return self.path.rpartition("/")[2]

    @property
    def depth(self) -> int:
        """How many directories it is in."""
        return self.path.count("/")

    def below(self, fid: int, known: KnownFile | None) -> Place:
        """The place of a file in this directory."""
        above = b"" if self.path == MF else self.fids
        name = known.name if known else f"{fid:04X}"
        return Place(f"{self.path}/{name}", above + fid.to_bytes(2, "big"), known, self.application)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that the card has.

    elements: the content, or each record, or each data object; None for directories and where it was not read.
    refusal: the status word if that is why. rules: those of tag AB or of EF.ARR as apdu.ef decodes them, None where
    they cannot be read.
    """

    place: Place
    fcp: Fcp
    elements: tuple[bytes, ...] | None = None
    refusal: int | None = None
    rules: list[dict[str, Any]] | None = None


def places(channel: Channel, path: str) -> tuple[Place, ...]:
    """Where a path that somebody typed leads: names (`EF.IMSI`, `ADF.USIM/DF.5GS`) or identifiers (`7F10/6F3A`).

    One place for each application that it fits. ValueError when it is neither.
    """
    known = names.find(path)
    if known is None:
        fids = _typed(path)
        roots = _roots(channel, names.USIM if fids[0] == names.CURRENT_ADF_FID else MF)
        return tuple(_descend(root, fids) for root in roots)
    if not known.directory:
        return tuple(_roots(channel, known.path))
    return tuple(
        replace(_descend(root, list(known.fids)), known=known) for root in _roots(channel, known.application)
    )


def walk(channel: Channel, start: Place | None = None, *, scan: bool = False) -> Iterator[FoundFile]:
    """Every file at and below `start`, directories before what is in them; without `start`, those of the whole card.

    scan: ask for every file identifier, not only for those that have a name; some thousand commands. TransportError.
    """
    for root in [start] if start else [Place(MF, b"\x3f\x00"), *_applications(channel)]:
        yield from _Walk(channel, scan).at(root)


class _Walk:
    def __init__(self, channel: Channel, scan: bool) -> None:
        self._channel = channel
        self._scan = scan
        self._rules: dict[bytes, tuple[bytes, ...]] = {}

    def at(self, place: Place) -> Iterator[FoundFile]:
        """The file of this place, and what is below it."""
        if place.application is not None and not self._enter(place.application):
            return
        found = self._look(place)
        if found is None:
            return
        yield found
        if found.fcp.is_directory:
            yield from self._below(place)

    def _enter(self, application: Application) -> bool:
        try:
            files.enter(self._channel, application.aid)
        except (StatusError, AnswerInvalid):
            return False
        return True

    def _below(self, directory: Place) -> Iterator[FoundFile]:
        """The files of a directory, and then its directories with theirs."""
        deeper: list[FoundFile] = []
        for place in self._candidates(directory):
            found = self._look(place)
            if found is None:
                continue
            if found.fcp.is_directory:
                deeper.append(found)
            else:
                yield found
        for found in deeper:
            yield found
            if found.place.depth < DEPTH_MAX:
                yield from self._below(found.place)

    def _candidates(self, directory: Place) -> Iterator[Place]:
        known = {
            each.row.fid: each
            for each in names.children(directory.known.path if directory.known else directory.path)
        }
        known |= self._phone_book(directory)
        more = _SCANNED_BELOW_MF if directory.path == MF else _SCANNED
        scanned = [high << 8 | low for high in more for low in range(256)] if self._scan else []
        for fid in sorted({*known, *scanned}):
            yield directory.below(fid, known.get(fid))

    def _phone_book(self, directory: Place) -> dict[int, KnownFile]:
        """The files that EF.PBR names, TS 31.102 4.4.2.1: their identifiers are the card's choice."""
        if directory.fids[-2:] != PHONEBOOK.to_bytes(2, "big"):
            return {}
        found: dict[int, KnownFile] = {}
        for record in self._read(directory.fids + REFERENCES.to_bytes(2, "big")):
            for each in _decoded("EF.PBR", record) or ():
                found[each["fid"]] = _phone_book_file(directory, each["file"], each["fid"])
        return found

    def _look(self, place: Place) -> FoundFile | None:
        """The file of a place with its content; None when there is none, or one that may not be selected."""
        try:
            fcp = files.select(self._channel, place.fids)
        except (StatusError, AnswerInvalid):
            return None
        elements, refusal = (None, None) if fcp.is_directory else self._content(fcp)
        return FoundFile(place, fcp, elements, refusal, self._rules_of(place, fcp))

    def _content(self, fcp: Fcp) -> tuple[tuple[bytes, ...] | None, int | None]:
        try:
            return files.read_selected(self._channel, fcp), None
        except StatusError as error:
            return None, error.sw
        except AnswerInvalid:
            return None, None

    def _rules_of(self, place: Place, fcp: Fcp) -> list[dict[str, Any]] | None:
        """The rules in tag AB, or those in the nearest EF.ARR that tag 8B refers to, TS 102 221 9.2."""
        if fcp.rules:
            return _rules(fcp.rules)
        fid, number = fcp.security[:2], _record_number(fcp.security[2:])
        above = place.fids if fcp.is_directory else place.fids[:-2]
        for directory in _upward(above):
            records = self._rule_records(directory + fid) if fid else ()
            if records:
                return _rules(records[number - 1]) if 1 <= number <= len(records) else None
        return None

    def _rule_records(self, path: bytes) -> tuple[bytes, ...]:
        if path not in self._rules:
            self._rules[path] = self._read(path)
        return self._rules[path]

    def _read(self, path: bytes) -> tuple[bytes, ...]:
        """The records of a file; none where it is not there or may not be read."""
        try:
            return files.read_records(self._channel, path)
        except (StatusError, AnswerInvalid):
            return ()


def _roots(channel: Channel, root: str) -> list[Place]:
    if root == MF:
        return [Place(MF, b"\x3f\x00")]
    return [place for place in _applications(channel) if place.path == root]


def _applications(channel: Channel) -> list[Place]:
    """The applications of EF.DIR that have files; where it cannot be read, the USIM and the ISIM are tried."""
    try:
        listed = files.applications(channel)
    except (StatusError, AnswerInvalid):
        listed = (Application(aid.USIM), Application(aid.ISIM))
    return [Place(each.path or f"ADF.{each.aid.hex().upper()}", b"\x7f\xff", None, each) for each in listed]


def _typed(path: str) -> list[int]:
    """File identifiers of four digits, the MF left out."""
    words = [word for word in path.split("/") if word]
    if not words or not all(len(word) == 4 and set(word) <= set("0123456789abcdefABCDEF") for word in words):
        raise ValueError(f"neither a name like EF.IMSI nor file identifiers like 7F10/6F3A: {path}")
    fids = [int(word, 16) for word in words]
    return fids[1:] if len(fids) > 1 and fids[0] == names.MF_FID else fids


def _descend(root: Place, fids: list[int]) -> Place:
    """From an application or the MF down these identifiers."""
    place = root
    for fid in fids:
        if fid not in (names.MF_FID, names.CURRENT_ADF_FID):
            directory = place.known.path if place.known else place.path
            place = place.below(fid, names.by_fid(directory, fid))
    return place


def _phone_book_file(directory: Place, name: str, fid: int) -> KnownFile:
    row = next(each.row for each in names.children("MF/DF.TELECOM/DF.PHONEBOOK") if each.row.name == name)
    path = directory.known.path if directory.known else directory.path
    return KnownFile(path, row._replace(fid=fid, sfi=None), ())


def _record_number(reference: bytes) -> int:
    """One byte, or pairs of security environment and record, TS 102 221 11.1.1.4.7."""
    if len(reference) < 2:
        return int.from_bytes(reference, "big")
    pairs = dict(zip(reference[0::2], reference[1::2], strict=False))
    return pairs.get(ARR_RECORD_IN_USE, reference[1])


def _upward(directory: bytes) -> Iterator[bytes]:
    """The directory, those above it, the MF."""
    at = b"" if directory == b"\x3f\x00" else directory
    while at:
        yield at
        at = at[:-2]
    yield b""


def _rules(record: bytes) -> list[dict[str, Any]] | None:
    rules: list[dict[str, Any]] | None = _decoded("EF.ARR", record)
    return rules


def _decoded(name: str, content: bytes) -> Any:
    try:
        return ef.decode(name, content)
    except ef.ContentError:
        return None
