"""eUICC Packages and their results, SGP.32 3.3.1 and 3.3.2: unchanged, acknowledged, kept, delivered again."""

from __future__ import annotations

from collections.abc import Callable

from apdu import tlv
from asn1.generated import sgp32
from euicc.check.catalogue import NotApplicable
from euicc.check.expect import require
from euicc.testing.eim import OrderState, PackageOrder, operations
from euicc.testing.ipa_check import duties
from euicc.testing.ipa_check.bench import IOT, Bench, Setting, operator
from euicc.testing.ipa_check.catalogue import Area
from euicc.testing.ipa_check.watched import Own, broken

ROLLBACK, RESULT, RESULT_SEQ = 0xBF58, 0xBF51, 0x83
Answer = sgp32.ProvideEimPackageResultResponse
PROVIDE = "provideEimPackageResult"
NOT_FOUND = 404
"""After which a device need not wait before it tries again, as after 500."""

area = Area("result", "poll", Setting(IOT), relies_on="poll/all-packages")
areas = (area,)
WITH_PROFILE = Setting(IOT, profiles=(1,))
WITH_TWO = Setting(IOT, profiles=(1, 2), enabled=1)


@area.case(
    "package-unchanged",
    "the bytes of a package go to the card as the eIM signed them",
    "H3; SGP.32 3.3.1",
    judges="poll/all-packages",
)
def _package_unchanged(bench: Bench) -> None:
    loaded = {call.request for call in bench.talk.of(duties.EIM_PACKAGE)}
    for order in _orders(bench):
        require(order.request in loaded, "a package does not go to the card as the eIM sent it")


@area.case(
    "result-unchanged",
    "the bytes of a result go to the eIM as the card signed them",
    "H3; SGP.32 3.3.1",
    judges="poll/all-packages",
)
def _result_unchanged(bench: Bench) -> None:
    answers = {call.response for call in bench.talk.of(duties.EIM_PACKAGE)}
    for order in _orders(bench):
        require(order.result in answers, "a result does not reach the eIM as the card gave it")


@area.case(
    "acknowledged",
    "a result goes from the card when the eIM has acknowledged it, not before",
    "H4; SGP.32 3.3.1",
    judges="poll/all-packages",
)
def _acknowledged(bench: Bench) -> None:
    require(bench.talk.to(duties.EIM, PROVIDE), "no result is brought to the eIM")
    duties.removed_after_acknowledgement(bench.talk)
    require(not bench.package_results(), "acknowledged results are still on the card")


def _kept(name: str, title: str, own: Callable[[], Own], sections: str) -> None:
    @area.case(name, title, sections)
    def _case(bench: Bench) -> None:
        bench.eim.queue(bench.eid, operations.list_profile_info())
        bench.watched_eim.own[PROVIDE] = own()
        bench.run("poll")
        require(bench.talk.to(duties.EIM, PROVIDE), "no result is brought to the eIM")
        require(bench.package_results(), "the result is gone from the card, and nobody has acknowledged it")


def _taken_but(answer: bytes) -> Own:
    """The eIM takes it, and does not say so."""

    def own(request: object, right: Callable[[], object]) -> bytes:
        right()
        return answer

    return own


_kept(
    "kept-unacknowledged",
    "a result that the eIM does not acknowledge stays on the card",
    lambda: _taken_but(Answer(empty_response=Answer.EmptyResponse()).encode()),
    "H4; SGP.32 3.3.1",
)
_kept(
    "kept-refused",
    "a result that the eIM refuses (provideEimPackageResultError) stays on the card",
    lambda: _taken_but(Answer(provide_eim_package_result_error=127).encode()),
    "H5; SGP.32 6.3.2.7",
)
_kept(
    "kept-unheard",
    "a result stays on the card when the eIM answers HTTP status 500",
    broken,
    "H4; SGP.32 3.3.1",
)


@area.case(
    "sent-again", "a result that the eIM did not hear is brought at the next poll", "H4; H10; SGP.32 3.3.1"
)
def _sent_again(bench: Bench) -> None:
    order = bench.eim.queue(bench.eid, operations.list_profile_info())
    bench.watched_eim.own[PROVIDE] = broken(NOT_FOUND)
    bench.run("poll")
    require(bench.talk.to(duties.EIM, PROVIDE), "no result is brought to the eIM")
    require(order.state is OrderState.SENT, "the eIM has got the result in another way")
    del bench.watched_eim.own[PROVIDE]
    bench.run("poll")
    require(order.state is OrderState.DONE, f"for the eIM the package is: {order.state.value}")
    require(not bench.package_results(), "the acknowledged result is still on the card")


@area.case(
    "unsigned-error", "an error that the card does not sign reaches the eIM all the same", "H13; SGP.32 3.3.1"
)
def _unsigned_error(bench: Bench) -> None:
    bench.eim.queue(bench.eid, operations.list_profile_info())
    bench.watched_eim.own["getEimPackage"] = _damaged_once()
    bench.run("poll")
    answers = [call.response for call in bench.talk.of(duties.EIM_PACKAGE)]
    require(answers, "the package does not go to the card")
    heard = [each.request for _, each in bench.talk.to(duties.EIM, PROVIDE)]
    reached = any(isinstance(each, bytes) and answers[0] in each for each in heard)
    require(reached, "the eIM does not hear the card's refusal")


@area.case(
    "enabled",
    "a package enables a profile; the eIM has the result, the SM-DP+ the notification",
    "SGP.32 3.3.1; 3.4.1",
    WITH_PROFILE,
)
def _enabled(bench: Bench) -> None:
    iccid = bench.named(1)
    order = bench.eim.queue(bench.eid, operations.enable(iccid))
    bench.run("poll")
    require(order.state is OrderState.DONE, f"for the eIM the package is: {order.state.value}")
    require(bench.profiles().get(iccid), "the profile is not enabled")
    duties.removed_after_acknowledgement(bench.talk)
    known = bench.eim.euiccs[bench.eid].notifications
    require(bench.smdp.notifications or known, "nobody hears the notification of the change")


@area.case(
    "reset",
    "the card is reset after a package that switches profiles, before its result is brought",
    "SGP.32 3.3.1; TS 102 223 6.4.7",
    judges="result/enabled",
    not_by_modem=True,
)
def _reset(bench: Bench) -> None:
    calls = [call for call in bench.talk.of(duties.EIM_PACKAGE) if call.done]
    require(calls, "the package does not go to the card")
    resets = bench.talk.resets(calls[0].ended)
    require(resets, "the card is not reset, so that the profile is not in use")
    brought = [at for at, _ in bench.talk.to(duties.EIM, PROVIDE) if at > calls[0].ended]
    require(not brought or resets[0].at < brought[0], "the result is brought with the profile before")


@area.case(
    "no-rollback",
    "once the eIM has the result there is no way back",
    "H6; SGP.32 3.3.2",
    judges="result/enabled",
)
def _no_rollback(bench: Bench) -> None:
    require(bench.talk.to(duties.EIM, PROVIDE), "no result is brought to the eIM")
    require(not bench.talk.of(ROLLBACK), "it rolls back, though the eIM has the result")


@area.case(
    "rolled-back",
    "when the eIM cannot be told with the new profile, the one before comes back, and the eIM hears of that",
    "H6; SGP.32 3.3.2; 5.9.16",
    WITH_TWO,
)
def _rolled_back(bench: Bench) -> None:
    one, two = bench.named(1), operator(2).iccid_bytes
    order = bench.eim.queue(bench.eid, operations.enable(two, rollback=True))
    bench.watched_eim.own[PROVIDE] = _deaf_until_rollback(bench)
    bench.run("poll")
    talk = bench.talk
    require(talk.of(duties.EIM_PACKAGE), "the package does not go to the card")
    if not talk.of(ROLLBACK):
        raise NotApplicable("it does not take an eIM that cannot be told for a network that is not there")
    require(bench.profiles().get(one), "the profile before is not enabled again")
    if not order.was_rolled_back:
        bench.run("poll")
    require(order.was_rolled_back, "the eIM does not hear that the change was rolled back")


def _deaf_until_rollback(bench: Bench) -> Own:
    def own(request: object, right: Callable[[], object]) -> object:
        return right() if bench.talk.of(ROLLBACK) else broken(NOT_FOUND)(request, right)

    return own


def _damaged_once() -> Own:
    """The first package has a wrong signature."""
    left = [True]

    def own(request: object, right: Callable[[], bytes]) -> bytes:
        answer = right()
        if not left or tlv.find(answer, 0xBF4F, RESULT) is None:
            return answer
        left.clear()
        return answer[:-1] + bytes((answer[-1] ^ 1,))

    return own


def _orders(bench: Bench) -> list[PackageOrder]:
    found = [
        each for each in bench.eim.euiccs[bench.eid].orders if isinstance(each, PackageOrder) and each.request
    ]
    require(found, "the eIM has handed out no package")
    return found
