"""Access rules (TS 102 221 9)."""

from __future__ import annotations

from apdu import Command, instruction, status, tlv
from euicc.check import files
from euicc.check.catalogue import Area, NotApplicable
from euicc.check.expect import ended, require, shown
from euicc.check.files import EF_ARR, EF_DIR, EF_ICCID
from euicc.check.needs import USIM, WRITE
from euicc.check.subject import Subject

area = Area("access", section="TS 102 221 9.2")
DENIED = (status.SECURITY_STATUS_NOT_SATISFIED,)
PIN1_PROTECTED = (0x6F07, 0x6F08, 0x6F7E)
AM_READ, ALWAYS, NEVER = 0x01, 0x90, 0x97


def rule_of(subject: Subject, security: bytes) -> bytes:
    """The record of EF.ARR that an FCP refers to."""
    number, record = int.from_bytes(security[:2], "big"), security[2] if len(security) == 3 else security[3]
    ended(subject.send(files.select(number)))
    return ended(subject.send(files.read_record(record))).data


@area.case("iccid-write", "EF.ICCID is not updated without ADM: 6982", USIM)
def iccid_is_protected(subject: Subject) -> None:
    found = files.find(subject, EF_ICCID)
    content = ended(files.whole(subject, found)).data
    response = subject.exchange(Command(0, instruction.UPDATE_BINARY, 0, 0, content))
    ended(response, *DENIED)


@area.case("iccid-deactivate", "EF.ICCID is not deactivated without ADM: 6982", USIM, WRITE)
def iccid_is_not_deactivated(subject: Subject) -> None:
    files.find(subject, EF_ICCID)
    response = subject.exchange(Command(0, instruction.DEACTIVATE_FILE, 0, 0))
    if response.successful:
        subject.exchange(Command(0, instruction.ACTIVATE_FILE, 0, 0))
    ended(response, *DENIED)


@area.case("dir-write", "EF.DIR is not updated without ADM: 6982", USIM)
def directory_is_protected(subject: Subject) -> None:
    found = files.find(subject, EF_DIR)
    content = ended(subject.send(files.read_record(1, le=found.record_length))).data
    ended(subject.exchange(Command(0, instruction.UPDATE_RECORD, 1, 4, content)), *DENIED)


@area.case("imsi-write", "EF.IMSI is not updated without ADM: 6982", USIM, WRITE)
def imsi_is_protected(subject: Subject) -> None:
    files.usim(subject)
    found = files.find(subject, files.EF_IMSI)
    content = files.whole(subject, found).data
    if not content:
        raise NotApplicable("EF.IMSI cannot be read without its PIN, and nothing else shall be written")
    ended(subject.exchange(Command(0, instruction.UPDATE_BINARY, 0, 0, content)), *DENIED)


@area.case("arr-exists", "The access rule that each file names is there", section="TS 102 221 9.2.7")
def rules_exist(subject: Subject) -> None:
    for number in (files.MF, EF_DIR, EF_ARR, EF_ICCID, files.EF_PL, files.EF_UMPC):
        response = subject.send(files.select(number))
        security = tlv.find(response.data, 0x62, 0x8B) if response.successful else None
        if security:
            data = rule_of(subject, security)
            require(data[:1] in (b"\x80", b"\x84", b"\x81"), f"the rule of {number:04X} is {shown(data)}")


@area.case(
    "arr-honoured", "What EF.ARR lets anyone read is read, what it forbids is not", section="TS 102 221 9.2.7"
)
def rules_are_honoured(subject: Subject) -> None:
    for number in (EF_ICCID, files.EF_PL, files.EF_UMPC):
        response = subject.send(files.select(number))
        security = tlv.find(response.data, 0x62, 0x8B) if response.successful else None
        if not security:
            continue
        condition = reading(rule_of(subject, security))
        ended(subject.send(files.select(number)))
        readable = subject.send(files.read_binary()).successful
        require(readable or condition != ALWAYS, f"{number:04X} is not read although EF.ARR lets anyone")
        require(not readable or condition != NEVER, f"{number:04X} is read although EF.ARR forbids it")


def reading(rule: bytes) -> int | None:
    """The tag of the condition under which a rule lets read; None when it says nothing of that."""
    covers = False
    for each in tlv.parse_all(rule.rstrip(b"\xff")):
        if each.tag == 0x80:
            covers = bool(each.value[0] & AM_READ)
        elif covers and each.tag not in range(0x81, 0x90):
            return each.tag
    return None


@area.case("pin-read", "What PIN1 protects is not read without it: 6982", USIM)
def pin_protects(subject: Subject) -> None:
    adf = files.usim(subject)
    if not _pin1_enabled(adf.pin_status):
        raise NotApplicable("PIN1 is disabled")
    for number in PIN1_PROTECTED:
        found, _ = files.template(subject, files.select(number))
        ended(subject.exchange(files.read_binary(found.size or 1)), *DENIED)


def _pin1_enabled(pin_status: bytes) -> bool:
    from apdu import fcp

    return any(reference == 0x01 and enabled for reference, enabled in fcp.pins(pin_status))
