"""Reading the files of a UICC over a logical channel, TS 102 221 11.1 and 11.3.

A `Path` is a name as in `apdu.ef.names` (`EF.ICCID`, `MF/DF.TELECOM/EF.ADN`, `ADF.USIM/EF.IMSI`), or the file
identifiers in bytes, from the one below the MF on; those of an application begin with 7FFF. What is in an application
is found once it is the one of this channel: `enter` it first. Every function raises StatusError when the card refuses,
AnswerInvalid when it answers what no card may, and ValueError for a name that no standard knows.
"""

from __future__ import annotations

from dataclasses import dataclass

from apdu import (
    Channel,
    Command,
    Response,
    StatusError,
    TlvError,
    TransportError,
    fcp,
    instruction,
    status,
    tlv,
)
from apdu.ef import names
from apdu.fcp import Fcp

Path = str | bytes

BY_FILE_ID, BY_PATH_FROM_MF = 0x00, 0x08
RETURN_FCP = 0x04
ABSOLUTE = 0x04
PROPRIETARY = 0x80
SELECT_BY_DF_NAME = 0x04

BLOCK = 255
OFFSETS = 0x8000
"""READ BINARY reaches what lies below this offset."""
RECORDS_MAX = 254

# RETRIEVE DATA, TS 102 221 11.3.1
FIRST_BLOCK, NEXT_BLOCK = 0x80, 0x00
TAG_LIST = b"\x5c"
BLOCKS_MAX = 1024

APPLICATION_TEMPLATE, APPLICATION_AID, APPLICATION_LABEL = 0x61, 0x4F, 0x50


class AnswerInvalid(TransportError):
    """The card answered what no card may."""


@dataclass(frozen=True, slots=True)
class Application:
    """One record of EF.DIR, TS 102 221 13.1. `path`: ADF.USIM, ADF.ISIM, ADF.CSIM, or "" for others."""

    aid: bytes
    label: str = ""

    @property
    def path(self) -> str:
        """The name of its ADF."""
        return names.of_application(self.aid)


def applications(channel: Channel) -> tuple[Application, ...]:
    """What EF.DIR lists, in its order; records that cannot be read are left out."""
    found = (_application(record) for record in read_records(channel, "MF/EF.DIR"))
    return tuple(each for each in found if each is not None)


def enter(channel: Channel, application: str | bytes) -> Fcp:
    """SELECT by DF name: the application of this AID, or the first one of this name in EF.DIR (`ADF.USIM`).

    StatusError 6A82 when EF.DIR has no such application.
    """
    if isinstance(application, str):
        listed = (each.aid for each in applications(channel) if each.path == application)
        aid = next(listed, None)
        if aid is None:
            raise StatusError(status.FILE_NOT_FOUND)
        application = aid
    command = Command(0x00, instruction.SELECT, SELECT_BY_DF_NAME, RETURN_FCP, application, 256)
    return _fcp(channel.send(command))


def select(channel: Channel, path: Path) -> Fcp:
    """SELECT by path from the MF, TS 102 221 11.1.1; a file that is deactivated is selected, too."""
    fids = file_identifiers(path)
    form = BY_FILE_ID if fids in _BY_THEMSELVES else BY_PATH_FROM_MF
    return _fcp(channel.send(Command(0x00, instruction.SELECT, form, RETURN_FCP, fids, 256)))


def read(channel: Channel, path: Path) -> tuple[bytes, ...]:
    """All there is in an EF: one element, or one for each record, or one for each data object. See `read_selected`."""
    return read_selected(channel, select(channel, path))


def read_selected(channel: Channel, found: Fcp) -> tuple[bytes, ...]:
    """Like `read`, of the file that was selected last and whose FCP this is."""
    if found.has_records:
        return _records(channel, found)
    if found.structure == fcp.BER_TLV:
        return _data_objects(channel)
    return (_binary(channel, found),)


def read_binary(channel: Channel, path: Path) -> bytes:
    """All bytes of a transparent EF, READ BINARY, TS 102 221 11.1.3."""
    return _binary(channel, select(channel, path))


def read_records(channel: Channel, path: Path) -> tuple[bytes, ...]:
    """All records of an EF, record 1 first, READ RECORD, TS 102 221 11.1.5."""
    return _records(channel, select(channel, path))


def update_binary(channel: Channel, path: Path, content: bytes) -> None:
    """Writes a transparent EF from its beginning on, UPDATE BINARY, TS 102 221 11.1.4."""
    select(channel, path)
    for offset in range(0, len(content), BLOCK):
        block = content[offset : offset + BLOCK]
        channel.send(Command(0x00, instruction.UPDATE_BINARY, offset >> 8, offset & 0xFF, block)).checked()


def update_record(channel: Channel, path: Path, number: int, content: bytes) -> None:
    """Writes the record `number` (1..254) of a linear fixed EF, UPDATE RECORD, TS 102 221 11.1.6."""
    select(channel, path)
    channel.send(Command(0x00, instruction.UPDATE_RECORD, number, ABSOLUTE, content)).checked()


def file_identifiers(path: Path) -> bytes:
    """The identifiers of a path, two bytes each; ValueError for an unknown name."""
    if isinstance(path, bytes):
        return path
    known = names.find(path)
    if known is None:
        raise ValueError(f"no standard knows a file {path}")
    return b"".join(fid.to_bytes(2, "big") for fid in known.fids)


_BY_THEMSELVES = frozenset(fid.to_bytes(2, "big") for fid in (names.MF_FID, names.CURRENT_ADF_FID))


def _fcp(response: Response) -> Fcp:
    data = response.data if response.sw == status.SELECTED_FILE_DEACTIVATED else response.checked()
    try:
        return fcp.parse(data)
    except TlvError as error:
        raise AnswerInvalid(f"the card answers SELECT with no FCP template: {error}") from error


def _binary(channel: Channel, found: Fcp) -> bytes:
    """As many bytes as the FCP says; where it says nothing, as many as there are."""
    content = b""
    size = min(OFFSETS if found.size is None else found.size, OFFSETS)
    while len(content) < size:
        at = len(content)
        command = Command(0x00, instruction.READ_BINARY, at >> 8, at & 0xFF, le=min(BLOCK, size - at))
        response = channel.send(command)
        content += response.data if response.sw == status.END_OF_FILE else response.checked()
        if not response.data or response.sw == status.END_OF_FILE:
            break
    return content


def _records(channel: Channel, found: Fcp) -> tuple[bytes, ...]:
    count = found.record_count
    if not count and found.record_length:
        count = (found.size or 0) // found.record_length
    length = found.record_length or 256
    commands = (
        Command(0x00, instruction.READ_RECORD, number, ABSOLUTE, le=min(length, 256))
        for number in range(1, min(count, RECORDS_MAX) + 1)
    )
    return tuple(channel.send(command).checked() for command in commands)


def _data_objects(channel: Channel) -> tuple[bytes, ...]:
    """Each data object of the current BER-TLV EF; their tags come first, TS 102 221 11.3.1."""
    try:
        listed = tlv.parse(_retrieve(channel, TAG_LIST))
    except TlvError as error:
        raise AnswerInvalid(f"the card answers RETRIEVE DATA with no tag list: {error}") from error
    if listed.tag != TAG_LIST[0]:
        raise AnswerInvalid(f"the card answers RETRIEVE DATA with no tag list: tag {listed.tag:X}")
    return tuple(_retrieve(channel, tag) for tag in _tags(listed.value))


def _tags(tags: bytes) -> list[bytes]:
    """Cuts a list of tags: b5-b1 of the first byte all set, and b8 of a following one, say that another follows."""
    found: list[bytes] = []
    at = 0
    while at < len(tags):
        end = at + 1
        if tags[at] & 0x1F == 0x1F:
            while end < len(tags) and tags[end] & 0x80:
                end += 1
            end += 1
        found.append(tags[at:end])
        at = end
    return found


def _retrieve(channel: Channel, tag: bytes) -> bytes:
    response = channel.send(Command(PROPRIETARY, instruction.RETRIEVE_DATA, 0, FIRST_BLOCK, tag, 256))
    content = response.data
    for _ in range(BLOCKS_MAX):
        if response.sw != status.MORE_DATA_AVAILABLE:
            response.checked()
            return content
        response = channel.send(Command(PROPRIETARY, instruction.RETRIEVE_DATA, 0, NEXT_BLOCK, le=256))
        content += response.data
    raise TransportError(f"the card has more data after {BLOCKS_MAX} RETRIEVE DATA")


def _application(record: bytes) -> Application | None:
    try:
        tag, start, end = tlv.read(record)
        template = record[start:end] if tag == APPLICATION_TEMPLATE else b""
        aid, label = tlv.find(template, APPLICATION_AID), tlv.find(template, APPLICATION_LABEL)
    except TlvError:
        return None
    return Application(aid, (label or b"").decode("utf-8", "replace")) if aid else None
