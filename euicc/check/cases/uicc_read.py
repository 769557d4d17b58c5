"""Reading files, Le and GET RESPONSE (TS 102 221 7.3.1.1.5, 11.1.3 to 11.1.5)."""

from __future__ import annotations

from apdu import Command, instruction, status
from apdu.status import count_of
from euicc.check import files
from euicc.check.catalogue import Area
from euicc.check.expect import ended, require, same
from euicc.check.needs import SPEAKS_T0
from euicc.check.subject import Subject

area = Area("read", section="TS 102 221 11.1.3")
GET_RESPONSE = Command(0, instruction.GET_RESPONSE, 0, 0, le=256)


@area.case(
    "wrong-le", "READ BINARY with a wrong Le: 6Cxx, and with that Le the data", section="TS 102 221 10.2.1.5"
)
def wrong_le(subject: Subject) -> None:
    found = files.transparent(subject)
    size = found.size or 0
    response = subject.exchange(files.read_binary(size + 1))
    ended(response, status.WRONG_LE_XX | size)
    same("its data", response.data, b"")
    again = ended(subject.exchange(files.read_binary(count_of(response.sw))))
    same("the number of bytes", len(again.data), size)


@area.case("wrong-le-record", "READ RECORD with a wrong Le: 6Cxx", section="TS 102 221 10.2.1.5")
def wrong_le_of_record(subject: Subject) -> None:
    found = files.records(subject)
    response = subject.exchange(files.read_record(1, le=found.record_length + 1))
    wanted = status.WRONG_LE_XX | found.record_length
    ended(response, wanted)


@area.case("part", "READ BINARY of a part, at an offset")
def part(subject: Subject) -> None:
    found = files.transparent(subject)
    content = ended(files.whole(subject, found)).data
    response = ended(subject.send(files.read_binary(1, offset=1)))
    same("the second byte", response.data, content[1:2])


@area.case("beyond", "READ BINARY behind the end: 6B00")
def beyond(subject: Subject) -> None:
    found = files.transparent(subject)
    ended(subject.exchange(files.read_binary(1, offset=(found.size or 0) + 1)), status.WRONG_P1_P2)


@area.case("sfi", "READ BINARY by short file identifier makes the file current", section="TS 102 221 8.4.3")
def short_file_identifier(subject: Subject) -> None:
    found = files.transparent(subject)
    require(found.sfi, "the file has no short file identifier")
    content = ended(files.whole(subject, found)).data
    ended(subject.send(files.select(files.MF)))
    size = found.size or files.ANY_DATA
    same("by its SFI", ended(subject.send(files.read_sfi(found.sfi or 0, size))).data, content)
    same("as the current file", ended(subject.send(files.read_binary(size))).data, content)


@area.case("no-ef", "READ BINARY without a current EF: 6986")
def no_current_file(subject: Subject) -> None:
    ended(subject.send(files.select(files.MF)))
    ended(subject.exchange(files.read_binary(1)), status.NO_CURRENT_EF)


@area.case("binary-of-records", "READ BINARY of a file of records: 6981")
def binary_of_records(subject: Subject) -> None:
    files.records(subject)
    ended(subject.exchange(files.read_binary(1)), status.INCOMPATIBLE_FILE_STRUCTURE)


@area.case("record-of-binary", "READ RECORD of a transparent file: 6981", section="TS 102 221 11.1.5")
def record_of_binary(subject: Subject) -> None:
    files.transparent(subject)
    ended(subject.exchange(files.read_record(1, le=1)), status.INCOMPATIBLE_FILE_STRUCTURE)


@area.case("no-record", "A record behind the last one: 6A83", section="TS 102 221 11.1.5")
def no_such_record(subject: Subject) -> None:
    found = files.records(subject)
    command = files.read_record(found.record_count + 1, le=found.record_length)
    ended(subject.exchange(command), status.RECORD_NOT_FOUND)


@area.case(
    "record-pointer",
    "NEXT without a pointer is the first record, PREVIOUS the last",
    section="TS 102 221 8.3.3",
)
def record_pointer(subject: Subject) -> None:
    found = files.records(subject)
    absolute = [
        ended(subject.send(files.read_record(1 + at, le=found.record_length))).data
        for at in range(found.record_count)
    ]
    ended(subject.send(files.select(found.fid or 0)))
    following = [ended(subject.send(files.read_record(0, 2, found.record_length))).data for _ in absolute]
    same("the records by NEXT", following, absolute)
    over = subject.exchange(files.read_record(0, 2, found.record_length))
    ended(over, status.RECORD_NOT_FOUND)
    ended(subject.send(files.select(found.fid or 0)))
    last = ended(subject.send(files.read_record(0, 3, found.record_length))).data
    same("the record by PREVIOUS", last, absolute[-1])


@area.case(
    "absolute-keeps-pointer", "An absolute number leaves the record pointer alone", section="TS 102 221 8.3.3"
)
def absolute_keeps_pointer(subject: Subject) -> None:
    found = files.records(subject)
    last = found.record_count
    first = ended(subject.send(files.read_record(1, le=found.record_length))).data
    ended(subject.send(files.select(found.fid or 0)))
    ended(subject.send(files.read_record(last, le=found.record_length)))
    same("NEXT afterwards", ended(subject.send(files.read_record(0, 2, found.record_length))).data, first)


@area.case("get-response", "GET RESPONSE gives what 61xx announced", SPEAKS_T0, section="TS 102 221 11.1.21")
def get_response(subject: Subject) -> None:
    command = files.select(files.MF)
    response = subject.exchange(command.with_le(None))
    ended(response, *range(0x6101, 0x6200))
    same("the data with 61xx", response.data, b"")
    announced = count_of(response.sw)
    fetched = ended(subject.exchange(GET_RESPONSE.with_le(announced)))
    same("the number of bytes", len(fetched.data), announced)


@area.case("get-response-once", "What was fetched is gone", section="TS 102 221 11.1.21")
def get_response_once(subject: Subject) -> None:
    ended(subject.send(files.select(files.MF)))
    response = subject.exchange(GET_RESPONSE)
    require(
        not response.successful and response.sw1 not in (0x61, 0x6C), "GET RESPONSE finds something to fetch"
    )


@area.case(
    "get-response-wrong-le",
    "GET RESPONSE for more than is there: 6Cxx",
    SPEAKS_T0,
    section="TS 102 221 7.3.1.1.5",
)
def get_response_too_much(subject: Subject) -> None:
    announced = count_of(subject.exchange(files.select(files.MF).with_le(None)).sw)
    response = subject.exchange(GET_RESPONSE.with_le(announced + 1))
    wanted = status.WRONG_LE_XX | announced
    ended(response, wanted)


@area.case(
    "get-response-discarded",
    "Another command discards what was to be fetched",
    SPEAKS_T0,
    section="TS 102 221 7.3.1.1.5",
)
def get_response_discarded(subject: Subject) -> None:
    announced = count_of(subject.exchange(files.select(files.MF).with_le(None)).sw)
    ended(subject.exchange(files.select(files.MF, p2=files.NO_DATA)))
    response = subject.exchange(GET_RESPONSE.with_le(announced))
    require(not response.successful, "GET RESPONSE gives the answer to an earlier command")
