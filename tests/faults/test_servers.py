"""Faults in what servers say, and in their certificates: card or device refuse each, and say why."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from euicc.crypto.certificates import Role
from euicc.testing.eim import OrderState, operations
from euicc.testing.faults.servers import (
    PIECES,
    Altered,
    AnotherSession,
    FaultyEim,
    FaultyServer,
    HttpStatus,
    Missing,
    NotBase64,
    NotDer,
    Refuses,
    ServerFault,
    flawed,
)
from euicc.testing.lab import InProcess
from euicc.testing.smdp import BadRequest, SmDpPlus
from euicc.testing.smds import SmDs
from ipa.errors import EuiccRefused, IpaError, ServerAnswerInvalid, ServerRefused
from tests.faults.consumer import Consumer, pki
from tests.flows32.scene import SMDP, SMDS, Scene, operator

INITIATE, AUTHENTICATE, GET_BPP = "initiateAuthentication", "authenticateClient", "getBoundProfilePackage"

# Fault, function, error, what the device says.
WRONG: tuple[tuple[ServerFault, str, type[IpaError], str], ...] = (
    (Missing("transactionId"), INITIATE, ServerAnswerInvalid, "transactionId is missing"),
    (Missing("serverCertificate"), INITIATE, ServerAnswerInvalid, "serverCertificate is missing"),
    (NotBase64("serverSigned1"), INITIATE, ServerAnswerInvalid, "serverSigned1 is not base64"),
    (NotDer("serverSigned1"), INITIATE, ServerAnswerInvalid, "serverSigned1"),
    (Altered("serverSignature1"), INITIATE, EuiccRefused, "invalid signature"),
    (Altered("serverCertificate"), INITIATE, EuiccRefused, "invalid certificate"),
    (Altered("smdpSignature2"), AUTHENTICATE, EuiccRefused, "invalid signature"),
    (NotDer("profileMetadata"), AUTHENTICATE, ServerAnswerInvalid, "profileMetadata"),
    (NotDer("boundProfilePackage"), GET_BPP, ServerAnswerInvalid, "boundProfilePackage|cannot be used"),
    (Missing("boundProfilePackage"), GET_BPP, ServerAnswerInvalid, "boundProfilePackage is missing"),
    (Refuses("8.1", "4.8"), AUTHENTICATE, ServerRefused, r"refused by a fault \(8.1/4.8\)"),
)


def network(side: Consumer, *rules: Any) -> FaultyServer:
    faulty = FaultyServer(side.smdp, rules)
    side.network = InProcess([faulty])
    return faulty


@pytest.mark.parametrize(("fault", "function", "error", "says"), WRONG, ids=lambda each: str(each)[:40])
def test_what_an_answer_says(fault: ServerFault, function: str, error: type[IpaError], says: str) -> None:
    side = Consumer()
    faulty = network(side, fault.when(function=function, nth=1))
    with pytest.raises(error, match=says):
        side.lpa().download(side.code())
    assert [each.fault for each in faulty.struck] == [fault]
    assert side.states() == {}
    side.lpa().download(side.code(2))
    assert len(side.states()) == 1


@pytest.mark.parametrize("function", [INITIATE, AUTHENTICATE, GET_BPP])
def test_the_answer_of_another_session(function: str) -> None:
    side = Consumer()
    faulty = network(side, AnotherSession().when(function=function, nth=2))
    side.lpa().download(side.code(1))
    with pytest.raises(IpaError):
        side.lpa().download(side.code(2))
    assert len(faulty.struck) == 1
    assert list(side.states()) == [operator(1).iccid_bytes]
    side.lpa().download(side.code(2))
    assert len(side.states()) == 2


@pytest.mark.parametrize("name", PIECES)
def test_what_an_smdp_signs_and_protects(name: str) -> None:
    side = Consumer()
    side.smdp = SmDpPlus(pki(), SMDP, faults=PIECES[name])
    network(side)
    with pytest.raises(IpaError):
        side.lpa().download(side.code())
    assert side.states() == {}
    side.smdp.faults.clear()
    side.lpa().download(side.code(2))
    assert len(side.states()) == 1


@pytest.mark.parametrize("role", [Role.DP_AUTH, Role.DP_PB])
@pytest.mark.parametrize(
    "flaws", [{"other_ci": True}, {"stranger": True}, {"bad_signature": True}, {"policy": None}]
)
def test_certificates_of_an_smdp(role: Role, flaws: Any) -> None:
    side = Consumer()
    side.smdp = SmDpPlus(flawed(pki(), role, **flaws), SMDP)
    network(side)
    with pytest.raises(EuiccRefused):
        side.lpa().download(side.code())
    assert side.states() == {}


def test_an_expired_certificate_is_none_for_a_card_without_a_clock() -> None:
    side = Consumer()
    side.smdp = SmDpPlus(flawed(pki(), Role.DP_AUTH, expired=True), SMDP)
    network(side)
    side.lpa().download(side.code())
    assert len(side.states()) == 1


def test_in_process_the_way_is_a_bad_request() -> None:
    side = Consumer()
    faulty = FaultyServer(side.smdp, [HttpStatus().when(function=INITIATE)])
    with pytest.raises(BadRequest):
        faulty.handle(INITIATE, {})
    body = {"smdpAddress": SMDP, "euiccChallenge": "", "euiccInfo1": ""}
    with pytest.raises(BadRequest):
        faulty.handle(INITIATE, body)


def test_it_looks_like_the_server_it_stands_before() -> None:
    smdp, smds = SmDpPlus(pki(), SMDP), SmDs(pki(), SMDS)
    for server in (smdp, smds):
        faulty = FaultyServer(server)
        assert (faulty.address, faulty.path) == (server.address, server.path)
        assert not hasattr(faulty, "asn1_path")
        faulty.address = "other.example.com"
        assert server.address == "other.example.com"
    assert FaultyServer(smds).paths == smds.paths


def test_an_smds_whose_answer_is_wrong() -> None:
    scene = Scene()
    smds = scene.with_smds()
    faulty = FaultyServer(smds, [Altered("serverSignature1").when(function=INITIATE, nth=1)])
    scene.network.servers = [scene.smdp, faulty]
    order = scene.smdp.order(operator(1).package)
    smds.register(scene.eid, SMDP, order.matching_id)
    scene.eim.download_by_smds(scene.eid, SMDS)
    assert "invalid signature" in scene.poll().visits[0].work[0].remark
    assert scene.states() == {}


@pytest.mark.parametrize(
    "fault", [NotDer(""), NotBase64(""), Altered(""), Missing(""), AnotherSession()], ids=str
)
def test_an_eim_in_asn1(fault: ServerFault) -> None:
    """Struck with the second package: whatever comes of it, nothing is executed that was not signed, nor twice."""
    scene = Scene()
    scene.install(1, 2)
    faulty = FaultyEim(scene.eim, [fault.when(function="getEimPackage", nth=3)])
    scene.network.eims = [faulty]  # type: ignore[list-item]
    first = scene.eim.queue(scene.eid, operations.enable(operator(1).iccid_bytes))
    scene.poll()
    assert first.codes == (0,)
    second = scene.eim.queue(scene.eid, operations.enable(operator(2).iccid_bytes))
    scene.poll()
    assert len(faulty.struck) == 1
    scene.network.eims = [scene.eim]
    for _ in range(3):
        scene.poll()
    assert second.state in (OrderState.DONE, OrderState.REFUSED)
    assert scene.enabled() in (operator(1).iccid_bytes, operator(2).iccid_bytes)
    assert scene.waiting() == 0


def test_only_one_bit_is_altered() -> None:
    changed = Altered("x").change({"x": base64.b64encode(b"\x01\x02").decode(), "y": "z"}, None)
    assert (base64.b64decode(changed["x"]), changed["y"]) == (b"\x01\x03", "z")
    assert Altered("x").change({"y": "z"}, None) == {"y": "z"}
