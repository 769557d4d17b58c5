"""Policy rules and classes of profiles (SGP.22 2.9, 2.4.5.3); only on a card without other profiles."""

from __future__ import annotations

from asn1 import BitString
from asn1.generated import rsp
from euicc.check import events
from euicc.check.catalogue import Area
from euicc.check.expect import require, result_is, same
from euicc.check.needs import EMPTY, INSTALLING
from euicc.check.own_profiles import Own, content, installed
from euicc.check.restoring import DELETE, DISABLE, ENABLE, deletion, memory_reset, switch
from euicc.check.session import Session, load_error
from euicc.check.subject import Subject

area = Area("rules", *INSTALLING, EMPTY, section="SGP.23-1 4.2.22")
NOT_ALLOWED = 3


def alone(subject: Subject, *wanted: Own) -> None:
    """Nothing is on the card but these."""
    subject.es10(memory_reset(0, 1))
    subject.reset()
    installed(subject, *wanted)


@area.case("ppr1-disable", "A profile with PPR1 is not disabled: 3")
def ppr1_disable(subject: Subject) -> None:
    alone(subject, Own.PPR1)
    result_is(subject.es10(switch(ENABLE, Own.PPR1.iccid)), ENABLE, 0)
    result_is(subject.es10(switch(DISABLE, Own.PPR1.iccid)), DISABLE, NOT_ALLOWED)
    same("the enabled profile", subject.enabled(), Own.PPR1.iccid)


@area.case("ppr1-enable", "Nothing is enabled in place of a profile with PPR1: 3", section="SGP.23-1 4.2.21")
def ppr1_enable(subject: Subject) -> None:
    alone(subject, Own.PPR1, Own.SECOND)
    result_is(subject.es10(switch(ENABLE, Own.PPR1.iccid)), ENABLE, 0)
    result_is(subject.es10(switch(ENABLE, Own.SECOND.iccid)), ENABLE, NOT_ALLOWED)
    same("the enabled profile", subject.enabled(), Own.PPR1.iccid)


@area.case(
    "ppr1-not-first",
    "A profile with PPR1 is not installed beside an operational one",
    section="SGP.23-1 5.2.2",
)
def ppr1_not_first(subject: Subject) -> None:
    alone(subject, Own.FIRST)
    error = load_error(Session.open(subject).install(content(Own.PPR1)))
    same("errorReason", error and error[1], rsp.ErrorReason.PPR_NOT_ALLOWED)


@area.case("ppr2-delete", "A profile with PPR2 is not deleted: 3", section="SGP.23-1 4.2.23")
def ppr2_delete(subject: Subject) -> None:
    alone(subject, Own.PPR2)
    result_is(subject.es10(deletion(Own.PPR2.iccid)), DELETE, NOT_ALLOWED)
    require(subject.has(Own.PPR2.iccid), "the profile is gone")


@area.case("no-owner", "A policy rule of nobody is refused", section="SGP.23-1 5.2.2")
def no_owner(subject: Subject) -> None:
    alone(subject)
    made = content(Own.NEVER, profile_policy_rules=BitString.of(2))
    error = load_error(Session.open(subject).install(made))
    same("errorReason", error and error[1], rsp.ErrorReason.PPR_NOT_ALLOWED)


@area.case(
    "test-profile",
    "A test profile gives way to the profile that was enabled before; nothing is told of it",
    section="SGP.23-1 4.2.21",
)
def test_profile(subject: Subject) -> None:
    alone(subject, Own.FIRST, Own.TEST)
    result_is(subject.es10(switch(ENABLE, Own.FIRST.iccid)), ENABLE, 0)
    result_is(subject.es10(switch(ENABLE, Own.TEST.iccid)), ENABLE, 0)
    before = events.newest(subject)
    result_is(subject.es10(switch(DISABLE, Own.TEST.iccid)), DISABLE, 0)
    same("the enabled profile", subject.enabled(), Own.FIRST.iccid)
    told = [each for each in events.since(subject, before) if each.iccid == Own.TEST.iccid]
    same("the notifications of the test profile", told, [])


@area.case("test-key", "A test profile with a real key is refused", section="SGP.23-1 4.2.7")
def test_key(subject: Subject) -> None:
    alone(subject, Own.TEST)
    made = content(Own.NEVER, profile_class=rsp.ProfileClass.TEST)
    error = load_error(Session.open(subject).install(made))
    wanted = rsp.ErrorReason.TEST_PROFILE_INSTALL_FAILED_DUE_TO_INVALID_NAA_KEY
    same("errorReason", error and error[1], wanted)
