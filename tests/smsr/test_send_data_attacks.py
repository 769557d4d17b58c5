"""Whoever may use ES3.SendData tries to have the ISD-R do what is the SM-SR's, or to reach another's ISD-P."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from apdu import Command, instruction, tlv
from apdu import aid as aids
from euicc.testing.m2m.es3 import (
    CreateIsdp,
    CreateIsdpResponse,
    EnableProfile,
    SendData,
    UpdateConnectivityParameters,
    apdus,
)
from euicc.testing.m2m.key_establishment import certificate_dgi, dgi, store_data
from euicc.testing.smsr import Patience, refusals
from tests.smsr.world import EID, ICCIDS, PKI, A, World

EVIL, OTHER = "SM-DP", "another SM-DP"
OF_SMDP, OF_SMSR = PKI.sm_dp().encoded, PKI.sm_sr(b"evil").encoded
ENABLE = bytes.fromhex("3A03124F10") + aids.isd_p(0x11)
REFRESH = bytes.fromhex("810101")


def personalize(aid: bytes, module: bytes = b"") -> bytes:
    data = b"\x00" + bytes((len(module),)) + module + bytes((len(aid),)) + aid + bytes(3)
    return apdus(Command(0x80, instruction.INSTALL, 0x20, 0, data).encode())


def block(data: bytes, number: int = 0, last: bool = True) -> bytes:
    return apdus(Command(0x80, instruction.STORE_DATA, 0x88 if last else 0x08, number, data).encode())


def certificate(encoded: bytes) -> bytes:
    return apdus(*(command.encode() for command in store_data(certificate_dgi(encoded))))


def created(world: World, requester: str, iccid: str) -> bytes:
    response = world.ask(CreateIsdp(EID, iccid, A), requester)
    assert isinstance(response, CreateIsdpResponse)
    return response.isd_p


def attempts(own: bytes, others: bytes) -> Iterator[tuple[str, bytes]]:
    first = personalize(own)
    yield "a group in two blocks", first + block(ENABLE[:1], last=False) + block(ENABLE[1:], 1)
    yield "a second group", first + block(certificate_dgi(OF_SMDP)[:255], last=False) + block(ENABLE, 1)
    yield "behind another one", first + block(dgi(0x7F49, b"") + ENABLE)
    yield "swallowed by one that is cut off", first + block(b"\x5f\x37\x15") + block(ENABLE)
    yield "begun, to be ended later", first + block(ENABLE[:4], last=False)
    yield "the rest of it", first + block(ENABLE[4:], 1)
    yield "a certificate without its ISD-P", certificate(OF_SMDP)
    yield "an SM-SR's certificate", certificate(OF_SMSR)
    yield "an SM-SR's certificate, as if for the ISD-P", first + certificate(OF_SMSR)
    yield "and begun anew", first + certificate(OF_SMSR) + block(dgi(0x7F49, b""))
    yield "another's ISD-P", personalize(others)
    yield "another's ISD-P, the own one besides", personalize(others, own)
    yield "the ISD-R", first + personalize(aids.ISD_R)
    yield "SCP03t for whoever was named last", bytes.fromhex("840A3001") + bytes(8)
    yield "an action of the card", first + REFRESH


def test_nothing_of_it_reaches_the_card() -> None:
    world = World()
    own, others = created(world, EVIL, "89001"), created(world, OTHER, "89002")
    sent = world.network.count
    for what, data in attempts(own, others):
        assert world.ask(SendData(EID, aids.ISD_R, data), EVIL).status == refusals.NOT_FOR_SMDPS, what
    assert world.network.count == sent
    assert world.ask(SendData(EID, aids.ISD_R, personalize(own) + certificate(OF_SMDP)), EVIL).status.ok


def test_isd_ps_get_no_actions_either() -> None:
    world = World()
    own = created(world, EVIL, "89001")
    assert world.ask(SendData(EID, own, REFRESH), EVIL).status == refusals.NOT_FOR_SMDPS
    request = UpdateConnectivityParameters(EID, ICCIDS[1], REFRESH)
    assert world.ask(request).status == refusals.NOT_FOR_SMDPS


@pytest.mark.parametrize("begun", [b"\x3a", b"\x3a\x02", b"\x3a\x02\xff\x01"])
def test_a_header_that_is_cut_off(begun: bytes) -> None:
    world = World()
    data = personalize(created(world, EVIL, "89001")) + block(begun, last=False)
    assert world.ask(SendData(EID, aids.ISD_R, data), EVIL).status == refusals.NOT_FOR_SMDPS


def test_an_isd_p_that_is_not_there_leaves_nobody_named() -> None:
    """The card: what follows an INSTALL [for personalization] in vain is not for the one that was named before."""
    world = World(patience=Patience(packet_bytes=1))
    own, others = created(world, EVIL, "89001"), created(world, OTHER, "89002")
    assert world.ask(SendData(EID, aids.ISD_R, personalize(others)), OTHER).status.ok
    gone = world.isdr.isd_ps.by_aid(own)
    assert gone is not None
    with world.card.nvm.transaction():
        world.isdr.isd_ps.delete(gone)
    response = world.ask(SendData(EID, aids.ISD_R, personalize(own) + certificate(OF_SMDP)), EVIL)
    words = [each.value[-2:].hex() for each in tlv.parse_all(response.euicc_response)]
    assert words == ["6a88", "6a80"]


def test_who_has_no_name_owns_nothing() -> None:
    """Profiles of the factory have no SM-DP."""
    world = World()
    assert world.ask(EnableProfile(EID, ICCIDS[1]), "").status == refusals.NOT_YOURS
    assert world.enabled == world.aid(0)
