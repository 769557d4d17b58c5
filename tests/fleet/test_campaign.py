"""What operator A does next, as EIS and card are, without any of them."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from apdu import aid as aids
from euicc.testing.m2m.es2 import DownloadProfile
from euicc.testing.m2m.es3 import (
    DeleteIsdp,
    EisPart,
    EisResponse,
    EnableProfile,
    GetEis,
    ProfileInfo,
    ProfileState,
    Request,
    Response,
)
from euicc.testing.m2m.es4 import PrepareSmsrChange, SetFallbackAttribute, SmsrChange
from euicc.testing.smsr import refusals
from examples.fleet.campaign import (
    FAILURES_MAX,
    NO_NETWORK,
    ROLL_BACKS_MAX,
    Ask,
    Change,
    GivenUp,
    Servers,
    View,
)
from examples.fleet.fates import Flow
from examples.fleet.journal import Record
from examples.fleet.operators import operators

EID, NUMBER = bytes(16), 3
SERVERS = Servers("old", "new", "dp")
A, B = operators(Random(1).randbytes)
UNKNOWN = EisResponse(refusals.UNKNOWN_EID)
Answer = Callable[[Ask], Response]


def profile(iccid: str, state: ProfileState, *, fallback: bool = False) -> ProfileInfo:
    return ProfileInfo(iccid, aids.isd_p(0x10), state, fallback=fallback)


def part(*profiles: ProfileInfo) -> EisResponse:
    return EisResponse(eis=EisPart(EID, b"", b"", b"", b"", b"", b"", 0, profiles))


OF_B = part(profile(B.iccid(NUMBER), ProfileState.DISABLED))
ABSENT = part()


def of_a(state: ProfileState, *, fallback: bool = False) -> EisResponse:
    return part(profile(A.iccid(NUMBER), state, fallback=fallback))


def change(flow: Flow = Flow.SAME, record: Record | None = None) -> Change:
    for operator in (A, B):
        operator.subscribe(NUMBER)
    return Change(EID, NUMBER, flow, (A, B), SERVERS, record or Record(0.0), lambda kept: None)


def played(made: Change, answer: Answer) -> tuple[list[Ask], View]:
    """Everything that is asked for besides the EIS, and how it ends."""
    asked: list[Ask] = []
    steps, response = made.steps(), None
    while True:
        try:
            step = steps.send(response)
        except StopIteration as end:
            return asked, end.value
        response = None
        if isinstance(step, Ask):
            response = answer(step)
            if not isinstance(step.request, GetEis):
                asked.append(step)


def first(a: EisResponse, b: EisResponse, flow: Flow = Flow.SAME) -> Ask:
    """What is asked for first, when the EIS is so and stays so."""
    steps = change(flow).steps()
    assert isinstance(next(steps), Ask)
    assert isinstance(steps.send(a), Ask)
    step = steps.send(b)
    assert isinstance(step, Ask)
    return step


ENABLED = of_a(ProfileState.ENABLED)
HOLDER = of_a(ProfileState.ENABLED, fallback=True)
NEXT: tuple[tuple[EisResponse, EisResponse, Flow, str, str, type[Request[Any]]], ...] = (
    (ABSENT, OF_B, Flow.SAME, "dp", A.name, DownloadProfile),
    (of_a(ProfileState.IN_CREATION), OF_B, Flow.SAME, "dp", A.name, DownloadProfile),
    (of_a(ProfileState.CREATED), OF_B, Flow.SAME, "dp", A.name, DownloadProfile),
    (of_a(ProfileState.DISABLED), OF_B, Flow.SAME, "old", A.name, EnableProfile),
    (ENABLED, OF_B, Flow.SAME, "old", A.name, SetFallbackAttribute),
    (HOLDER, OF_B, Flow.HANDOVER, "old", B.name, DeleteIsdp),
    (HOLDER, ABSENT, Flow.HANDOVER, "new", A.name, PrepareSmsrChange),
)


@pytest.mark.parametrize(("a", "b", "flow", "server", "requester", "wanted"), NEXT)
def test_what_is_next(
    a: EisResponse, b: EisResponse, flow: Flow, server: str, requester: str, wanted: type[Request[Any]]
) -> None:
    asked = first(a, b, flow)
    assert (asked.server, asked.requester, type(asked.request)) == (server, requester, wanted)


def test_where_everything_is_done_nothing_is_asked_for_and_b_bars_the_subscription() -> None:
    asked, view = played(change(), lambda ask: HOLDER if ask.requester == A.name else ABSENT)
    assert (asked, view.on_a, view.server) == ([], True, "old")
    assert B.network.attach(B.imsi(NUMBER), lambda challenge: None).name == "BARRED"


def test_a_card_that_is_with_the_new_smsr_already() -> None:
    def answer(ask: Ask) -> Response:
        if ask.server == "old":
            return UNKNOWN
        return HOLDER if ask.requester == A.name else ABSENT

    asked, view = played(change(Flow.HANDOVER), answer)
    assert (asked, view.server) == ([], "new")


def test_a_handover_is_prepared_and_then_asked_for() -> None:
    where = "old"

    def answer(ask: Ask) -> Response:
        nonlocal where
        if isinstance(ask.request, GetEis):
            if ask.server != where:
                return UNKNOWN
            return HOLDER if ask.requester == A.name else ABSENT
        if isinstance(ask.request, SmsrChange):
            where = ask.request.target_smsr
        return Response()

    asked, view = played(change(Flow.HANDOVER), answer)
    assert [(each.server, type(each.request)) for each in asked] == [
        ("new", PrepareSmsrChange),
        ("old", SmsrChange),
    ]
    assert view.server == "new"


def test_a_card_that_goes_back_again_and_again_stays_on_b() -> None:
    def answer(ask: Ask) -> Response:
        if isinstance(ask.request, GetEis):
            return of_a(ProfileState.DISABLED) if ask.requester == A.name else OF_B
        return Response(refusals.ROLLED_BACK)

    made = change()
    asked, view = played(made, answer)
    assert [type(each.request) for each in asked] == [EnableProfile] * ROLL_BACKS_MAX
    assert not view.on_a
    assert (made.record.attempts, made.record.reason) == (ROLL_BACKS_MAX, NO_NETWORK)


def test_how_often_it_went_back_is_remembered() -> None:
    def answer(ask: Ask) -> Response:
        return of_a(ProfileState.DISABLED) if ask.requester == A.name else OF_B

    asked, view = played(change(record=Record(0.0, attempts=ROLL_BACKS_MAX, reason=NO_NETWORK)), answer)
    assert (asked, view.on_a) == ([], False)


def test_what_a_failed_download_left_is_deleted_before_the_next_one() -> None:
    wanted: list[type] = []

    def answer(ask: Ask) -> Response:
        if isinstance(ask.request, GetEis):
            created = ProfileState.ENABLED if len(wanted) == 3 else ProfileState.CREATED
            return of_a(created, fallback=True) if ask.requester == A.name else ABSENT
        wanted.append(type(ask.request))
        return Response(refusals.EXECUTION) if len(wanted) == 1 else Response()

    played(change(), answer)
    assert wanted == [DownloadProfile, DeleteIsdp, DownloadProfile]


def test_what_fails_too_often_is_given_up() -> None:
    def answer(ask: Ask) -> Response:
        if isinstance(ask.request, GetEis):
            return ENABLED if ask.requester == A.name else OF_B
        return Response(refusals.EXECUTION)

    with pytest.raises(GivenUp, match="fallback: the eUICC refused"):
        played(change(), answer)
    assert FAILURES_MAX > 1


def test_what_never_ends_is_given_up() -> None:
    def answer(ask: Ask) -> Response:
        if isinstance(ask.request, GetEis):
            return ENABLED if ask.requester == A.name else OF_B
        return Response()

    with pytest.raises(GivenUp, match="again and again"):
        played(change(), answer)


def test_a_card_that_nobody_has_is_given_up() -> None:
    with pytest.raises(GivenUp, match="no such eUICC"):
        played(change(), lambda ask: UNKNOWN)
