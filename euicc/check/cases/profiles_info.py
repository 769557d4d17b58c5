"""GetProfilesInfo (SGP.22 5.7.15, SGP.32 5.9.14)."""

from __future__ import annotations

from apdu import aid, tlv
from asn1.generated import rsp, sgp32
from euicc.check.catalogue import Area, NotApplicable
from euicc.check.expect import one_of, require, same
from euicc.check.facts import NO_PROFILE
from euicc.check.needs import INSTALLING, ISDR
from euicc.check.own_profiles import Own, installed
from euicc.check.profiles import infos, request
from euicc.check.subject import Subject

area = Area("profiles", ISDR, section="SGP.23-1 4.2.20")
ALL = bytes.fromhex("BF2D00")
ICCID, AID, STATE, CLASS = 0x5A, 0x4F, 0x9F70, 0x95
MANDATORY = (ICCID, AID, STATE)
ORDER = (0x5A, 0x4F, 0x9F70, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0xB6, 0xB7, 0xB8, 0x99)
TAGS = {"iccid": ICCID, "aid": AID, "state": STATE, "provider": 0x91, "name": 0x92, "class": CLASS}


def one(subject: Subject) -> dict[int, bytes]:
    """The first profile on the card; NotApplicable when there is none."""
    found = infos(subject.es10(request()))
    if not found:
        raise NotApplicable("no profile is on the card")
    return found[0]


@area.case("read", "GetProfilesInfo can be read")
def read(subject: Subject) -> None:
    kind = sgp32.ProfileInfoListResponse if subject.facts.iot else rsp.ProfileInfoListResponse
    kind.decode(subject.es10(ALL))
    infos(subject.es10(ALL))


@area.case("default", "Without a tag list each profile has ICCID, AID and state")
def default(subject: Subject) -> None:
    for info in infos(subject.es10(ALL)):
        for tag in MANDATORY:
            require(tag in info, f"no {tag:02X} in {sorted(map(hex, info))}")


@area.case("one-enabled", "At most one profile is enabled")
def one_enabled(subject: Subject) -> None:
    enabled = [info for info in infos(subject.es10(ALL)) if info.get(STATE) == b"\x01"]
    require(len(enabled) <= 1, f"{len(enabled)} profiles are enabled")


@area.case("values", "ICCIDs have 10 bytes, AIDs are those of ISD-Ps, each is there once")
def values(subject: Subject) -> None:
    found = subject.profiles()
    for each in found:
        same("the length of an ICCID", len(each.iccid), 10)
        require(aid.isd_p_number(each.aid), f"{each.aid.hex().upper()} is no AID of an ISD-P")
    same("the number of ICCIDs", len({each.iccid for each in found}), len(found))
    same("the number of AIDs", len({each.aid for each in found}), len(found))


@area.each({name: (f"A tag list of one: {tag:02X}", tag) for name, tag in TAGS.items()})
def tag_list(subject: Subject, tag: int) -> None:
    one(subject)
    field = tag.to_bytes(2 if tag > 0xFF else 1, "big")
    for info in infos(subject.es10(request(field))):
        require(set(info) <= {tag}, f"the tags {sorted(map(hex, info))} are given")


@area.case("order", "The elements are in the order of their definition, whatever the tag list's")
def order(subject: Subject) -> None:
    one(subject)
    for info in infos(subject.es10(request(bytes.fromhex("9F70925A914F")))):
        known = [tag for tag in info if tag in ORDER]
        same("the order", known, [tag for tag in ORDER if tag in known])


@area.each({"by-iccid": ("A profile by its ICCID", ICCID), "by-aid": ("A profile by its AID", AID)})
def search(subject: Subject, tag: int) -> None:
    wanted = one(subject)
    found = infos(subject.es10(request(criteria=tlv.encode(tag, wanted[tag]))))
    same("the profiles", [info[ICCID] for info in found], [wanted[ICCID]])


@area.each({f"class-{number}": (f"The profiles of class {number}", number) for number in (0, 1, 2)})
def of_class(subject: Subject, number: int) -> None:
    wanted = [each.iccid for each in subject.profiles() if each.profile_class == number]
    criteria = tlv.encode(CLASS, bytes([number]))
    found = infos(subject.es10(request(criteria=criteria)))
    same("the profiles", [info[ICCID] for info in found], wanted)


@area.case("unknown", "An ICCID that is not there: an empty list")
def unknown(subject: Subject) -> None:
    answer = subject.es10(request(criteria=tlv.encode(ICCID, NO_PROFILE)))
    same("the answer", answer, bytes.fromhex("BF2D02A000"))


@area.case("installed", "An installed profile is listed: disabled, with what its metadata say", *INSTALLING)
def after_installation(subject: Subject) -> None:
    installed(subject, Own.FIRST, Own.SECOND)
    for own in (Own.FIRST, Own.SECOND):
        found = infos(subject.es10(tlv.encode(0xBF2D, tlv.encode(0xA0, tlv.encode(ICCID, own.iccid)))))
        same("the number of profiles", len(found), 1)
        same("the name", found[0].get(0x92), f"Check {own.name}".encode())
        same("the provider", found[0].get(0x91), b"Check")
        same("the state", found[0].get(STATE), b"\x00")
        one_of("the class", found[0].get(CLASS), (b"\x02", None))
