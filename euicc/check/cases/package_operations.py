"""Operations on profiles in eUICC Packages (SGP.32 2.11.1.1.3, 3.4)."""

from __future__ import annotations

from apdu import tlv
from euicc.check import events
from euicc.check.catalogue import Area
from euicc.check.expect import require, same
from euicc.check.needs import INSTALLING, LATER, PACKAGES, TEST_KEYS
from euicc.check.own_profiles import Own, installed
from euicc.check.packages import (
    ABSENT,
    DAMAGED,
    GET_RAT,
    LIST_PROFILES,
    UNKNOWN_OPERATION,
    Eim,
    code,
    delete,
    disable,
    enable,
)
from euicc.check.restoring import ENABLE, switch
from euicc.check.subject import Subject

area = Area("operations", *PACKAGES, section="SGP.33-1 4.2.31")
FIRST, SECOND = Own.FIRST.iccid, Own.SECOND.iccid
ENABLED, DISABLED, DELETED, CONFIGURED, ADDRESS = 0x83, 0x84, 0x85, 0x87, 0xBF65
OK, NOT_FOUND, WRONG_STATE, UNDEFINED = 0, 1, 2, 127
CHANGE_ONGOING = bytes.fromhex("BF2D03") + bytes.fromhex("81010B")
UNKNOWN = {
    "enable-unknown": ("enable", (enable(ABSENT), ENABLED, "4.2.31")),
    "disable-unknown": ("disable", (disable(ABSENT), DISABLED, "4.2.32")),
    "delete-unknown": ("delete", (delete(ABSENT), DELETED, "4.2.33")),
}


def with_profiles(subject: Subject, enabled: bytes | None = None) -> Eim:
    """An eIM, and two profiles of ours, this one enabled."""
    installed(subject, Own.FIRST, Own.SECOND)
    if enabled is not None:
        subject.es10(switch(ENABLE, enabled))
    return Eim(subject).associate()


@area.each(
    {name: (f"{title} of an ICCID that is not there: 1", row) for name, (title, row) in UNKNOWN.items()}
)
def unknown(subject: Subject, row: tuple[bytes, int, str]) -> None:
    operation, tag, _ = row
    same("the results", Eim(subject).associate().psmo(operation), [code(tag, NOT_FOUND)])


@area.case("enable", "enable: ok; the profile changes after the reset, and both events are told", *INSTALLING)
def enabling(subject: Subject) -> None:
    eim = with_profiles(subject, FIRST)
    before = events.newest(subject)
    same("the results", eim.psmo(enable(SECOND)), [code(ENABLED, OK)])
    subject.reset()
    same("the enabled profile", subject.enabled(), SECOND)
    came = {(each.event, each.iccid) for each in events.since(subject, before)}
    same("the events", came, {(events.DISABLE, FIRST), (events.ENABLE, SECOND)})


@area.case("enable-enabled", "enable of an enabled profile: 2", *INSTALLING)
def enable_enabled(subject: Subject) -> None:
    eim = with_profiles(subject, FIRST)
    same("the results", eim.psmo(enable(FIRST)), [code(ENABLED, WRONG_STATE)])


@area.case("disable", "disable: ok", *INSTALLING, section="SGP.33-1 4.2.32")
def disabling(subject: Subject) -> None:
    eim = with_profiles(subject, FIRST)
    same("the results", eim.psmo(disable(FIRST)), [code(DISABLED, OK)])
    subject.reset()
    same("the enabled profile", subject.enabled(), None)


@area.case("disable-disabled", "disable of a disabled profile: 2", *INSTALLING, section="SGP.33-1 4.2.32")
def disable_disabled(subject: Subject) -> None:
    eim = with_profiles(subject)
    same("the results", eim.psmo(disable(FIRST)), [code(DISABLED, WRONG_STATE)])


@area.case("delete", "delete: ok, and the profile is gone", *INSTALLING, section="SGP.33-1 4.2.33")
def deleting(subject: Subject) -> None:
    eim = with_profiles(subject)
    same("the results", eim.psmo(delete(SECOND)), [code(DELETED, OK)])
    require(not subject.has(SECOND), "the profile is still listed")


@area.case("delete-enabled", "delete of an enabled profile: 2", *INSTALLING, section="SGP.33-1 4.2.33")
def delete_enabled(subject: Subject) -> None:
    eim = with_profiles(subject, FIRST)
    same("the results", eim.psmo(delete(FIRST)), [code(DELETED, WRONG_STATE)])


@area.case("in-order", "Operations are carried out in their order", *INSTALLING, section="G1.8")
def in_order(subject: Subject) -> None:
    eim = with_profiles(subject, FIRST)
    results = eim.psmo(disable(FIRST), delete(SECOND))
    same("the results", results, [code(DISABLED, OK), code(DELETED, OK)])
    subject.reset()
    same("the enabled profile", subject.enabled(), None)
    require(not subject.has(SECOND), "the profile is still listed")


@area.case("enable-twice", "A second enable: 127, and nothing after it", *INSTALLING, section="G1.9")
def enable_twice(subject: Subject) -> None:
    eim = with_profiles(subject)
    results = eim.psmo(enable(FIRST), enable(SECOND), GET_RAT)
    same("the results", results, [code(ENABLED, OK), code(ENABLED, UNDEFINED)])


@area.case("disable-after-enable", "disable after enable: 127", *INSTALLING, section="G1.9")
def disable_after_enable(subject: Subject) -> None:
    eim = with_profiles(subject, FIRST)
    results = eim.psmo(enable(SECOND), disable(FIRST))
    same("the results", results, [code(ENABLED, OK), code(DISABLED, UNDEFINED)])


@area.case(
    "stops", "What fails ends the package: later operations are not carried out", *INSTALLING, section="G1.10"
)
def stops(subject: Subject) -> None:
    eim = with_profiles(subject)
    same("the results", eim.psmo(enable(ABSENT), delete(SECOND)), [code(ENABLED, NOT_FOUND)])
    require(subject.has(SECOND), "the profile is gone although the package had ended")


@area.case(
    "list-after-change",
    "listProfileInfo after a change: profileChangeOngoing",
    *INSTALLING,
    LATER,
    section="G1.11",
)
def list_after_change(subject: Subject) -> None:
    eim = with_profiles(subject, FIRST)
    same("the results", eim.psmo(disable(FIRST), LIST_PROFILES), [code(DISABLED, OK), CHANGE_ONGOING])


@area.case("unknown-operation", "An operation that nobody knows: processingTerminated 2", section="G1.12")
def unknown_operation(subject: Subject) -> None:
    eim = Eim(subject).associate()
    same("the results", eim.psmo(UNKNOWN_OPERATION), [DAMAGED])


@area.case("unknown-operation-later", "What came before an unknown operation has its result", section="G1.12")
def unknown_operation_later(subject: Subject) -> None:
    eim = Eim(subject).associate()
    first, second = eim.psmo(GET_RAT, UNKNOWN_OPERATION)
    same("the tag of the first result", tlv.parse(first).tag, 0xA6)
    same("the second result", second, DAMAGED)


@area.case("rat", "getRAT answers as GetRAT does", section="SGP.32 2.11.1.1.3")
def rat(subject: Subject) -> None:
    (result,) = Eim(subject).associate().psmo(GET_RAT)
    told = tlv.find(subject.es10(bytes.fromhex("BF4300")), 0xBF43, 0xA0) or b""
    require(told in result, "the table is another")


@area.case(
    "nothing-to-return-to",
    "enable with rollback and nothing to return to: 20",
    LATER,
    TEST_KEYS,
    *INSTALLING,
    section="G1.13",
)
def nothing_to_return_to(subject: Subject) -> None:
    enabled = subject.facts.enabled
    if enabled is not None:
        subject.es10(switch(0xBF32, enabled.iccid))
    eim = with_profiles(subject)
    same("the results", eim.psmo(enable(FIRST, rollback=True)), [code(ENABLED, 20)])


@area.case("immediate", "configureImmediateEnable: ok", section="SGP.32 3.4.4")
def immediate(subject: Subject) -> None:
    eim = Eim(subject).associate()
    same("the results", eim.psmo(tlv.encode(0xA7, bytes.fromhex("8000"))), [code(CONFIGURED, OK)])
    same("the results of switching it off", eim.psmo(tlv.encode(0xA7, b"")), [code(CONFIGURED, OK)])


@area.case("address", "setDefaultDpAddress: ok, and the address is there", LATER, section="SGP.32 2.11.1.1.3")
def address(subject: Subject) -> None:
    from euicc.check.cases.addresses import configured, restored

    with restored(subject):
        eim = Eim(subject).associate()
        wanted = b"eim.check.example.com"
        results = eim.psmo(tlv.encode(ADDRESS, tlv.encode(0x80, wanted)))
        same("the results", results, [tlv.encode(ADDRESS, bytes.fromhex("800100"))])
        same("the address", configured(subject), wanted)


@area.case(
    "after-reset", "A change is complete after a reset, and its result waits", *INSTALLING, section="G1.18"
)
def after_reset(subject: Subject) -> None:
    eim = with_profiles(subject, FIRST)
    package = eim.package([enable(SECOND)])
    answer = eim.load(package)
    subject.reset()
    from euicc.check.packages import stored_results

    same("the stored results", stored_results(subject), [answer.encoded])
    same("the code of the same package", eim.load(package).error, 4)
