"""Files of the UICC as the cases address them (TS 102 221 8.3, 11.1.1)."""

from __future__ import annotations

from apdu import Command, Response, TlvError, aid, fcp, instruction, tlv
from apdu.fcp import Fcp
from euicc.check.catalogue import Finding, NotApplicable
from euicc.check.expect import ended
from euicc.check.subject import Subject

MF, EF_DIR, EF_PL, EF_ARR, EF_UMPC, EF_ICCID = 0x3F00, 0x2F00, 0x2F05, 0x2F06, 0x2F08, 0x2FE2
EF_IMSI, EF_LOCI, ADF = 0x6F07, 0x6F7E, 0x7FFF
BY_FID, CHILD, PARENT, BY_NAME, FROM_MF, FROM_DF = 0x00, 0x01, 0x03, 0x04, 0x08, 0x09
WITH_FCP, NO_DATA = 0x04, 0x0C
ORDER = (0x82, 0x83, 0x84, 0xA5, 0x8A, 0x8B, 0x8C, 0xAB, 0x80, 0x81, 0x88, 0xC6)
"""The data objects of an FCP in the order of TS 102 221 11.1.1.3."""
ANY_DATA = 256


def fid(number: int) -> bytes:
    """A file identifier as data."""
    return number.to_bytes(2, "big")


def select(*path: int, p1: int = BY_FID, p2: int = WITH_FCP, channel: int = 0) -> Command:
    """SELECT of a file identifier, or of a path."""
    data = b"".join(map(fid, path))
    le = None if p2 == NO_DATA else ANY_DATA
    return Command(0, instruction.SELECT, p1, p2, data, le).on_channel(channel)


def select_name(name: bytes, p2: int = WITH_FCP, channel: int = 0) -> Command:
    """SELECT by DF name."""
    return Command(0, instruction.SELECT, BY_NAME, p2, name, ANY_DATA).on_channel(channel)


def read_binary(le: int = ANY_DATA, offset: int = 0, channel: int = 0) -> Command:
    """READ BINARY of the current file."""
    return Command(0, instruction.READ_BINARY, offset >> 8, offset & 0xFF, le=le).on_channel(channel)


def read_sfi(sfi: int, le: int = ANY_DATA) -> Command:
    """READ BINARY by short file identifier."""
    return Command(0, instruction.READ_BINARY, 0x80 | sfi, 0, le=le)


def read_record(number: int, mode: int = 4, le: int = ANY_DATA, channel: int = 0) -> Command:
    """READ RECORD of the current file."""
    return Command(0, instruction.READ_RECORD, number, mode, le=le).on_channel(channel)


def template(subject: Subject, command: Command) -> tuple[Fcp, bytes]:
    """The FCP that answers a SELECT, and its bytes; Finding when it is none."""
    data = ended(subject.send(command)).data
    try:
        return fcp.parse(data), data
    except TlvError as error:
        raise Finding(f"SELECT is answered {data.hex().upper() or 'nothing'}: {error}") from None


def tags(data: bytes) -> list[int]:
    """The tags in an FCP."""
    return [each.tag for each in tlv.parse(data).children()]


def find(subject: Subject, *fids: int, application: bytes | None = None) -> Fcp:
    """Selects the first of these files that is there; NotApplicable when none is."""
    if application is not None:
        ended(subject.send(select_name(application)))
    for each in fids:
        response = subject.send(select(each))
        if response.successful:
            return fcp.parse(response.data)
    names = ", ".join(f"{each:04X}" for each in fids)
    raise NotApplicable(f"the card has no file {names}")


def transparent(subject: Subject) -> Fcp:
    """Selects a transparent file that anyone may read; NotApplicable when there is none."""
    for each in (EF_ICCID, EF_PL, EF_UMPC):
        response = subject.send(select(each))
        if response.successful and whole(subject, fcp.parse(response.data)).successful:
            return fcp.parse(response.data)
    raise NotApplicable("no transparent file that anyone may read")


def records(subject: Subject) -> Fcp:
    """Selects a linear fixed file that anyone may read."""
    for each in (EF_DIR, EF_ARR):
        response = subject.send(select(each))
        if response.successful and subject.send(read_record(1)).successful:
            ended(subject.send(select(each)))
            return fcp.parse(response.data)
    raise NotApplicable("no file of records that anyone may read")


def whole(subject: Subject, file: Fcp) -> Response:
    """READ BINARY of all of a short current file."""
    return subject.send(read_binary(min(file.size or ANY_DATA, ANY_DATA)))


def usim(subject: Subject, channel: int = 0) -> Fcp:
    """Selects the USIM."""
    return template(subject, select_name(aid.USIM, channel=channel))[0]
