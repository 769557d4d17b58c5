"""SELECT and the FCP (TS 102 221 8, 11.1.1)."""

from __future__ import annotations

from apdu import Command, aid, instruction, status, tlv
from apdu.fcp import DIRECTORY, LINEAR_FIXED, TRANSPARENT
from euicc.check import files
from euicc.check.catalogue import Area
from euicc.check.expect import ended, one_of, require, same, shown
from euicc.check.files import EF_ARR, EF_DIR, EF_ICCID, EF_IMSI, MF, select, select_name
from euicc.check.needs import ALONE, USIM
from euicc.check.subject import Subject

area = Area("select", section="TS 102 221 11.1.1")
NOWHERE = 0x6FFE
UNKNOWN_NAME = bytes.fromhex("A0000000099999")
USIM_FILES = {
    "imsi": ("EF.IMSI", (0x6F07, TRANSPARENT, 9, 0x07)),
    "ad": ("EF.AD", (0x6FAD, TRANSPARENT, 4, 0x03)),
    "ust": ("EF.UST", (0x6F38, TRANSPARENT, 1, 0x04)),
    "acc": ("EF.ACC", (0x6F78, TRANSPARENT, 2, 0x06)),
    "loci": ("EF.LOCI", (0x6F7E, TRANSPARENT, 11, 0x0B)),
    "keys": ("EF.Keys", (0x6F08, TRANSPARENT, 33, 0x08)),
    "keysps": ("EF.KeysPS", (0x6F09, TRANSPARENT, 33, 0x09)),
    "fplmn": ("EF.FPLMN", (0x6F7B, TRANSPARENT, 12, 0x0D)),
    "psloci": ("EF.PSLOCI", (0x6F73, TRANSPARENT, 14, 0x0C)),
    "start-hfn": ("EF.START-HFN", (0x6F5B, TRANSPARENT, 6, 0x0F)),
    "threshold": ("EF.THRESHOLD", (0x6F5C, TRANSPARENT, 3, 0x10)),
}
"""Mandatory files of a USIM: identifier, structure, least size, short file identifier (TS 31.102 4.2)."""


def in_order(data: bytes) -> None:
    """The data objects of an FCP stand in the order of the standard."""
    places = [files.ORDER.index(tag) for tag in files.tags(data) if tag in files.ORDER]
    names = " ".join(f"{tag:02X}" for tag in files.tags(data))
    require(places == sorted(places), f"the data objects of the FCP are in the order {names}")


@area.case("mf", "SELECT 3F00 gives the FCP of the MF")
def master_file(subject: Subject) -> None:
    found, data = files.template(subject, select(MF))
    same("the structure in tag 82", found.structure, DIRECTORY)
    same("the file identifier", found.fid, MF)
    require(
        found.life_cycle in (None, 0x05, 0x07), f"the life cycle status is {found.life_cycle}, not activated"
    )
    require(tlv.find(data, 0x62, 0x82) in (bytes.fromhex("7821"), bytes.fromhex("3821")), "tag 82 is no DF's")


@area.case("mf-order", "The FCP of the MF is in the order of the standard", section="TS 102 221 11.1.1.3")
def master_file_order(subject: Subject) -> None:
    in_order(files.template(subject, select(MF))[1])


@area.case("mf-pins", "The FCP of the MF has the PIN status", section="TS 102 221 9.5.2")
def master_file_pins(subject: Subject) -> None:
    found, _ = files.template(subject, select(MF))
    require(found.pin_status, "no tag C6")
    require(tlv.find(found.pin_status, 0x90) is not None, "no PS_DO (90) in C6")
    if subject.facts.usim:
        require(tlv.find(found.pin_status, 0x83), "no key reference (83) in C6")


@area.case("ef-order", "The FCPs of files are in the order of the standard", section="TS 102 221 11.1.1.4")
def file_order(subject: Subject) -> None:
    for each in (EF_DIR, EF_ARR, EF_ICCID, files.EF_PL):
        response = subject.send(select(each))
        if response.successful:
            in_order(response.data)


@area.case("ef-dir", "EF.DIR is linear fixed, its size is that of its records", section="TS 102 221 13.1")
def directory(subject: Subject) -> None:
    found, _ = files.template(subject, select(EF_DIR))
    same("the structure", found.structure, LINEAR_FIXED)
    require(found.record_count and found.record_length, "tag 82 tells no records")
    same("the size (80)", found.size, found.record_count * found.record_length)


@area.case("ef-dir-content", "EF.DIR names the USIM that can be selected", USIM, section="TS 102 221 13.1")
def directory_content(subject: Subject) -> None:
    found, _ = files.template(subject, select(EF_DIR))
    read = [subject.send(files.read_record(1 + at)).data for at in range(found.record_count)]
    templates = [record for record in read if record[:1] == b"\x61"]
    names = [tlv.find(record[: 2 + record[1]], 0x61, 0x4F) or b"" for record in templates]
    require(any(name.startswith(aid.USIM) for name in names), "no record of EF.DIR has the AID of a USIM")
    for name in names:
        ended(subject.send(select_name(name)))


@area.case("ef-arr", "EF.ARR is linear fixed", section="TS 102 221 13.4")
def access_rules(subject: Subject) -> None:
    same("the structure", files.find(subject, EF_ARR).structure, LINEAR_FIXED)


@area.case("ef-iccid", "EF.ICCID is transparent and has 10 bytes", USIM, section="TS 102 221 13.2")
def iccid(subject: Subject) -> None:
    found, _ = files.template(subject, select(EF_ICCID))
    same("the structure", found.structure, TRANSPARENT)
    same("the size", found.size, 10)
    same("its length", len(ended(files.whole(subject, found)).data), 10)


@area.case("not-found", "A file that is not there: 6A82, and the current file stays")
def not_found(subject: Subject) -> None:
    before = files.transparent(subject)
    content = ended(files.whole(subject, before)).data
    ended(subject.send(select(NOWHERE)), status.FILE_NOT_FOUND)
    same("what is read afterwards", ended(files.whole(subject, before)).data, content)


@area.case("no-data", "P2 0C: SELECT without data")
def no_data(subject: Subject) -> None:
    response = ended(subject.send(select(MF, p2=files.NO_DATA)), status.SUCCESS)
    same("the answer", response.data, b"")


@area.case("empty-is-mf", "SELECT without data selects the MF")
def empty_is_master_file(subject: Subject) -> None:
    files.transparent(subject)
    command = Command(0, instruction.SELECT, files.BY_FID, files.WITH_FCP, le=files.ANY_DATA)
    found, _ = files.template(subject, command)
    same("the file identifier", found.fid, MF)


@area.case("path-from-mf", "SELECT by a path from the MF", section="TS 102 221 8.4.2")
def path_from_master_file(subject: Subject) -> None:
    found, _ = files.template(subject, select(EF_DIR, p1=files.FROM_MF))
    same("the file identifier", found.fid, EF_DIR)


@area.case("path-not-found", "A path that leads nowhere: 6A82", section="TS 102 221 8.4.2")
def path_not_found(subject: Subject) -> None:
    ended(subject.send(select(NOWHERE, p1=files.FROM_MF)), status.FILE_NOT_FOUND)


@area.case("parent", "SELECT the parent DF", USIM)
def parent(subject: Subject) -> None:
    ended(subject.send(select(0x7F10)))
    command = Command(0, instruction.SELECT, files.PARENT, files.WITH_FCP, le=files.ANY_DATA)
    found, _ = files.template(subject, command)
    same("the parent of DF.TELECOM", found.fid, MF)


@area.case("wrong-p1", "An unknown P1: 6A86 or 6B00")
def wrong_p1(subject: Subject) -> None:
    command = Command(0, instruction.SELECT, 0x3F, files.WITH_FCP, files.fid(MF), files.ANY_DATA)
    ended(subject.send(command), status.INCORRECT_P1_P2, status.WRONG_P1_P2)


@area.case("aid-unknown", "An application that is not there: 6A82")
def unknown_application(subject: Subject) -> None:
    ended(subject.send(select_name(UNKNOWN_NAME)), status.FILE_NOT_FOUND)


@area.case("adf", "SELECT the USIM by the beginning of its AID: the FCP has the AID", USIM)
def application(subject: Subject) -> None:
    found, data = files.template(subject, select_name(aid.USIM))
    require(found.is_directory, "tag 82 is no DF's")
    require((found.aid or b"").startswith(aid.USIM), f"tag 84 is {shown(found.aid)}")
    require(found.pin_status, "no PIN status (C6)")
    in_order(data)
    again, _ = files.template(subject, select_name(found.aid or b""))
    same("the AID when selected by all of it", again.aid, found.aid)


@area.case("adf-alone", "7FFF without an active application: 6A82", ALONE, section="TS 102 221 8.4.1")
def without_application(subject: Subject) -> None:
    ended(subject.send(select(files.ADF)), status.FILE_NOT_FOUND)


@area.case("adf-path", "SELECT 7FFF 6F07 by path, as modems do", USIM, section="TS 102 221 8.4.2")
def path_in_application(subject: Subject) -> None:
    files.usim(subject)
    ended(subject.send(select(MF)))
    found, _ = files.template(subject, select(files.ADF, EF_IMSI, p1=files.FROM_MF))
    same("the file identifier", found.fid, EF_IMSI)


@area.case("adf-keeps", "7FFF is the application that was selected last", USIM, section="TS 102 221 8.4.1")
def application_by_identifier(subject: Subject) -> None:
    name = files.usim(subject).aid
    ended(subject.send(select(MF)))
    found, _ = files.template(subject, select(files.ADF))
    same("the AID", found.aid, name)


@area.each(
    {name: (f"{title} is as TS 31.102 has it", row) for name, (title, row) in USIM_FILES.items()},
    USIM,
    section="TS 31.102 4.2",
)
def usim_file(subject: Subject, row: tuple[int, int, int, int]) -> None:
    number, structure, least, sfi = row
    files.usim(subject)
    found, data = files.template(subject, select(number))
    in_order(data)
    same("the file identifier", found.fid, number)
    same("the structure", found.structure, structure)
    require((found.size or 0) >= least, f"it has {found.size} bytes, not {least} or more")
    one_of("the short file identifier", found.sfi, (sfi, None))
