"""How ES10 commands travel (SGP.22 5.7.2)."""

from __future__ import annotations

from apdu import ApduChannel, Command, instruction, status, tlv
from euicc.check.catalogue import Area, NotApplicable
from euicc.check.expect import ended, refused_with, require, same
from euicc.check.needs import IOT, ISDR, SPEAKS_T0
from euicc.check.profiles import request as profiles_request
from euicc.check.subject import Subject

area = Area("store-data", ISDR, section="SGP.22 5.7.2")
GET_EID = bytes.fromhex("BF3E035C015A")
GET_CERTS = bytes.fromhex("BF5600")
MORE, LAST = 0x11, 0x91
UNKNOWN_TAG = bytes.fromhex("BF7E00")
NOT_KNOWN = (status.REFERENCED_DATA_NOT_FOUND, status.FUNCTION_NOT_SUPPORTED, status.INCORRECT_DATA)
LONG_TAGS = bytes.fromhex("5A4F9F7090919293949599B6B7B8")


def block(subject: Subject, p1: int, p2: int, data: bytes) -> Command:
    """One STORE DATA on the channel of the ISD-R."""
    le = 256 if p1 == LAST else None
    return Command(0x80, instruction.STORE_DATA, p1, p2, data, le).on_channel(subject.isdr.number)


@area.each(
    {
        f"blocks-{size}": (f"A command in blocks of {size} bytes is the same command", size)
        for size in (1, 2, 5, 12)
    }
)
def blocks(subject: Subject, size: int) -> None:
    request = profiles_request(LONG_TAGS)
    channel = ApduChannel(subject.guard, subject.isdr.number, block_size=size)
    same("the answer", channel.store_data(request), subject.es10(request))


@area.case("not-last", "A block that is not the last: 9000 without data")
def not_last(subject: Subject) -> None:
    response = ended(subject.exchange(block(subject, MORE, 0, GET_EID[:3])), status.SUCCESS)
    same("the data", response.data, b"")
    ended(subject.send(block(subject, LAST, 1, GET_EID[3:])))


@area.case("begin-again", "Block 00 begins a new command, whatever was unfinished")
def begin_again(subject: Subject) -> None:
    ended(subject.exchange(block(subject, MORE, 0, bytes.fromhex("BF38820400"))))
    same("the EID", subject.send(block(subject, LAST, 0, GET_EID)).data, subject.es10(GET_EID))


@area.case("out-of-order", "A block out of order is refused, and the next command is carried out")
def out_of_order(subject: Subject) -> None:
    ended(subject.exchange(block(subject, MORE, 0, GET_EID[:3])))
    response = subject.send(block(subject, LAST, 5, GET_EID[3:]))
    require(not response.successful, "block 5 is taken after block 0")
    ended(subject.send(block(subject, LAST, 0, GET_EID)))


@area.case("unknown", "A function that is not there: 6A88")
def unknown(subject: Subject) -> None:
    refused_with(subject.refusal(UNKNOWN_TAG), *NOT_KNOWN)


@area.each(
    {
        "garbage": ("What is no data object: 6A80", bytes.fromhex("00112233")),
        "cut": ("A data object that is cut: 6A80", bytes.fromhex("BF3E105C015A")),
        "no-length": ("A tag without a length: 6A80", bytes.fromhex("BF3E")),
    }
)
def malformed(subject: Subject, data: bytes) -> None:
    refused_with(subject.refusal(data), status.INCORRECT_DATA, status.WRONG_LENGTH, *NOT_KNOWN)
    ended(subject.send(block(subject, LAST, 0, GET_EID)))


@area.case("wrong-p1", "An unknown P1 is refused")
def wrong_p1(subject: Subject) -> None:
    require(not subject.send(block(subject, 0x00, 0, GET_EID)).successful, "P1 00 is taken")


@area.case("no-le", "An answer to a command without Le: 61xx, and GET RESPONSE gives it", SPEAKS_T0)
def without_le(subject: Subject) -> None:
    wanted = subject.es10(GET_EID)
    response = subject.exchange(block(subject, LAST, 0, GET_EID).with_le(None))
    same("the status word", f"{response.sw:04X}", f"61{len(wanted):02X}")
    same("its data", response.data, b"")
    fetching = Command(0, instruction.GET_RESPONSE, 0, 0, le=len(wanted)).on_channel(subject.isdr.number)
    same("the answer", ended(subject.exchange(fetching)).data, wanted)


@area.case("long", "An answer of more than 256 bytes comes in pieces: 61xx each", IOT, SPEAKS_T0)
def long_answer(subject: Subject) -> None:
    channel = subject.isdr.number
    response = subject.exchange(block(subject, LAST, 0, GET_CERTS).with_le(None))
    if response.sw1 != 0x61:
        raise NotApplicable("its certificates are no long answer")
    data = response.data
    while response.sw1 == 0x61:
        le = response.sw & 0xFF or 256
        response = subject.exchange(Command(0, instruction.GET_RESPONSE, 0, 0, le=le).on_channel(channel))
        require(response.data, "GET RESPONSE gives nothing although 61xx announced something")
        data += response.data
    ended(response)
    require(len(data) > 256, "the answer is short")
    same("the answer as a whole", tlv.parse(data).tag, 0xBF56)
