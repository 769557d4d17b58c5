"""ProfileRollback (SGP.32 3.3.2, 5.9.16)."""

from __future__ import annotations

from apdu import tlv
from euicc.check import events
from euicc.check.cases.package_operations import with_profiles
from euicc.check.catalogue import Area, Finding
from euicc.check.expect import require, same, shown
from euicc.check.needs import INSTALLING, IOT, ISDR, PACKAGES, WRITE
from euicc.check.own_profiles import Own
from euicc.check.packages import GET_RAT, Answer, Eim, card_key, code, delete, disable, enable, stored_results
from euicc.check.subject import Subject

area = Area("rollback", WRITE, ISDR, IOT, section="G2; SGP.32 3.3.2")
AT_ONCE = bytes.fromhex("BF5803800100")
NOT_ALLOWED = bytes.fromhex("BF5803020101")
ARMING = (*PACKAGES, *INSTALLING)
FIRST, SECOND = Own.FIRST.iccid, Own.SECOND.iccid
ID = bytes.fromhex("0A0B0C")


def armed(subject: Subject) -> tuple[Eim, bytes, Answer]:
    """FIRST was enabled, SECOND is, and the way back is open; the package and its result."""
    eim = with_profiles(subject, FIRST)
    package = eim.package([enable(SECOND, rollback=True)], transaction=ID)
    answer = eim.load(package)
    same("the results", answer.results, [code(0x83, 0)])
    subject.reset()
    same("the enabled profile", subject.enabled(), SECOND)
    return eim, package, answer


def rolled_back(response: bytes) -> Answer:
    """The result in the answer to ProfileRollback."""
    parts = tlv.parse(response).children()
    if [each.tag for each in parts] != [0x02, 0xBF51]:
        raise Finding(f"ProfileRollback is answered {shown(response)}")
    same("cmdResult", parts[0].value, b"\x00")
    return Answer.of(parts[1].encoded)


@area.case("not-armed", "Without an authorisation: rollbackNotAllowed", section="G2.1")
def not_armed(subject: Subject) -> None:
    same("the answer", subject.es10(AT_ONCE), NOT_ALLOWED)


@area.case(
    "back",
    "The profile before is enabled again; the new result has the counter of the old",
    *ARMING,
    section="G2.2",
)
def back(subject: Subject) -> None:
    eim, package, original = armed(subject)
    answer = rolled_back(subject.es10(AT_ONCE))
    same("the enabled profile", subject.enabled(), FIRST)
    same("the results", answer.results, [code(0x8C, 0)])
    for tag in (0x80, 0x81, 0x82):
        same(f"{tag:02X} in the result", answer.field(tag), original.field(tag))
    require(answer.sequence > original.sequence, "seqNumber does not rise")
    require(answer.signed_by(card_key(subject), eim.bound(package)), "euiccSignEPR does not hold")


@area.case("result", "The new result takes the place of the old", *ARMING, section="G2.2")
def result(subject: Subject) -> None:
    armed(subject)
    answer = rolled_back(subject.es10(AT_ONCE))
    same("the stored results", stored_results(subject), [answer.encoded])


@area.case("events", "The events of the change that was taken back are not told", *ARMING, section="G2.2")
def nothing_told(subject: Subject) -> None:
    from euicc.check.own_profiles import installed

    installed(subject, Own.FIRST, Own.SECOND)
    from euicc.check.restoring import ENABLE, switch

    subject.es10(switch(ENABLE, FIRST))
    before = events.newest(subject)
    eim = Eim(subject).associate()
    eim.psmo(enable(SECOND, rollback=True))
    subject.reset()
    require(events.since(subject, before), "the change itself is told to nobody")
    rolled_back(subject.es10(AT_ONCE))
    same("the notifications", events.since(subject, before), [])


@area.case("stays", "It is still the old profile after a reset", *ARMING, section="G2.2")
def stays(subject: Subject) -> None:
    armed(subject)
    rolled_back(subject.es10(AT_ONCE))
    subject.reset()
    same("the enabled profile", subject.enabled(), FIRST)


@area.case("once", "A second one: rollbackNotAllowed", *ARMING, section="G2.3")
def once(subject: Subject) -> None:
    armed(subject)
    rolled_back(subject.es10(AT_ONCE))
    same("the answer", subject.es10(AT_ONCE), NOT_ALLOWED)


@area.case("other-package", "Another package ends the authorisation", *ARMING, section="G2.4")
def other_package(subject: Subject) -> None:
    eim, _, _ = armed(subject)
    eim.psmo(GET_RAT)
    same("the answer", subject.es10(AT_ONCE), NOT_ALLOWED)
    same("the enabled profile", subject.enabled(), SECOND)


@area.case("refused-package", "A package that is refused does not", *ARMING, section="G2.4")
def refused_package(subject: Subject) -> None:
    _, package, _ = armed(subject)
    subject.es10(package)
    rolled_back(subject.es10(AT_ONCE))


@area.case("acknowledged", "An acknowledged result ends the authorisation", *ARMING, section="SGP.32 3.3.2")
def acknowledged(subject: Subject) -> None:
    _, _, answer = armed(subject)
    events.remove(subject, answer.sequence)
    same("the answer", subject.es10(AT_ONCE), NOT_ALLOWED)


@area.case("without-flag", "A package without rollbackFlag authorises nothing", *ARMING, section="G2.1")
def without_flag(subject: Subject) -> None:
    eim = with_profiles(subject, FIRST)
    eim.psmo(enable(SECOND))
    subject.reset()
    same("the answer", subject.es10(AT_ONCE), NOT_ALLOWED)


@area.case(
    "after-disable",
    "Disabled in the same package: that is the profile to return to",
    *ARMING,
    section="G1.14",
)
def after_disable(subject: Subject) -> None:
    eim = with_profiles(subject, FIRST)
    results = eim.psmo(disable(FIRST), enable(SECOND, rollback=True))
    same("the results", results, [code(0x84, 0), code(0x83, 0)])
    subject.reset()
    rolled_back(subject.es10(AT_ONCE))
    same("the enabled profile", subject.enabled(), FIRST)


@area.case(
    "target-kept", "The profile to return to is not deleted in the same package", *ARMING, section="G2.6"
)
def target_kept(subject: Subject) -> None:
    eim = with_profiles(subject, FIRST)
    results = eim.psmo(enable(SECOND, rollback=True), delete(FIRST))
    same("the number of results", len(results), 2)
    require(results[1] != code(0x85, 0), "the profile to return to is deleted")
    subject.reset()
    require(subject.has(FIRST), "the profile to return to is gone")


@area.case("boolean", "refreshFlag as 01 is understood, too", *ARMING, section="G2.7")
def boolean(subject: Subject) -> None:
    armed(subject)
    rolled_back(subject.es10(bytes.fromhex("BF5803010100")))
    same("the enabled profile", subject.enabled(), FIRST)
