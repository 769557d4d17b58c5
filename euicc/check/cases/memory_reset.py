"""eUICCMemoryReset of SGP.22 (5.7.19); only on a card without other profiles."""

from __future__ import annotations

from apdu import tlv
from euicc.check import events
from euicc.check.cases.addresses import configured, put, restored
from euicc.check.catalogue import Area
from euicc.check.expect import one_of, result_is, same, value_in
from euicc.check.needs import CONSUMER, EMPTY, INSTALLING, ISDR, WRITE
from euicc.check.own_profiles import Own, installed
from euicc.check.restoring import ENABLE, MEMORY_RESET, memory_reset, switch
from euicc.check.subject import Subject

area = Area("memory-reset", WRITE, ISDR, EMPTY, section="SGP.23-1 4.2.24")
OPERATIONAL, TEST, ADDRESS = 0, 1, 2


@area.case("nothing", "Nothing to delete: 1", CONSUMER)
def nothing(subject: Subject) -> None:
    subject.es10(memory_reset(OPERATIONAL, TEST))
    result_is(subject.es10(memory_reset(OPERATIONAL)), MEMORY_RESET, 1)


@area.case("address", "The default SM-DP+ address is as it came from the factory", CONSUMER)
def address(subject: Subject) -> None:
    with restored(subject):
        subject.es10(memory_reset(ADDRESS))
        factory = configured(subject)
        put(subject, b"reset.check.example.com")
        answer = subject.es10(memory_reset(ADDRESS))
        one_of("the result", value_in(answer, MEMORY_RESET, 0x80), (b"\x00", b"\x01"))
        same("the address", configured(subject), factory)


@area.case(
    "profiles", "Operational profiles are deleted, the enabled one, too; each is told", CONSUMER, *INSTALLING
)
def profiles(subject: Subject) -> None:
    installed(subject, Own.FIRST, Own.SECOND)
    subject.es10(switch(ENABLE, Own.FIRST.iccid))
    before = events.newest(subject)
    result_is(subject.es10(memory_reset(OPERATIONAL)), MEMORY_RESET, 0)
    subject.reset()
    same("the profiles", subject.profiles(), ())
    told = {each.iccid for each in events.since(subject, before) if each.event == events.DELETE}
    same("the profiles whose deletion is told", told, {Own.FIRST.iccid, Own.SECOND.iccid})


@area.case(
    "test-stays",
    "Deleting operational profiles leaves test profiles, and the other way round",
    CONSUMER,
    *INSTALLING,
)
def test_stays(subject: Subject) -> None:
    installed(subject, Own.FIRST, Own.TEST)
    subject.es10(memory_reset(OPERATIONAL))
    subject.reset()
    same("the profiles", [each.iccid for each in subject.profiles()], [Own.TEST.iccid])
    installed(subject, Own.FIRST)
    subject.es10(memory_reset(TEST))
    subject.reset()
    same("the profiles", [each.iccid for each in subject.profiles()], [Own.FIRST.iccid])


@area.case("sequence", "seqNumbers go on after a memory reset", CONSUMER, *INSTALLING)
def sequence(subject: Subject) -> None:
    installed(subject, Own.FIRST)
    subject.es10(memory_reset(OPERATIONAL))
    subject.reset()
    before = events.newest(subject)
    installed(subject, Own.FIRST)
    came = [each.sequence for each in events.since(subject, before)]
    same("whether there are new ones", bool(came), True)


@area.case("session", "A memory reset ends the RSP session", CONSUMER, *INSTALLING)
def session_ends(subject: Subject) -> None:
    from euicc.check.session import Session, error_code

    installed(subject, Own.FIRST)
    session = Session.open(subject)
    challenge = session.challenge()
    subject.es10(memory_reset(OPERATIONAL))
    answer = session.authenticate(session.server.authenticate_server(challenge))
    same("authenticateErrorCode", error_code(answer), 4)


@area.case("rat-stays", "The Rules Authorisation Table stays", CONSUMER)
def rat_stays(subject: Subject) -> None:
    before = subject.es10(tlv.encode(0xBF43, b""))
    subject.es10(memory_reset(OPERATIONAL, TEST))
    same("the table", subject.es10(tlv.encode(0xBF43, b"")), before)
