"""ES2.DownloadProfile from order to card: every step, every way to fail, and going on after any of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from apdu import tlv
from asn1.generated import pe
from euicc.m2m.isd_p import LifeCycle
from euicc.profiles.profile import ProfileState
from euicc.testing.m2m import es3
from euicc.testing.m2m.es2 import DownloadProfile, DownloadProfileResponse
from euicc.testing.m2m.es3 import (
    CreateIsdp,
    CreateIsdpResponse,
    DeleteIsdp,
    EisResponse,
    EnableProfile,
    GetEis,
    Outcome,
    ProfileDownloadCompleted,
    Response,
    SendData,
    SendDataResponse,
    Status,
    failed,
)
from euicc.testing.m2m.key_establishment import BASE_KEY, KeyRequest
from euicc.testing.m2m.pki import M2mPki
from euicc.testing.smdp_m2m import Manner, OrderState
from tests.smdp_m2m.stand_in import EID, ICCID, OPERATOR, PACKAGE, SMSR, World, lost

ASKED = DownloadProfile(EID, SMSR, ICCID)
STEPS = ["GetEis", "CreateIsdp", *["SendData"] * 5, "ProfileDownloadCompleted"]
"""Two messages of the key establishment, one that opens SCP03t, two with four blocks each."""


def done(world: World, response: DownloadProfileResponse) -> None:
    assert response.status.ok
    assert (response.iccid, response.isd_p) == (ICCID, world.order.isd_p)
    profile = world.card.isdr.profiles.by_aid(response.isd_p)
    assert profile is not None
    assert profile.state is ProfileState.DISABLED
    assert world.card.isdr.profiles.package(response.isd_p) == PACKAGE
    assert world.order.state is OrderState.INSTALLED


def test_a_profile_is_downloaded() -> None:
    world = World()
    response = world.run(ASKED)
    done(world, response)
    assert pe.EUICCResponse.decode(response.euicc_response).pe_status[-1].status == 0
    assert world.smsr.names() == STEPS
    completed = world.smsr.asked[-1]
    assert isinstance(completed, ProfileDownloadCompleted)
    assert (completed.iccid, completed.profile_type) == (ICCID, "vehicle")


def test_and_enabled_if_so_ordered() -> None:
    world = World()
    response = world.run(replace(ASKED, enable=True))
    done(world, response)
    assert world.smsr.names()[-1] == "EnableProfile"
    assert response.euicc_response == b"\x90\x00"


@pytest.mark.parametrize(
    "manner",
    [
        Manner(block=128, batch=50),
        Manner(batch=1),
        Manner(token_keys=True),
        Manner(own_keys=True),
        Manner(own_keys=True, keys=KeyRequest(0x30, length=32)),
        Manner(keys=KeyRequest(0x31)),
        Manner(keys=KeyRequest(0x3F, usage=BASE_KEY, host_id=b"HOST", derivation_random=True)),
        Manner(keys=KeyRequest(0x30, length=32, delete_existing=True)),
    ],
    ids=[
        "small blocks",
        "one by one",
        "token keys",
        "own keys",
        "own long keys",
        "other version",
        "base key",
        "long keys",
    ],
)
def test_manners(manner: Manner) -> None:
    world = World(manner)
    done(world, world.run(ASKED))


def test_by_type() -> None:
    world = World()
    done(world, world.run(DownloadProfile(EID, SMSR, profile_type="vehicle")))


@pytest.mark.parametrize(
    "request_", [DownloadProfile(EID, SMSR, "89"), DownloadProfile(EID, SMSR, profile_type="boat")]
)
def test_no_such_profile(request_: DownloadProfile) -> None:
    world = World()
    assert world.run(request_).status.subject == "8.2.5"
    assert world.smsr.asked == []


def test_a_profile_goes_into_one_card_only() -> None:
    world = World()
    world.run(ASKED)
    assert world.run(replace(ASKED, eid=bytes(16))).status.subject == "8.2.5"


def test_asked_for_again_it_is_only_enabled() -> None:
    world = World()
    world.run(ASKED)
    world.smsr.asked.clear()
    done(world, world.run(ASKED))
    assert world.smsr.asked == []
    assert world.run(replace(ASKED, enable=True)).status.ok
    assert world.smsr.asked == [EnableProfile(EID, ICCID)]


@pytest.mark.parametrize("state", list(es3.ProfileState))
def test_a_profile_that_is_enabled_already_may_stay_so(state: es3.ProfileState) -> None:
    world = World()
    world.run(ASKED)
    world.smsr.profiles[0] = replace(world.smsr.profiles[0], state=state)
    refused = failed("8.2.1", "1.2")
    world.smsr.instead[EnableProfile] = Response(refused)
    response = world.run(replace(ASKED, enable=True))
    assert response.status.ok is (state is es3.ProfileState.ENABLED)


def deliveries() -> range:
    """Numbers of the SendData of a download."""
    world = World()
    world.run(ASKED)
    return range(1, world.smsr.sent + 1)


@pytest.mark.parametrize("number", deliveries())
def test_any_lost_answer_is_made_up_for(number: int) -> None:
    world = World(faults={number: lost})
    done(world, world.run(ASKED))


@pytest.mark.parametrize("number", deliveries())
def test_a_card_that_resets_at_any_step(number: int) -> None:
    def reset(request: SendData, response: SendDataResponse) -> SendDataResponse:
        world.smsr.air.handset.reset()
        return response

    world = World(faults={number: reset})
    response = world.run(ASKED)
    if number == 1:
        # The challenge is gone: the card refuses what follows, which an SM-DP takes for a refusal.
        assert not response.status.ok
        response = world.run(ASKED)
    done(world, response)


def test_answers_that_are_lost_again_and_again() -> None:
    world = World(faults=dict.fromkeys(range(1, 4), lost))
    response = world.run(ASKED)
    assert response.status == Status(Outcome.FAILED, "8.4", "4.2", "the answer of the eUICC is lost")
    assert [each.state for each in world.smsr.profiles] == [es3.ProfileState.CREATED]
    done(world, world.run(ASKED))


def test_an_eid_that_is_not_reached_keeps_its_order() -> None:
    world = World()
    expired = Status(Outcome.EXPIRED, "8.1", "5.3", "silent")
    world.smsr.instead[CreateIsdp] = CreateIsdpResponse(expired)
    assert world.run(ASKED).status == expired
    world.smsr.instead.clear()
    world.smsr.instead[SendData] = SendDataResponse(expired)
    assert world.run(ASKED).status == expired
    assert "DeleteIsdp" not in world.smsr.names()
    world.smsr.instead.clear()
    done(world, world.run(ASKED))


@pytest.mark.parametrize("step", [ProfileDownloadCompleted, SendData])
def test_a_server_that_forgot_everything_goes_on_from_what_is_in_the_card(step: type) -> None:
    world = World()
    refused = failed("8.1", "1.2")
    world.smsr.instead[step] = SendDataResponse(refused) if step is SendData else Response(refused)
    assert world.run(ASKED).status == refused
    world.smsr.instead.clear()
    world.restart()
    done(world, world.run(ASKED))
    assert world.smsr.names().count("CreateIsdp") == 1


def changed(tag: int, position: int) -> Callable[[SendData, SendDataResponse], SendDataResponse]:
    """One bit of the last answer with this tag is another one."""

    def change(request: SendData, response: SendDataResponse) -> SendDataResponse:
        answers = [bytearray(each.encoded) for each in es3.elements(response.data)]
        found = [each for each in answers if each[0] == tag]
        found[-1][position] ^= 0x01
        return SendDataResponse(data=b"".join(map(bytes, answers)))

    return change


@pytest.mark.parametrize(
    ("number", "tag", "position"),
    [
        (2, 0x23, -3),  # the receipt
        (2, 0x23, 6),  # DR, of which keys and receipt are made
        (3, 0x84, -4),  # the card cryptogram
        (3, 0x84, 15),  # the card challenge
        (4, 0x86, -1),  # a byte that the answer to a block has too many
    ],
)
def test_a_card_that_cannot_be_believed_is_cleaned_up(number: int, tag: int, position: int) -> None:
    world = World(faults={number: changed(tag, position)})
    response = world.run(ASKED)
    assert not response.status.ok
    assert world.smsr.names()[-1] == "DeleteIsdp"
    assert [isd_p.aid[14] for isd_p in world.isdr.isd_ps.all()] == [0x10]
    assert world.order.state is OrderState.AVAILABLE
    done(world, world.run(ASKED))


def test_a_package_that_does_not_install() -> None:
    second = tlv.read(PACKAGE)[2]
    world = World(package=PACKAGE[:second] + b"\xab" + PACKAGE[second + 1 :])
    response = world.run(ASKED)
    assert (response.status.subject, response.status.reason) == ("8.2.1", "4.2")
    assert pe.EUICCResponse.decode(response.euicc_response).profile_installation_aborted is True
    assert world.smsr.names()[-1] == "DeleteIsdp"


def test_an_sm_dp_of_another_ci_gets_no_keys() -> None:
    world = World()
    world.restart(M2mPki(seed=b"TEST another"))
    response = world.run(ASKED)
    assert response.status.message == "the eUICC refused"
    assert response.euicc_response.hex() == "6a88"
    assert world.smsr.names()[-2:] == ["SendData", "DeleteIsdp"]


def test_an_ecasd_that_no_ci_vouches_for_gets_no_profile() -> None:
    world = World()
    assert world.smsr.eis is not None
    other = M2mPki(seed=b"TEST another").issue(EID)
    world.smsr.eis = replace(
        world.smsr.eis, ecasd_certificate=other.ecasd_certificate, eum_certificate=other.eum_certificate
    )
    assert world.run(ASKED).status.message == "certificate of the ECASD"
    assert world.smsr.names() == ["GetEis"]


def answering(data: str) -> Callable[[SendData, SendDataResponse], SendDataResponse]:
    """Whatever the card said."""
    return lambda request, response: SendDataResponse(data=bytes.fromhex(data))


@pytest.mark.parametrize(
    ("number", "data"),
    [
        (1, "9F"),  # cut off
        (1, "9F8401"),
        (1, "9F840201"),
        (1, "8600"),  # no answer to a C-APDU
        (1, "230190"),
        (1, "23029000"),  # no challenge
        (2, "23029000"),  # no receipt
        (3, ""),
        (3, "8400"),
        (3, "8500"),
        (3, "84008400"),
        (4, "84008600"),  # an answer to something else
        (4, "85008500"),
        (4, "8500860100"),  # too short for a MAC
    ],
)
def test_answers_that_are_none(number: int, data: str) -> None:
    world = World(faults={number: answering(data)})
    assert not world.run(ASKED).status.ok
    assert world.smsr.names()[-1] == "DeleteIsdp"
    done(world, world.run(ASKED))


@pytest.mark.parametrize(
    ("number", "data"),
    [
        (4, ""),  # none to what was sent
        (4, "8500"),
        (4, "85008600"),
        (4, "9F850102"),
        (5, "9F860102"),
        (5, "86008600"),
    ],
)
def test_sessions_that_break_off_begin_anew(number: int, data: str) -> None:
    world = World(faults={number: answering(data)})
    done(world, world.run(ASKED))


def test_a_card_that_never_says_whether_the_profile_is_installed() -> None:
    world = World(faults={5: answering("8600860086008600")})
    response = world.run(ASKED)
    assert response.status.message == "the profile did not install"
    assert response.euicc_response == b""


@pytest.mark.parametrize(
    "end",
    [
        answering("8600860086008600"),
        changed(0x86, -1),  # the R-MAC of the EUICCResponse
        changed(0x86, 4),  # the EUICCResponse
    ],
)
def test_an_sm_sr_that_hides_the_end_gets_the_profile_into_no_other_card(
    end: Callable[[SendData, SendDataResponse], SendDataResponse],
) -> None:
    world = World(faults={5: end})
    assert not world.run(ASKED).status.ok
    assert "DeleteIsdp" not in world.smsr.names()
    assert world.order.state is OrderState.DOWNLOADING
    assert world.run(replace(ASKED, eid=bytes(16))).status.subject == "8.2.5"
    world.smsr.faults.clear()
    done(world, world.run(ASKED))


def test_an_sm_sr_without_an_eis() -> None:
    world = World()
    world.smsr.instead[GetEis] = EisResponse()
    assert world.run(ASKED).status.message == "no EIS"


def test_a_card_without_enough_memory_is_left_alone() -> None:
    world = World()
    assert world.smsr.eis is not None
    world.smsr.eis = replace(world.smsr.eis, available_memory=100)
    assert world.run(ASKED).status.message == "memory of the eUICC"
    assert world.smsr.names() == ["GetEis"]


def test_what_cannot_be_deleted_goes_into_no_other_card() -> None:
    world = World(faults={5: changed(0x86, -1)})
    world.smsr.instead[DeleteIsdp] = Response(failed("8.1.1", "1.2"))
    assert not world.run(ASKED).status.ok
    assert world.order.state is OrderState.DOWNLOADING
    assert world.run(replace(ASKED, eid=bytes(16))).status.subject == "8.2.5"
    world.smsr.instead.clear()
    # Whoever lost the last answer finds the profile in the card.
    done(world, world.run(ASKED))


def test_an_isd_p_of_which_nobody_knows_whether_it_is_there_is_made_again() -> None:
    world = World()
    world.smsr.handle(CreateIsdp(EID, ICCID, OPERATOR))
    (profile,) = world.smsr.profiles
    world.smsr.profiles[0] = replace(profile, state=es3.ProfileState.IN_CREATION)
    world.smsr.asked.clear()
    done(world, world.run(ASKED))
    assert world.smsr.names()[:3] == ["GetEis", "DeleteIsdp", "CreateIsdp"]


def test_an_isd_p_that_was_made_anew_meanwhile() -> None:
    expired = SendDataResponse(Status(Outcome.EXPIRED))
    world = World(faults={4: lambda request, response: expired})
    assert world.run(ASKED).status.outcome is Outcome.EXPIRED
    world.smsr.handle(DeleteIsdp(EID, ICCID))
    world.smsr.handle(CreateIsdp(EID, ICCID, OPERATOR))
    done(world, world.run(ASKED))


def test_states_of_the_isd_p_on_the_way() -> None:
    states: list[LifeCycle] = []

    def look(request: SendData, response: SendDataResponse) -> SendDataResponse:
        (isd_p,) = (each for each in world.isdr.isd_ps.all() if each.aid[14] != 0x10)
        states.append(world.isdr.isd_ps.state(isd_p))
        return response

    world = World(faults=dict.fromkeys(deliveries(), look))
    world.run(ASKED)
    assert states[0] is LifeCycle.SELECTABLE
    assert set(states[1:-1]) == {LifeCycle.PERSONALIZED}
    assert states[-1] is LifeCycle.DISABLED
