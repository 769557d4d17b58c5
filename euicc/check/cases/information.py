"""What the card tells of itself: EID, EUICCInfo1 and 2, the Rules Authorisation Table (SGP.22 5.7.8, 5.7.20)."""

from __future__ import annotations

from apdu import status, tlv
from asn1.generated import rsp, sgp32
from euicc.check.catalogue import Area
from euicc.check.expect import refused_with, require, same, value_in
from euicc.check.needs import IOT, ISDR, LOCAL
from euicc.check.subject import Subject

area = Area("info", ISDR, section="SGP.23-1 4.2.13")
GET_INFO1, GET_INFO2, GET_EID, GET_RAT = (
    bytes.fromhex(each) for each in ("BF2000", "BF2200", "BF3E035C015A", "BF4300")
)
INFO1, INFO2 = 0xBF20, 0xBF22
SKI_LENGTH, EID_LENGTH = 20, 16
MODULUS = 97
MANDATORY = {
    "profile-version": ("profileVersion (81), 3 bytes", (0x81, 3)),
    "svn": ("svn (82), 3 bytes", (0x82, 3)),
    "firmware": ("euiccFirmwareVer (83), 3 bytes", (0x83, 3)),
    "resource": ("extCardResource (84)", (0x84, None)),
    "uicc-capability": ("uiccCapability (85)", (0x85, None)),
    "rsp-capability": ("rspCapability (88)", (0x88, None)),
    "verification-list": ("euiccCiPKIdListForVerification (A9)", (0xA9, None)),
    "signing-list": ("euiccCiPKIdListForSigning (AA)", (0xAA, None)),
    "pp-version": ("ppVersion (04), 3 bytes", (0x04, 3)),
    "sas": ("sasAcreditationNumber (0C)", (0x0C, None)),
}
LISTS = {"verification": ("for verification", 0xA9), "signing": ("for signing", 0xAA)}


@area.case(
    "eid", "The EID has 32 digits, and its check digits are right", section="SGP.23-1 4.2.25; SGP.02 2.2.2"
)
def eid(subject: Subject) -> None:
    found = value_in(subject.es10(GET_EID), 0xBF3E, 0x5A)
    same("its length", len(found), EID_LENGTH)
    require(found.hex().isdecimal(), f"{found.hex()} is not all digits")
    same("the number modulo 97", int(found.hex()) % MODULUS, 1)


@area.case("eid-answer", "GetEID gives the EID and nothing else", section="SGP.23-1 4.2.25")
def eid_answer(subject: Subject) -> None:
    same("the length of the answer", len(subject.es10(GET_EID)), 5 + EID_LENGTH)


@area.case("info1", "EUICCInfo1 can be read")
def info1(subject: Subject) -> None:
    found = rsp.EUICCInfo1.decode(subject.es10(GET_INFO1))
    same("the length of svn", len(found.svn), 3)


@area.case("info2", "EUICCInfo2 can be read")
def info2(subject: Subject) -> None:
    kind = sgp32.EUICCInfo2 if subject.facts.iot else rsp.EUICCInfo2
    kind.decode(subject.es10(GET_INFO2))


@area.each({name: (f"EUICCInfo2 has {title}", row) for name, (title, row) in MANDATORY.items()})
def mandatory(subject: Subject, row: tuple[int, int | None]) -> None:
    tag, length = row
    found = value_in(subject.es10(GET_INFO2), INFO2, tag)
    if length is not None:
        same("its length", len(found), length)


@area.case("same-in-both", "EUICCInfo1 says what EUICCInfo2 says")
def same_in_both(subject: Subject) -> None:
    first, second = subject.es10(GET_INFO1), subject.es10(GET_INFO2)
    for tag in (0x82, 0xA9, 0xAA):
        same(f"{tag:02X} of EUICCInfo1", value_in(first, INFO1, tag), value_in(second, INFO2, tag))


@area.each(
    {name: (f"The key identifiers {title} have 20 bytes", tag) for name, (title, tag) in LISTS.items()}
)
def identifiers(subject: Subject, tag: int) -> None:
    listed = tlv.parse_all(value_in(subject.es10(GET_INFO1), INFO1, tag))
    require(listed, "the list is empty")
    for each in listed:
        same("the tag of an identifier", each.tag, 0x04)
        same("its length", len(each.value), SKI_LENGTH)


@area.case("resource-free", "extCardResource tells the free memory", section="SGP.22 4.3")
def free_memory(subject: Subject) -> None:
    resource = value_in(subject.es10(GET_INFO2), INFO2, 0x84)
    for tag in (0x81, 0x82, 0x83):
        require(tlv.find(resource, tag) is not None, f"no {tag:02X} in it")


@area.case("order", "The elements of EUICCInfo2 are in the order of its definition")
def order(subject: Subject) -> None:
    known = [0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0xA9, 0xAA, 0x8B, 0x99, 0x04, 0x0C, 0xAC]
    found = [each.tag for each in tlv.parse(subject.es10(GET_INFO2)).children() if each.tag in known]
    same("the order", found, [tag for tag in known if tag in found])


@area.case("rat", "The Rules Authorisation Table can be read", section="SGP.23-1 4.2.27")
def rules(subject: Subject) -> None:
    rsp.GetRatResponse.decode(subject.es10(GET_RAT))


@area.case("eid-unknown-tag", "GetEuiccData of something else is refused", LOCAL, section="SGP.22 5.7.20")
def other_data(subject: Subject) -> None:
    refused = subject.refusal(bytes.fromhex("BF3E035C014F"))
    refused_with(refused, status.INCORRECT_DATA, status.REFERENCED_DATA_NOT_FOUND)


@area.case("ipa-mode", "EUICCInfo2 tells the IPA mode", IOT, section="SGP.32 5.9.2")
def ipa_mode(subject: Subject) -> None:
    require(
        value_in(subject.es10(GET_INFO2), INFO2, 0x90) in (b"\x00", b"\x01"), "ipaMode is neither 0 nor 1"
    )


@area.case("iot-version", "EUICCInfo2 tells the versions of SGP.32", IOT, section="SGP.32 5.9.2")
def iot_version(subject: Subject) -> None:
    listed = tlv.parse_all(value_in(subject.es10(GET_INFO2), INFO2, 0xB4, 0xA0))
    require(listed, "the list is empty")
    for each in listed:
        same("the length of a version", len(each.value), 3)
