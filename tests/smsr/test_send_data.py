"""ES3.SendData: an SM-DP reaches its own ISD-Ps, and nothing else of the card."""

from __future__ import annotations

import pytest

from apdu import Command, tlv
from apdu import aid as aids
from euicc.testing.m2m.es3 import (
    CreateIsdp,
    CreateIsdpResponse,
    SendData,
    SendDataResponse,
    UpdateConnectivityParameters,
    apdus,
)
from euicc.testing.smsr import es5, refusals
from tests.smsr.world import EID, ICCIDS, A, B, World

SMDP, OTHER = "SM-DP", "another SM-DP"
GET_DATA = apdus(bytes.fromhex("80CAFF2100"))


def personalize(aid: bytes) -> bytes:
    return apdus(Command(0x80, 0xE6, 0x20, 0, b"\x00\x00\x10" + aid + bytes(3)).encode())


def created(world: World) -> bytes:
    response = world.ask(CreateIsdp(EID, "89001", A), SMDP)
    assert isinstance(response, CreateIsdpResponse)
    return response.isd_p


def test_commands_and_answers_go_through() -> None:
    world = World()
    aid = created(world)
    response = world.ask(SendData(EID, aids.ISD_R, personalize(aid)), SMDP)
    assert isinstance(response, SendDataResponse)
    assert response.status.ok
    assert response.data.hex() == "23029000"
    # SCP03t without a session is an error of the ISD-P, which is the SM-DP's business.
    response = world.ask(SendData(EID, aid, bytes.fromhex("8608") + bytes(8)), SMDP)
    assert isinstance(response, SendDataResponse)
    assert response.status.ok
    assert response.data[:2].hex() == "9f86"


def test_long_data_are_several_packets() -> None:
    world = World()
    aid = created(world)
    before = world.registries["SM-SR 1"].counter(EID, 1)
    # Each of them longer than a half of what a packet takes.
    data = b"".join(tlv.encode(0x22, bytes((0x80, 0xE2, 0x09, place, 0)) + bytes(700)) for place in range(3))
    response = world.ask(SendData(EID, aid, data), SMDP)
    assert isinstance(response, SendDataResponse)
    assert world.registries["SM-SR 1"].counter(EID, 1) - before == 3


def test_command_tlvs_are_never_cut() -> None:
    commands = [tlv.encode(0x22, bytes(size)) for size in (10, 500, 1190, 3, 2000, 1)]
    pieces = es5.packets(b"".join(commands), 1200)
    assert b"".join(pieces) == b"".join(commands)
    assert [len(piece) for piece in pieces] == [516, 1199, 2004, 3]
    assert list(es5.packets(b"", 1200)) == [b""]


@pytest.mark.parametrize("requester", [OTHER, B])
def test_others_do_not_reach_it(requester: str) -> None:
    world = World()
    aid = created(world)
    sent = world.network.count
    for data, target in ((GET_DATA, aid), (personalize(aid), aids.ISD_R)):
        status = world.ask(SendData(EID, target, data), requester).status
        assert status in (refusals.NOT_YOURS, refusals.NOT_FOR_SMDPS)
    assert world.ask(SendData(EID, aids.isd_p(0x99), GET_DATA), SMDP).status == refusals.UNKNOWN_PROFILE
    assert world.network.count == sent


SMSR_ONLY = [
    es5.enable_profile(aids.isd_p(0x11)),
    es5.disable_profile(aids.isd_p(0x10)),
    es5.set_fallback_attribute(aids.isd_p(0x11)),
    es5.delete_profile(aids.isd_p(0x11)),
    es5.finalise_handover([(1, 1, 3)]),
    es5.update_smsr_addressing("+491"),
    es5.confirm_notification(1),
    es5.get_status(),
    GET_DATA,
    personalize(aids.isd_p(0x11)),
]


@pytest.mark.parametrize("command", SMSR_ONLY)
def test_what_is_the_sm_srs_business_is_refused(command: bytes) -> None:
    world = World()
    aid = created(world)
    sent = world.network.count
    for data in (command, personalize(aid) + command):
        assert world.ask(SendData(EID, aids.ISD_R, data), SMDP).status == refusals.NOT_FOR_SMDPS
    assert world.network.count == sent


@pytest.mark.parametrize("data", ["22", "2205 80CA", "9F8601"])
def test_what_is_no_tlv_is_malformed(data: str) -> None:
    world = World()
    for target in (aids.ISD_R, created(world)):
        status = world.ask(SendData(EID, target, bytes.fromhex(data)), SMDP).status
        assert status == refusals.MALFORMED


def test_what_is_no_command_is_malformed_at_the_isd_r() -> None:
    world = World()
    aid = created(world)
    data = bytes.fromhex("220180")
    assert world.ask(SendData(EID, aids.ISD_R, data), SMDP).status == refusals.MALFORMED
    response = world.ask(SendData(EID, aid, data), SMDP)
    assert isinstance(response, SendDataResponse)
    assert es5.result(response.data).sw == 0x6700


def test_connectivity_parameters_go_to_the_isd_p_of_the_profile() -> None:
    world = World()
    assert world.ask(UpdateConnectivityParameters(EID, ICCIDS[1], GET_DATA)).status.ok
    status = world.ask(UpdateConnectivityParameters(EID, ICCIDS[1], GET_DATA), B).status
    assert status == refusals.NOT_YOURS
