"""ISD-R and ECASD (SGP.22 5.7.1, SGP.32 5.9)."""

from __future__ import annotations

from apdu import Command, TlvError, aid, instruction, open_channel, status, tlv
from euicc.check import files
from euicc.check.catalogue import Area, Finding
from euicc.check.expect import ended, require, same, shown
from euicc.check.needs import CHANNELS, ISDR, LATER
from euicc.check.subject import Subject

area = Area("isdr", ISDR, section="SGP.23-1 4.2.1")
GET_EID = bytes.fromhex("BF3E035C015A")
FCI, TEMPLATE, IOT_TEMPLATE = 0x6F, 0xE0, 0xE1


def selected(subject: Subject, p2: int = 0, channel: int = 0) -> bytes:
    """The answer to SELECT ISD-R."""
    return ended(subject.send(files.select_name(aid.ISD_R, p2, channel))).data


def anywhere(fci: bytes, tag: int) -> bytes | None:
    """An object of the FCI, where it belongs or in A5, where some cards have it."""
    return tlv.find(fci, FCI, tag) or tlv.find(fci, FCI, 0xA5, tag)


@area.case("fci", "SELECT ISD-R gives an FCI with its AID")
def fci(subject: Subject) -> None:
    try:
        same("the AID", tlv.find(selected(subject), FCI, 0x84), aid.ISD_R)
    except TlvError as error:
        raise Finding(f"the FCI is not made of data objects: {error}") from None


@area.case(
    "fci-globalplatform", "The FCI has the objects of GlobalPlatform", section="SGP.23-1 4.2.1; GPCS 11.9.3"
)
def fci_globalplatform(subject: Subject) -> None:
    found = tlv.find(selected(subject), FCI, 0xA5, 0x9F65)
    require(found, "no A5 with the maximum length of command data (9F65)")


@area.case("fci-version", "The proprietary template E0 has the version of SGP.22, that of EUICCInfo2")
def fci_version(subject: Subject) -> None:
    data = selected(subject)
    template = anywhere(data, TEMPLATE)
    require(template, f"no template E0 in {shown(data)}")
    version = tlv.find(template or b"", 0x82)
    same("the length of the version", len(version or b""), 3)
    same("the version", version, tlv.find(subject.es10(bytes.fromhex("BF2200")), 0xBF22, 0x82))


@area.case("fci-iot", "The FCI has the template of an IoT eUICC", LATER, section="SGP.32 3.8.4")
def fci_iot(subject: Subject) -> None:
    data = selected(subject)
    configuration = tlv.find(anywhere(data, IOT_TEMPLATE) or b"", 0x80)
    require(configuration, f"no euiccConfiguration (E1, 80) in {shown(data)}")
    enabled = subject.enabled() is not None
    told = bool(configuration and len(configuration) > 1 and configuration[1] & 0x40)
    same("enabledProfile in it", told, enabled)


@area.each({"p2-00": ("SELECT ISD-R with P2 00", 0x00), "p2-04": ("SELECT ISD-R with P2 04", 0x04)})
def parameters(subject: Subject, p2: int) -> None:
    require(selected(subject, p2)[:1] == bytes([FCI]), "the answer is no FCI")
    ended(subject.send(Command(0x80, instruction.STORE_DATA, 0x91, 0, GET_EID, 256)))


@area.case("two-channels", "The ISD-R answers on two channels", CHANNELS)
def two_channels(subject: Subject) -> None:
    first, second = open_channel(subject.guard), open_channel(subject.guard)
    for channel in (first, second):
        channel.select(aid.ISD_R)
    same("the EID on the other channel", second.store_data(GET_EID), first.store_data(GET_EID))


@area.case("basic", "The ISD-R answers on the basic channel")
def basic(subject: Subject) -> None:
    subject.basic.select(aid.ISD_R)
    same("the EID", subject.basic.store_data(GET_EID), subject.es10(GET_EID))


@area.case("deselected", "Without the ISD-R selected there is no ES10")
def deselected(subject: Subject) -> None:
    selected(subject)
    ended(subject.send(files.select(files.MF)))
    response = subject.send(Command(0x80, instruction.STORE_DATA, 0x91, 0, GET_EID, 256))
    require(not response.successful, "ES10 works although the MF is selected")


@area.case("reset", "A reset deselects the ISD-R")
def reset(subject: Subject) -> None:
    selected(subject)
    subject.reset()
    response = subject.send(Command(0x80, instruction.STORE_DATA, 0x91, 0, GET_EID, 256))
    require(not response.successful, "ES10 works right after a reset")


@area.case("stays", "A SELECT that fails leaves the ISD-R selected")
def stays(subject: Subject) -> None:
    selected(subject)
    ended(subject.send(files.select_name(bytes.fromhex("A0000000099999"))), status.FILE_NOT_FOUND)
    ended(subject.send(Command(0x80, instruction.STORE_DATA, 0x91, 0, GET_EID, 256)))


@area.case("ecasd", "The ECASD can be selected", section="SGP.22 2.4.2")
def ecasd(subject: Subject) -> None:
    data = ended(subject.send(files.select_name(aid.ECASD, 0))).data
    same("its AID", tlv.find(data, FCI, 0x84), aid.ECASD)
