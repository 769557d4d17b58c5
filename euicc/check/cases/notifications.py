"""Notifications (SGP.22 3.5, 5.7.9 to 5.7.11)."""

from __future__ import annotations

from apdu import tlv
from asn1.generated import rsp
from euicc.check import events
from euicc.check.catalogue import Area
from euicc.check.events import DELETE, DISABLE, ENABLE, INSTALL, REMOVE
from euicc.check.expect import require, result_is, same
from euicc.check.needs import INSTALLING, ISDR
from euicc.check.own_profiles import OTHER_ADDRESS, Own, content, installed
from euicc.check.restoring import deletion, number, switch
from euicc.check.server import ADDRESS
from euicc.check.session import Session, certificate
from euicc.check.subject import Subject
from euicc.crypto import ecdsa

area = Area("notifications", ISDR, section="SGP.23-1 4.2.14")
NEVER_GIVEN = 0x3FFFFFF0
BOTH = [ADDRESS, OTHER_ADDRESS]
EVENTS = {"install": INSTALL, "enable": ENABLE, "disable": DISABLE, "delete": DELETE}


def whole_life(subject: Subject) -> int:
    """A profile is installed, enabled, disabled, deleted; the seqNumber before all that."""
    if subject.has(Own.SECOND.iccid):
        subject.es10(deletion(Own.SECOND.iccid))
    before = events.newest(subject)
    installed(subject, Own.SECOND)
    for request in (switch(0xBF31, Own.SECOND.iccid), switch(0xBF32, Own.SECOND.iccid)):
        subject.es10(request)
    subject.es10(deletion(Own.SECOND.iccid))
    return before


@area.case("list", "ListNotification can be read")
def list_all(subject: Subject) -> None:
    rsp.ListNotificationResponse.decode(subject.es10(bytes.fromhex("BF2800")))
    numbers = [each.sequence for each in events.listed(subject)]
    same("the number of different seqNumbers", len(set(numbers)), len(numbers))


@area.case(
    "retrieve", "RetrieveNotificationsList gives what ListNotification lists", section="SGP.23-1 4.2.15"
)
def retrieve_all(subject: Subject) -> None:
    found = sorted(events.metadata_of(each).sequence for each in events.retrieved(subject))
    same("the seqNumbers", found, sorted(each.sequence for each in events.listed(subject)))


@area.case("retrieve-nothing", "A seqNumber that is not there: an empty list", section="SGP.23-1 4.2.15")
def retrieve_nothing(subject: Subject) -> None:
    criteria = tlv.encode(0x80, number(NEVER_GIVEN))
    same("the notifications", events.retrieved(subject, criteria), [])


@area.case("remove-nothing", "Removing what is not there: nothingToDelete", section="SGP.23-1 4.2.16")
def remove_nothing(subject: Subject) -> None:
    result_is(events.remove(subject, NEVER_GIVEN), REMOVE, 1)


@area.each({name: (f"ListNotification by event: {name} alone", event) for name, event in EVENTS.items()})
def filtered(subject: Subject, event: int) -> None:
    wanted = [each for each in events.listed(subject) if each.event == event]
    same("the notifications", events.listed(subject, event), wanted)


@area.case(
    "life",
    "Each event of a profile is told to each address that wants it",
    *INSTALLING,
    section="SGP.23-1 5.2.5",
)
def life(subject: Subject) -> None:
    before = whole_life(subject)
    came = events.since(subject, before)
    for name, event in EVENTS.items():
        addresses = [each.address for each in came if each.event == event and each.iccid == Own.SECOND.iccid]
        same(f"the addresses that are told of {name}", sorted(addresses), sorted(BOTH))


@area.case("rising", "seqNumbers rise without a gap and are never used again", *INSTALLING)
def rising(subject: Subject) -> None:
    before = whole_life(subject)
    numbers = [each.sequence for each in events.since(subject, before)]
    same("the seqNumbers", numbers, list(range(numbers[0], numbers[0] + len(numbers))))
    for each in numbers:
        events.remove(subject, each)
    subject.reset()
    installed(subject, Own.SECOND)
    after = [each.sequence for each in events.since(subject, before)]
    require(after and min(after) > max(numbers), f"the seqNumbers {after} come after {numbers}")


@area.case("kept", "Notifications outlive their profile and a reset", *INSTALLING, section="SGP.23-1 5.2.5")
def kept(subject: Subject) -> None:
    before = whole_life(subject)
    came = events.since(subject, before)
    subject.reset()
    same("the notifications after a reset", events.since(subject, before), came)


@area.each(
    {
        f"{name}-filter": (f"After a life: {name} alone, in both lists", event)
        for name, event in EVENTS.items()
    },
    *INSTALLING,
)
def filtered_after_life(subject: Subject, event: int) -> None:
    before = whole_life(subject)
    came = events.since(subject, before)
    wanted = [each.sequence for each in came if each.event == event]
    found = [each.sequence for each in events.listed(subject, event) if each.sequence > before]
    same("those listed", found, wanted)
    pending = events.retrieved(subject, tlv.encode(0x81, bytes([4, event])))
    numbers = [events.metadata_of(each).sequence for each in pending]
    same("those retrieved", [each for each in numbers if each > before], wanted)


@area.case("one", "One notification by its seqNumber", *INSTALLING, section="SGP.23-1 4.2.15")
def one(subject: Subject) -> None:
    came = events.since(subject, whole_life(subject))
    for each in came:
        pending = events.retrieved(subject, tlv.encode(0x80, number(each.sequence)))
        same("the notifications", [events.metadata_of(found) for found in pending], [each])


@area.case(
    "signed", "A notification is signed by the key of its certificate", *INSTALLING, section="SGP.23-1 4.2.15"
)
def signed(subject: Subject) -> None:
    before = whole_life(subject)
    found = [each for each in events.retrieved(subject) if events.metadata_of(each).sequence > before]
    others = [each for each in found if each.tag == events.OTHER_SIGNED]
    require(others, "there is no notification besides the installation result")
    for each in others:
        told, signature, euicc, _eum = each.children()
        key = certificate(euicc.encoded).public_key
        require(
            ecdsa.verify(key, signature.value, told.encoded), "the signature of a notification does not hold"
        )


@area.case(
    "result-kept", "The installation result waits as it was given", *INSTALLING, section="SGP.23-1 4.2.15"
)
def result_kept(subject: Subject) -> None:
    if subject.has(Own.SECOND.iccid):
        subject.es10(deletion(Own.SECOND.iccid))
    result = Session.open(subject).install(content(Own.SECOND))
    sequence = result.profile_installation_result_data.notification_metadata.seq_number
    pending = events.retrieved(subject, tlv.encode(0x80, number(sequence)))
    same("what waits", [each.encoded for each in pending], [result.encoded])


@area.case(
    "remove", "Removing takes one away, and only that one; once", *INSTALLING, section="SGP.23-1 4.2.16"
)
def remove(subject: Subject) -> None:
    before = whole_life(subject)
    first, *others = events.since(subject, before)
    result_is(events.remove(subject, first.sequence), REMOVE, 0)
    same("what is left", events.since(subject, before), others)
    result_is(events.remove(subject, first.sequence), REMOVE, 1)


@area.case(
    "removed-for-good", "What was removed stays removed over a reset", *INSTALLING, section="SGP.23-1 4.2.16"
)
def removed_for_good(subject: Subject) -> None:
    before = whole_life(subject)
    first, *others = events.since(subject, before)
    events.remove(subject, first.sequence)
    subject.reset()
    same("what is left", events.since(subject, before), others)
