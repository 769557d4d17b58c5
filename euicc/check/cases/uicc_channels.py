"""Logical channels (TS 102 221 8.7, 11.1.17)."""

from __future__ import annotations

from apdu import Command, aid, instruction, status
from euicc.check import files
from euicc.check.catalogue import Area
from euicc.check.expect import ended, require, same
from euicc.check.needs import CHANNELS, ISDR
from euicc.check.subject import Subject

area = Area("channels", CHANNELS, section="TS 102 221 11.1.17")
OPEN, CLOSE = 0x00, 0x80
CLOSED = (status.LOGICAL_CHANNEL_NOT_SUPPORTED, status.CLA_NOT_SUPPORTED)


def manage(p1: int, p2: int, le: int | None = None, channel: int = 0) -> Command:
    """MANAGE CHANNEL."""
    return Command(0, instruction.MANAGE_CHANNEL, p1, p2, le=le).on_channel(channel)


def opened(subject: Subject) -> int:
    """A new channel."""
    (number,) = ended(subject.send(manage(OPEN, 0, 1))).data or (0,)
    return int(number)


@area.case("assigned", "The card assigns a channel: one byte, 1 to 19")
def assigned(subject: Subject) -> None:
    data = ended(subject.send(manage(OPEN, 0, 1))).data
    same("the number of bytes", len(data), 1)
    require(1 <= data[0] <= 19, f"the channel is {data[0]}")


@area.case("named", "The terminal names the channel: no data")
def named(subject: Subject) -> None:
    response = ended(subject.exchange(manage(OPEN, 1)), status.SUCCESS)
    same("the data", response.data, b"")
    ended(subject.send(files.select(files.MF, channel=1)))


@area.case("different", "Two channels have two numbers")
def different(subject: Subject) -> None:
    require(opened(subject) != opened(subject), "the card assigns one channel twice")


@area.case("never-opened", "A channel that was never opened: 6881", section="TS 102 221 10.1.1")
def never_opened(subject: Subject) -> None:
    ended(subject.exchange(files.select(files.MF, channel=3)), *CLOSED)


@area.case("closed", "A channel that was closed: 6881")
def closed(subject: Subject) -> None:
    number = opened(subject)
    ended(subject.exchange(manage(CLOSE, number)))
    ended(subject.exchange(files.select(files.MF, channel=number)), *CLOSED)


@area.case("reset", "A reset closes the channels")
def reset(subject: Subject) -> None:
    number = opened(subject)
    subject.reset()
    ended(subject.exchange(files.select(files.MF, channel=number)), *CLOSED)


@area.case("basic-stays", "The basic channel cannot be closed")
def basic_stays(subject: Subject) -> None:
    response = subject.exchange(manage(CLOSE, 0))
    require(not response.successful, "the card closes its basic channel")
    ended(subject.send(files.select(files.MF)))


@area.case("close-closed", "Closing a channel that is not open is refused")
def close_closed(subject: Subject) -> None:
    require(not subject.exchange(manage(CLOSE, 3)).successful, "the card closes a channel that is not open")


@area.case("wrong-p1", "An unknown P1: 6A86")
def wrong_p1(subject: Subject) -> None:
    wanted = (status.INCORRECT_P1_P2, status.WRONG_P1_P2, status.FUNCTION_NOT_SUPPORTED)
    ended(subject.exchange(manage(0x20, 0, 1)), *wanted)


@area.case("starts-at-mf", "A channel opened from the basic one starts at the MF", section="TS 102 221 8.7")
def starts_at_master_file(subject: Subject) -> None:
    files.transparent(subject)
    number = opened(subject)
    command = Command(0x80, instruction.STATUS, 0, 0, le=256).on_channel(number)
    found, _ = files.template(subject, command)
    same("the current DF", found.fid, files.MF)
    ended(subject.exchange(files.read_binary(1, channel=number)), status.NO_CURRENT_EF)


@area.case("current-file", "Each channel has a current file of its own", section="TS 102 221 8.7")
def current_file(subject: Subject) -> None:
    found = files.transparent(subject)
    content = ended(files.whole(subject, found)).data
    number = opened(subject)
    ended(subject.send(files.select(files.EF_DIR, channel=number)))
    same("what the basic channel reads", ended(subject.send(files.read_binary(len(content)))).data, content)
    ended(subject.exchange(files.read_binary(1, channel=number)), status.INCOMPATIBLE_FILE_STRUCTURE)


@area.case("record-pointer", "Each channel has a record pointer of its own", section="TS 102 221 8.7")
def record_pointer(subject: Subject) -> None:
    found = files.records(subject)
    length = found.record_length
    number = opened(subject)
    ended(subject.send(files.select(found.fid or 0, channel=number)))
    first = ended(subject.send(files.read_record(0, 2, length))).data
    same(
        "NEXT on the other channel", ended(subject.send(files.read_record(0, 2, length, number))).data, first
    )


@area.case("application", "Each channel has an application of its own", ISDR, section="TS 102 221 8.7")
def application(subject: Subject) -> None:
    number = opened(subject)
    ended(subject.send(files.select_name(aid.ISD_R, channel=number)))
    found, _ = files.template(subject, files.select(files.MF))
    same("the file on the basic channel", found.fid, files.MF)
    response = subject.send(
        Command(0x80, instruction.STORE_DATA, 0x91, 0, bytes.fromhex("BF3E035C015A"), 256)
    )
    require(not response.successful, "ES10 works on the basic channel although another one has the ISD-R")


@area.case("higher", "Channels from 4 on have the further classes", section="TS 102 221 10.1.1")
def higher(subject: Subject) -> None:
    for number in range(1, 20):
        if not subject.exchange(manage(OPEN, number)).successful:
            continue
        found, _ = files.template(subject, files.select(files.MF, channel=number))
        same(f"the file on channel {number}", found.fid, files.MF)
