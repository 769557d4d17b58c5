"""Commands that are always there, and what is said to others (TS 102 221 10, 11)."""

from __future__ import annotations

from apdu import Command, aid, instruction, status, tlv
from euicc.check import files
from euicc.check.catalogue import Area
from euicc.check.expect import ended, require, same
from euicc.check.needs import ALONE, USIM
from euicc.check.subject import Subject

area = Area("commands", section="TS 102 221 10.2.1")
TERMINAL_PROFILE = bytes.fromhex("FFFFFFFF7F")
STATUS = Command(0x80, instruction.STATUS, 0, 0, le=256)
UNKNOWN = {
    "ins": ("An unknown instruction: 6D00", (Command(0, 0x02, 0, 0), (status.INS_NOT_SUPPORTED,))),
    "ins-proprietary": (
        "An unknown instruction of the proprietary class: 6D00",
        (Command(0x80, 0x02, 0, 0), (status.INS_NOT_SUPPORTED, status.CLA_NOT_SUPPORTED)),
    ),
    "select-short": (
        "SELECT of a file identifier of one byte is refused",
        (
            Command(0, instruction.SELECT, 0, 4, b"\x3f", 256),
            (
                status.WRONG_LENGTH,
                status.LC_INCONSISTENT_WITH_P1_P2,
                status.INCORRECT_DATA,
                status.FILE_NOT_FOUND,
            ),
        ),
    ),
    "status-p1": (
        "STATUS with an unknown P1: 6A86",
        (Command(0x80, instruction.STATUS, 0x55, 0, le=256), (status.INCORRECT_P1_P2, status.WRONG_P1_P2)),
    ),
    "status-p2": (
        "STATUS with an unknown P2: 6A86",
        (Command(0x80, instruction.STATUS, 0, 0x55, le=256), (status.INCORRECT_P1_P2, status.WRONG_P1_P2)),
    ),
    "secure-messaging": (
        "Secure messaging that nobody agreed on is refused",
        (
            Command(0x0C, instruction.SELECT, 0, 4, bytes.fromhex("3F00"), 256),
            (
                status.SECURE_MESSAGING_NOT_SUPPORTED,
                status.CLA_NOT_SUPPORTED,
                status.SECURE_MESSAGING_OBJECTS_MISSING,
                status.CLA_FUNCTION_NOT_SUPPORTED,
            ),
        ),
    ),
}


@area.each(UNKNOWN)
def refused(subject: Subject, row: tuple[Command, tuple[int, ...]]) -> None:
    command, wanted = row
    ended(subject.exchange(command), *wanted)


@area.case("status", "STATUS gives the FCP of the current DF", section="TS 102 221 11.1.2")
def status_is_current(subject: Subject) -> None:
    _, selected = files.template(subject, files.select(files.MF))
    same("the answer", ended(subject.send(STATUS)).data, selected)


@area.case("status-keeps", "STATUS changes no selection", section="TS 102 221 11.1.2")
def status_keeps(subject: Subject) -> None:
    found = files.transparent(subject)
    content = ended(files.whole(subject, found)).data
    ended(subject.send(STATUS))
    same("what is read afterwards", ended(files.whole(subject, found)).data, content)


@area.case("status-wrong-le", "STATUS with a wrong Le: 6Cxx", section="TS 102 221 11.1.2")
def status_wrong_le(subject: Subject) -> None:
    size = len(ended(subject.send(STATUS)).data)
    response = subject.exchange(STATUS.with_le(size + 1))
    ended(response, status.WRONG_LE_XX | size)


@area.case(
    "status-name", "STATUS P2 01 gives the AID of the current application", USIM, section="TS 102 221 11.1.2"
)
def status_name(subject: Subject) -> None:
    name = files.usim(subject).aid
    answer = ended(subject.send(Command(0x80, instruction.STATUS, 0, 0x01, le=256))).data
    same("the AID", tlv.find(answer, 0x84), name)


@area.case("status-no-data", "STATUS P2 0C gives nothing", section="TS 102 221 11.1.2")
def status_no_data(subject: Subject) -> None:
    same("the data", ended(subject.exchange(Command(0x80, instruction.STATUS, 0, 0x0C))).data, b"")


@area.case(
    "terminal-capability",
    "TERMINAL CAPABILITY before anything is selected: 9000",
    section="TS 102 221 11.1.19",
)
def terminal_capability(subject: Subject) -> None:
    subject.bare_reset()
    data = bytes.fromhex("A9088100820101830107")
    ended(subject.exchange(Command(0x80, instruction.TERMINAL_CAPABILITY, 0, 0, data)), status.SUCCESS)


@area.case("terminal-profile", "TERMINAL PROFILE: 9000 or 91xx", section="TS 102 223 6.2")
def terminal_profile(subject: Subject) -> None:
    ended(subject.send(Command(0x80, instruction.TERMINAL_PROFILE, 0, 0, TERMINAL_PROFILE)))


@area.case("quiet", "No 91xx before a TERMINAL PROFILE", section="TS 102 223 6.1")
def quiet(subject: Subject) -> None:
    for command in (files.select(files.MF, p2=files.NO_DATA), Command(0x80, instruction.STATUS, 0, 0x0C)):
        ended(subject.exchange(command), status.SUCCESS)


@area.case("fetch-nothing", "FETCH with nothing to fetch is refused", section="TS 102 223 6.4")
def fetch_nothing(subject: Subject) -> None:
    response = subject.exchange(Command(0x80, instruction.FETCH, 0, 0, le=256))
    require(not response.successful and not response.data, "FETCH finds a command that nobody announced")


@area.case("gsm-class", "Class A0 is unknown, or that of GSM", section="TS 102 221 10.1.1")
def gsm_class(subject: Subject) -> None:
    response = subject.exchange(Command(0xA0, instruction.SELECT, 0, 0, bytes.fromhex("3F00")))
    known = response.sw1 == 0x9F
    require(
        known
        or response.sw
        in (status.CLA_NOT_SUPPORTED, status.SECURE_MESSAGING_NOT_SUPPORTED, status.INS_NOT_SUPPORTED),
        f"class A0 is answered {status.describe(response.sw)}",
    )


@area.case(
    "application-dropped", "A reset ends the application's session", USIM, ALONE, section="TS 102 221 14.2"
)
def application_dropped(subject: Subject) -> None:
    ended(subject.send(files.select_name(aid.USIM)))
    subject.reset()
    ended(subject.send(files.select(files.ADF)), status.FILE_NOT_FOUND)
