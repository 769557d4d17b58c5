"""The fallback mechanism and the Emergency Profile (SGP.32 5.9.20 to 5.9.23)."""

from __future__ import annotations

from apdu import tlv
from euicc.check.catalogue import Area, NotApplicable
from euicc.check.expect import result_is, same
from euicc.check.needs import ECALL, FALLBACK, INSTALLING, IOT, ISDR, LATER, PACKAGES, WRITE
from euicc.check.own_profiles import Own, installed
from euicc.check.packages import GET_RAT, SET_FALLBACK, UNSET_FALLBACK, Eim, code, of_profile
from euicc.check.restoring import DISABLE, ENABLE, switch
from euicc.check.subject import Subject

area = Area("fallback", WRITE, ISDR, IOT, LATER, section="G6; SGP.32 5.9.20")
EMERGENCY_ON, EMERGENCY_OFF, EXECUTE, RETURN = 0xBF5B, 0xBF5C, 0xBF5D, 0xBF5E
OK, WRONG_STATE, NOT_AVAILABLE, COMMAND_ERROR, NO_ECALL, ECALL_ACTIVE = 0, 2, 6, 7, 8, 104
ATTRIBUTE_SET, ATTRIBUTE_UNSET = 0x8D, 0x8E
FIRST, HOLDER, EMERGENCY = Own.FIRST.iccid, Own.FALLBACK.iccid, Own.ECALL.iccid
HOLDING = (*PACKAGES, *INSTALLING, FALLBACK)
CALLING = (*INSTALLING, ECALL)


def run(subject: Subject, tag: int) -> bytes:
    """A function whose only argument is refreshFlag, not set."""
    return subject.es10(tlv.encode(tag, bytes.fromhex("800100")))


def none_enabled(subject: Subject) -> None:
    """No profile is enabled."""
    now = subject.enabled()
    if now is not None:
        result_is(subject.es10(switch(DISABLE, now)), DISABLE, OK)


def first_enabled(subject: Subject, *others: Own) -> None:
    """FIRST is enabled, the others are there."""
    installed(subject, Own.FIRST, *others)
    if subject.enabled() != FIRST:
        result_is(subject.es10(switch(ENABLE, FIRST)), ENABLE, OK)


def holding(subject: Subject) -> Eim:
    """FIRST is enabled, and another holds the fallback attribute."""
    first_enabled(subject, Own.FALLBACK)
    eim = Eim(subject).associate()
    same("the results", eim.psmo(of_profile(SET_FALLBACK, HOLDER)), [code(ATTRIBUTE_SET, OK)])
    return eim


@area.case("none-enabled", "ExecuteFallbackMechanism without an enabled profile: commandError", *INSTALLING)
def fallback_none_enabled(subject: Subject) -> None:
    none_enabled(subject)
    result_is(run(subject, EXECUTE), EXECUTE, COMMAND_ERROR)


@area.case("no-attribute", "Nobody holds the attribute: fallbackNotAvailable", *HOLDING)
def no_attribute(subject: Subject) -> None:
    if tlv.find(subject.es10(bytes.fromhex("BF2D055C035A9F26")), 0xBF2D, 0xA0, 0xE3, 0x9F26):
        raise NotApplicable("a profile holds the fallback attribute")
    first_enabled(subject)
    result_is(run(subject, EXECUTE), EXECUTE, NOT_AVAILABLE)


@area.case("there-and-back", "The holder is enabled, and on return the profile before", *HOLDING)
def there_and_back(subject: Subject) -> None:
    holding(subject)
    result_is(run(subject, EXECUTE), EXECUTE, OK)
    same("the enabled profile", subject.enabled(), HOLDER)
    subject.reset()
    same("the enabled profile after a reset", subject.enabled(), HOLDER)
    result_is(run(subject, RETURN), RETURN, OK)
    same("the enabled profile", subject.enabled(), FIRST)


@area.case("twice", "The holder is enabled already: profileNotInDisabledState", *HOLDING)
def twice(subject: Subject) -> None:
    holding(subject)
    run(subject, EXECUTE)
    result_is(run(subject, EXECUTE), EXECUTE, WRONG_STATE)
    run(subject, RETURN)


@area.case("return-first", "ReturnFromFallback without a fallback: fallbackNotAvailable")
def return_first(subject: Subject) -> None:
    result_is(run(subject, RETURN), RETURN, NOT_AVAILABLE)


@area.case("shown", "GetProfilesInfo shows the attribute with its holder alone", *HOLDING, section="G9")
def shown_with_holder(subject: Subject) -> None:
    holding(subject)
    answer = subject.es10(bytes.fromhex("BF2D055C035A9F26"))
    entries = tlv.parse_all(tlv.find(answer, 0xBF2D, 0xA0) or b"")
    holders = [each.find(0x5A) for each in entries if each.find(0x9F26) not in (None, b"\x00")]
    same("the holders", holders, [HOLDER])


@area.case("not-allowed", "A profile that is not allowed it does not get the attribute: 2", *HOLDING)
def not_allowed(subject: Subject) -> None:
    installed(subject, Own.SECOND)
    eim = Eim(subject).associate()
    same("the results", eim.psmo(of_profile(SET_FALLBACK, Own.SECOND.iccid)), [code(ATTRIBUTE_SET, 2)])


@area.case("unset-none", "Nobody holds the attribute to be taken away: 2", *HOLDING)
def unset_none(subject: Subject) -> None:
    eim = holding(subject)
    same("the results", eim.psmo(UNSET_FALLBACK), [code(ATTRIBUTE_UNSET, OK)])
    same("the results of the second", eim.psmo(UNSET_FALLBACK), [code(ATTRIBUTE_UNSET, 2)])


@area.case("unset-enabled", "The enabled holder keeps the attribute: 3", *HOLDING)
def unset_enabled(subject: Subject) -> None:
    eim = holding(subject)
    run(subject, EXECUTE)
    same("the results", eim.psmo(UNSET_FALLBACK), [code(ATTRIBUTE_UNSET, 3)])
    run(subject, RETURN)


@area.case("no-emergency-profile", "No Emergency Profile: ecallNotAvailable", section="G6; SGP.32 5.9.22")
def no_emergency_profile(subject: Subject) -> None:
    from euicc.check.restoring import deletion

    if subject.has(EMERGENCY):
        subject.es10(deletion(EMERGENCY))
    if tlv.find(subject.es10(bytes.fromhex("BF2D055C035A9F7B")), 0xBF2D, 0xA0, 0xE3, 0x9F7B):
        raise NotApplicable("there is an Emergency Profile")
    result_is(run(subject, EMERGENCY_ON), EMERGENCY_ON, NO_ECALL)


@area.case(
    "emergency-not-enabled",
    "Disabling an Emergency Profile that is not enabled: 2",
    section="G6; SGP.32 5.9.23",
)
def emergency_not_enabled(subject: Subject) -> None:
    result_is(run(subject, EMERGENCY_OFF), EMERGENCY_OFF, WRONG_STATE)


@area.case(
    "emergency",
    "The Emergency Profile is enabled over a reset, and then the profile before",
    *CALLING,
    section="G6; SGP.32 5.9.22",
)
def emergency(subject: Subject) -> None:
    first_enabled(subject, Own.ECALL)
    result_is(run(subject, EMERGENCY_ON), EMERGENCY_ON, OK)
    same("the enabled profile", subject.enabled(), EMERGENCY)
    subject.reset()
    same("the enabled profile after a reset", subject.enabled(), EMERGENCY)
    result_is(run(subject, EMERGENCY_ON), EMERGENCY_ON, WRONG_STATE)
    result_is(run(subject, EMERGENCY_OFF), EMERGENCY_OFF, OK)
    same("the enabled profile", subject.enabled(), FIRST)


@area.case("emergency-fallback", "No fallback during an emergency: ecallActive", *CALLING, *HOLDING)
def emergency_fallback(subject: Subject) -> None:
    holding(subject)
    installed(subject, Own.ECALL)
    run(subject, EMERGENCY_ON)
    result_is(run(subject, EXECUTE), EXECUTE, ECALL_ACTIVE)
    run(subject, EMERGENCY_OFF)


@area.case("emergency-package", "No package during an emergency: ecallActive, signed", *CALLING, *PACKAGES)
def emergency_package(subject: Subject) -> None:
    first_enabled(subject, Own.ECALL)
    eim = Eim(subject).associate()
    run(subject, EMERGENCY_ON)
    same("the code", eim.load(eim.package([GET_RAT])).error, ECALL_ACTIVE)
    run(subject, EMERGENCY_OFF)


@area.case("emergency-reset", "No memory reset during an emergency: ecallActive", *CALLING, section="G7")
def emergency_reset(subject: Subject) -> None:
    first_enabled(subject, Own.ECALL)
    run(subject, EMERGENCY_ON)
    answer = subject.es10(bytes.fromhex("BF640482020640"))
    same("the answer", tlv.find(answer, 0xBF64, 0x80), bytes([ECALL_ACTIVE]))
    run(subject, EMERGENCY_OFF)
