"""eUICCMemoryReset of SGP.32 (5.9.5)."""

from __future__ import annotations

from apdu import tlv
from euicc.check import events
from euicc.check.cases.addresses import configured as configured_address
from euicc.check.cases.addresses import put, restored
from euicc.check.cases.immediate_enable import AT_ONCE, configure
from euicc.check.catalogue import Area
from euicc.check.expect import one_of, result_is, same
from euicc.check.needs import EMPTY, FIRST, INSTALLING, IOT, ISDR, LATER, NO_EIM, PACKAGES, WRITE
from euicc.check.own_profiles import Own, installed
from euicc.check.packages import Eim, configured
from euicc.check.restoring import IOT_MEMORY_RESET, MEMORY_RESET, memory_reset, switch
from euicc.check.server import ADDRESS as SERVER
from euicc.check.subject import Subject

area = Area("iot-reset", WRITE, ISDR, IOT, section="G7; SGP.32 5.9.5")
OPERATIONAL, TEST, ADDRESS, PRELOADED, PROVISIONING, EIM, IMMEDIATE = range(7)
RESULT, EIM_RESULT, IMMEDIATE_RESULT = 0x80, 0x81, 0x82
NOTHING = 1


def run(subject: Subject, *bits: int) -> dict[int, int]:
    """eUICCMemoryReset; its results by tag."""
    answer = tlv.parse(subject.es10(memory_reset(*bits, tag=IOT_MEMORY_RESET)))
    return {each.tag: int.from_bytes(each.value, "big") for each in answer.children()}


@area.case("eim", "The eIMs are erased, and AddInitialEim is possible again", *PACKAGES, LATER)
def eims(subject: Subject) -> None:
    Eim(subject).associate()
    results = run(subject, EIM)
    same("the results", results, {RESULT: 0, EIM_RESULT: 0})
    same("the eIMs", configured(subject), [])
    Eim(subject).associate()


@area.case("eim-nothing", "No eIM to erase: nothingToDelete", NO_EIM, LATER)
def no_eims(subject: Subject) -> None:
    results = run(subject, EIM)
    same("resetEimResult", results.get(EIM_RESULT), NOTHING)
    same("resetResult", results.get(RESULT), NOTHING)


@area.case("immediate", "The configuration of immediate enabling is erased", NO_EIM, LATER)
def immediate(subject: Subject) -> None:
    subject.es10(configure(address=SERVER))
    results = run(subject, IMMEDIATE)
    same("resetImmediateEnableConfigResult", results.get(IMMEDIATE_RESULT), 0)
    result_is(subject.es10(AT_ONCE), 0xBF5A, NOTHING)


@area.case("only-asked", "Results only of what was asked for", NO_EIM, LATER)
def only_asked(subject: Subject) -> None:
    same("the tags of bit 6", set(run(subject, IMMEDIATE)), {RESULT, IMMEDIATE_RESULT})
    same("the tags of bit 5", set(run(subject, EIM)), {RESULT, EIM_RESULT})


@area.case("address", "The default SM-DP+ address is as it came from the factory", LATER)
def address(subject: Subject) -> None:
    with restored(subject):
        run(subject, ADDRESS)
        factory = configured_address(subject)
        put(subject, b"reset.check.example.com")
        one_of("resetResult", run(subject, ADDRESS).get(RESULT), (0, 1))
        same("the address", configured_address(subject), factory)


@area.case("nothing", "No profile to delete: nothingToDelete", EMPTY, LATER)
def nothing(subject: Subject) -> None:
    run(subject, OPERATIONAL, TEST)
    same("the results", run(subject, OPERATIONAL), {RESULT: NOTHING})


@area.case(
    "profiles",
    "Operational profiles are deleted, the enabled one, too; each is told",
    EMPTY,
    *INSTALLING,
    LATER,
)
def profiles(subject: Subject) -> None:
    installed(subject, Own.FIRST, Own.SECOND)
    subject.es10(switch(0xBF31, Own.FIRST.iccid))
    before = events.newest(subject)
    same("the results", run(subject, OPERATIONAL), {RESULT: 0})
    subject.reset()
    same("the profiles", subject.profiles(), ())
    told = {each.iccid for each in events.since(subject, before) if each.event == events.DELETE}
    same("the profiles whose deletion is told", told, {Own.FIRST.iccid, Own.SECOND.iccid})


@area.case("eim-keeps-profiles", "Erasing the eIMs leaves the profiles", *PACKAGES, *INSTALLING, LATER)
def eim_keeps_profiles(subject: Subject) -> None:
    installed(subject, Own.FIRST)
    Eim(subject).associate()
    before = subject.profiles()
    run(subject, EIM)
    same("the profiles", subject.profiles(), before)


@area.case("v1-eim", "BF34 of SGP.32 v1.0 erases the eIMs with bit 3", *PACKAGES, FIRST)
def first_version_eims(subject: Subject) -> None:
    Eim(subject).associate()
    answer = subject.es10(memory_reset(3))
    same("resetEimResult", tlv.find(answer, MEMORY_RESET, EIM_RESULT), b"\x00")
    same("the eIMs", configured(subject), [])


@area.case("v1-unknown", "The functions of later versions are not there", FIRST, section="SGP.32 v1.0")
def first_version_functions(subject: Subject) -> None:
    for tag in (0xBF5B, 0xBF5C, 0xBF5D, 0xBF5E, 0xBF64):
        known = subject.knows(tlv.encode(tag, bytes.fromhex("800100")))
        same(f"whether {tag:04X} is known", known, False)
