"""Polling, SGP.32 3.1.1.1 and 6.3.2.6: until the eIM has nothing more, and what is done with what is no package."""

from __future__ import annotations

from apdu import tlv
from asn1.generated import sgp32
from euicc.check.catalogue import NotApplicable
from euicc.check.expect import require, same
from euicc.testing.eim import OrderState, operations
from euicc.testing.ipa_check import duties
from euicc.testing.ipa_check.bench import IOT, Bench, Setting
from euicc.testing.ipa_check.catalogue import Area
from euicc.testing.ipa_check.watched import broken

ANSWER, DATA_REQUEST, NO_PACKAGE, MOST = 0xBF4F, 0xBF52, 1, 3
Error = sgp32.GetEimPackageResponse.EimPackageError
Code = sgp32.EimPackageResultErrorCode

area = Area("poll", "poll", Setting(IOT), relies_on="poll/all-packages")
areas = (area,)


@area.case(
    "all-packages",
    "the eIM is asked until it has no more (error 1)",
    "H2; SGP.32 3.1.1.1; 6.3.2.6",
    relies_on="",
)
def _all_packages(bench: Bench) -> None:
    orders = [bench.eim.queue(bench.eid, operations.list_profile_info()) for _ in range(3)]
    bench.run("poll")
    asked = bench.talk.to(duties.EIM, "getEimPackage")
    require(asked, "the eIM is not asked for packages")
    done = sum(order.state is OrderState.DONE for order in orders)
    require(done == len(orders), f"the eIM has the results of {done} of its {len(orders)} packages")
    last = asked[-1][1].answer
    code = duties.find(last, ANSWER, 0x02) if isinstance(last, bytes) else None
    require(code == bytes((NO_PACKAGE,)), "the eIM was not asked until it had nothing more")


@area.case("eid", "each request names the card", "SGP.32 6.3.2.6", judges="poll/all-packages")
def _eid(bench: Bench) -> None:
    asked = bench.talk.to(duties.EIM, "getEimPackage")
    require(asked, "the eIM is not asked for packages")
    for _, heard in asked:
        named = duties.find(heard.request, ANSWER, 0x5A) if isinstance(heard.request, bytes) else None
        require(named == bench.eid, f"GetEimPackage names the EID {named.hex() if named else 'of nobody'}")


@area.case(
    "nothing-to-do",
    "an eIM that has nothing is not asked again and again, and is told nothing",
    "H2; SGP.32 3.1.1.1",
)
def _nothing_to_do(bench: Bench) -> None:
    bench.run("poll")
    asked = bench.talk.to(duties.EIM, "getEimPackage")
    require(asked, "the eIM is not asked for packages")
    duties.at_most(asked, MOST - 1, "it asks the eIM")
    require(not bench.talk.to(duties.EIM, "provideEimPackageResult"), "the eIM is told a result of nothing")


@area.case(
    "leftovers",
    "notifications that waited on the card are delivered, and then removed",
    "H1; H10; SGP.32 3.7",
    Setting(IOT, profiles=(1, 2), enabled=1),
)
def _leftovers(bench: Bench) -> None:
    bench.change(duties.ENABLE, 2)
    waiting = bench.notifications()
    bench.run("poll")
    heard = {seq for _, each in bench.talk.heard for seq in duties.delivered(each)}
    require(waiting <= heard, f"of the notifications {sorted(waiting)} the servers hear {sorted(heard)}")
    duties.removed_after_acknowledgement(bench.talk)
    require(not bench.notifications(), "delivered notifications are still on the card")


@area.case(
    "unknown-card", "an eIM that does not know the card (error 2) is not asked again", "H2; SGP.32 6.3.2.6"
)
def _unknown_card(bench: Bench) -> None:
    bench.eim.forget(bench.eid)
    _stops(bench)


def _for(name: str, code: int) -> None:
    @area.case(name, f"error {code} ends the visit", "H2; SGP.32 6.3.2.6")
    def _case(bench: Bench) -> None:
        refusal = sgp32.GetEimPackageResponse(eim_package_error=code).encode()
        bench.watched_eim.own["getEimPackage"] = lambda request, right: refusal
        _stops(bench)


_for("invalid-eid", Error.INVALID_EID)
_for("missing-eid", Error.MISSING_EID)
_for("undefined-error", Error.UNDEFINED_ERROR)


@area.case("broken-eim", "an eIM that answers HTTP status 500 is not asked for ever", "SGP.32 6.1")
def _broken_eim(bench: Bench) -> None:
    bench.watched_eim.own["getEimPackage"] = broken()
    _stops(bench)


def _stops(bench: Bench) -> None:
    bench.run("poll")
    asked = bench.talk.to(duties.EIM, "getEimPackage")
    require(asked, "the eIM is not asked for packages")
    duties.at_most(asked, MOST, "it asks the eIM")
    require(not bench.talk.of(duties.EIM_PACKAGE), "a package goes to the card, and there was none")


@area.case(
    "unknown-package", "what is no known package is answered with unknownPackage (2)", "H2; SGP.32 6.3.2.7"
)
def _unknown_package(bench: Bench) -> None:
    _handed_out(bench, tlv.encode(0xBF6F, b"\x80\x01\x00"))
    if bench.watched_eim.as_json:
        raise NotApplicable("in JSON an unknown package is a field that nobody knows")
    same("eimPackageResultErrorCode", _code(bench), Code.UNKNOWN_PACKAGE)


@area.case(
    "undecodable-package",
    "a package that cannot be read is answered with invalidPackageFormat (1)",
    "H2; SGP.32 6.3.2.7",
)
def _undecodable_package(bench: Bench) -> None:
    _handed_out(bench, tlv.encode(DATA_REQUEST, b"\x04\x01\x00"))
    same("eimPackageResultErrorCode", _code(bench), Code.INVALID_PACKAGE_FORMAT)


def _handed_out(bench: Bench, package: bytes) -> None:
    """The eIM hands this out once, and has nothing more."""
    left = [tlv.encode(ANSWER, package)]
    bench.watched_eim.own["getEimPackage"] = lambda request, right: left.pop() if left else right()
    bench.run("poll")


def _code(bench: Bench) -> int:
    """The error that the eIM hears of."""
    told = bench.talk.to(duties.EIM, "provideEimPackageResult")
    require(told, "the eIM does not hear that its package is wrong")
    request = told[0][1].request
    value = duties.find(request, duties.PROVIDED, 0xA0, 0x02) if isinstance(request, bytes) else None
    require(value is not None, "the eIM hears no EimPackageResultResponseError")
    return duties.number(value)
