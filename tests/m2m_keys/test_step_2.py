"""Step 2 at the card: each refusal with its status word, and what comes of the challenge."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apdu import status, tlv
from euicc.crypto import curves, ecka
from euicc.crypto.curves import Curve
from euicc.crypto.gp_certificate import ServerKind
from euicc.testing.m2m.key_establishment import (
    AES_KEY,
    BASE_KEY,
    DES_KEY,
    PSK_KEY,
    KeyEstablishment,
    KeyRequest,
    SignedRequest,
    dgi,
)
from tests.m2m_keys.scene import Scene, both_curves, random_of, refusal, value


def signed_anew(scene: Scene, crt: bytes, public_key: bytes | None = None) -> bytes:
    """Step 1, and a step 2 with this template and key that is rightly signed."""
    challenge = tlv.parse(scene.challenge()).value
    key = (
        scene.establishment.sign(tlv.encode(0x85, challenge)).public_key if public_key is None else public_key
    )
    signature = scene.server.sign(dgi(0x3A02, crt) + dgi(0x7F49, key) + dgi(0x0085, challenge))
    return value(SignedRequest(crt, key, signature))


def refused(scene: Scene, step_2: bytes) -> int:
    """The status word with which the card refuses it."""
    return refusal(lambda: scene.card.establish(step_2))


def crt(*parts: str) -> bytes:
    return tlv.encode(0xA6, bytes.fromhex("".join(parts)))


def asked(kind: ServerKind, request: KeyRequest) -> int:
    scene = Scene(kind=kind)
    return refused(scene, signed_anew(scene, request.crt()))


def test_step_2_needs_step_1() -> None:
    scene = Scene()
    signed = scene.establishment.sign(tlv.encode(0x85, bytes(16)))
    assert refused(scene, value(signed)) == status.CONDITIONS_NOT_SATISFIED


def test_a_challenge_serves_once() -> None:
    scene = Scene()
    step_2 = value(scene.signed())
    scene.card.establish(step_2)
    assert refused(scene, step_2) == status.CONDITIONS_NOT_SATISFIED
    scene.challenge()
    assert refused(scene, step_2) == status.SECURITY_ISSUE


@pytest.mark.parametrize("wrong", [b"", b"\xa6\x00", b"\x5f\x37\x00"])
def test_a_failed_step_2_burns_the_challenge(wrong: bytes) -> None:
    scene = Scene()
    step_2 = value(scene.signed())
    assert refused(scene, wrong) == status.INCORRECT_DATA
    assert refused(scene, step_2) == status.CONDITIONS_NOT_SATISFIED


@both_curves
def test_no_bit_of_the_signature_can_be_changed(curve: Curve) -> None:
    for place in range(0, 64, 5):
        scene = Scene(curve)
        signed = scene.signed()
        signature = bytearray(signed.signature)
        signature[place] ^= 1 << place % 8
        wrong = value(replace(signed, signature=bytes(signature)))
        assert refused(scene, wrong) == status.SECURITY_ISSUE


@pytest.mark.parametrize("signature", [b"", bytes(64), bytes(63), bytes(65), b"\xff" * 64])
def test_what_is_no_signature(signature: bytes) -> None:
    scene = Scene()
    wrong = value(replace(scene.signed(), signature=signature))
    assert refused(scene, wrong) == status.SECURITY_ISSUE


def test_another_servers_signature() -> None:
    scene = Scene()
    other = KeyEstablishment(scene.pki.sm_dp(b"TEST other"), scene.ecasd, scene.request, random_of("other"))
    assert refused(scene, value(other.sign(scene.challenge()))) == status.SECURITY_ISSUE


def test_another_template_or_key_than_signed() -> None:
    scene = Scene()
    other = KeyRequest(0x30, delete_existing=True).crt()
    assert refused(scene, value(replace(scene.signed(), crt=other))) == (status.SECURITY_ISSUE)
    key = ecka.point(ecka.generate(curves.P256, random_of("other")).public_key())
    assert refused(scene, value(replace(scene.signed(), public_key=key))) == (status.SECURITY_ISSUE)


def test_the_longest_template_there_can_be() -> None:
    """Its length is one byte, whether it is a data group's or BER."""
    scene = Scene()
    parts = ("9002030f", "950110", "960101", "800188", "810110", "820101", "830130", "9108" + "00" * 8)
    names = "450c" + scene.issued.sdin.hex(), "8410" + "00" * 16
    template = crt(*parts, *names)
    assert len(template) < 0x80
    assert len(scene.card.establish(signed_anew(scene, template)).keys) == 3


@pytest.mark.parametrize(
    "template",
    [
        crt("90020308", "950110", "800188", "810110", "820101"),
        crt("90020308", "950110", "800188", "810110", "830130"),
        crt("90020308", "950110", "800188", "820101", "830130"),
        crt("90020308", "950110", "810110", "820101", "830130"),
        crt("90020308", "800188", "810110", "820101", "830130"),
        crt("950110", "800188", "810110", "820101", "830130"),
        crt("90020308", "950110", "800188", "810110", "820101", "830130", "830130"),
        crt("90020308", "950110", "800188", "810110", "820101", "830130", "920100"),
        crt("90020308", "950110", "800188", "810110", "820101", "830130", "9600"),
        crt("90020308", "950110", "800188", "810110", "820101", "83020130"),
        crt("90020308", "950110", "800188", "810110", "820101", "830130", "910100"),
        crt("90020308", "950110", "800188", "810110", "820101", "830130", "910400000000"),
        crt("90020308", "950110", "800188", "810110", "820101", "830130", "91"),
        crt("900103", "950110", "800188", "810110", "820101", "830130"),
        crt("90020208", "950110", "800188", "810110", "820101", "830130"),
        crt("90020300", "950110", "800188", "810110", "820101", "830130"),
        crt("90020318", "950110", "800188", "810110", "820101", "830130"),
        crt("9002030c", "950110", "800188", "810110", "820101", "830130"),
        crt("90020308", "950110", "800188", "810110", "820101", "830130", "840101"),
        crt("90020308", "950110", "800188", "810110", "820101", "830130", "450101"),
        crt("9002030c", "950110", "800188", "810110", "820101", "830130", "8400"),
        crt("9002030c", "950110", "800188", "810110", "820101", "830130", "8411" + "00" * 17),
        crt("9002030c", "950110", "800188", "810110", "820101", "830130", "840101", "450101"),
        tlv.encode(0xA7, KeyRequest(0x30).crt()[2:]),
    ],
)
def test_templates_that_are_none(template: bytes) -> None:
    scene = Scene()
    assert refused(scene, signed_anew(scene, template)) == status.INCORRECT_DATA


@pytest.mark.parametrize(
    "template",
    [
        crt("90020308", "950110", "800188", "810110", "820101", "830130"),
        crt("830130", "820101", "810110", "800188", "950110", "90020308", "9100"),
        crt("9002030c", "950110", "800188", "810110", "820101", "830130", "840101"),
    ],
    ids=["no counter", "other order", "no SDIN"],
)
def test_templates_that_say_enough(template: bytes) -> None:
    scene = Scene()
    assert len(scene.card.establish(signed_anew(scene, template)).keys) == 3


@pytest.mark.parametrize("version", [0x00, 0x01, 0x0F, 0x10, 0x2F, 0x40, 0x4F, 0x6F, 0x71, 0x7F, 0xFF])
def test_key_versions_that_an_isd_p_has_no_use_for(version: int) -> None:
    assert asked(ServerKind.SM_DP, KeyRequest(version)) == status.INCORRECT_DATA


@pytest.mark.parametrize("version", [0x00, 0x10, 0x30, 0x3F, 0x50, 0x70, 0x7F, 0xFF])
def test_key_versions_that_the_isd_r_has_no_use_for(version: int) -> None:
    assert asked(ServerKind.SM_SR, KeyRequest(version)) == status.INCORRECT_DATA


@pytest.mark.parametrize(
    ("kind", "request_"),
    [
        (ServerKind.SM_DP, KeyRequest(0x30, type=DES_KEY)),
        (ServerKind.SM_DP, KeyRequest(0x30, type=PSK_KEY, usage=BASE_KEY)),
        (ServerKind.SM_DP, KeyRequest(0x30, type=0x90)),
        (ServerKind.SM_DP, KeyRequest(0x30, length=15)),
        (ServerKind.SM_DP, KeyRequest(0x30, length=0)),
        (ServerKind.SM_DP, KeyRequest(0x30, usage=0x11)),
        (ServerKind.SM_DP, KeyRequest(0x30, identifier=0)),
        (ServerKind.SM_DP, KeyRequest(0x30, identifier=2)),
        (ServerKind.SM_DP, KeyRequest(0x70)),
        (ServerKind.SM_DP, KeyRequest(0x70, usage=BASE_KEY, type=DES_KEY)),
        (ServerKind.SM_SR, KeyRequest(0x01, type=PSK_KEY)),
        (ServerKind.SM_SR, KeyRequest(0x01, type=DES_KEY, length=32)),
        (ServerKind.SM_SR, KeyRequest(0x40, type=PSK_KEY)),
        (ServerKind.SM_SR, KeyRequest(0x40, type=PSK_KEY, usage=BASE_KEY, length=0)),
        (ServerKind.SM_SR, KeyRequest(0x40, type=PSK_KEY, usage=BASE_KEY, identifier=0x80)),
        (ServerKind.SM_SR, KeyRequest(0x40, type=AES_KEY)),
    ],
    ids=str,
)
def test_key_sets_that_no_domain_has(kind: ServerKind, request_: KeyRequest) -> None:
    assert asked(kind, request_) == status.INCORRECT_DATA


def test_another_cards_image_number() -> None:
    assert asked(ServerKind.SM_DP, KeyRequest(0x30, host_id=b"host", sdin=b"\x01")) == status.INCORRECT_DATA


@pytest.mark.parametrize(
    "public_key",
    [
        b"",
        b"\x04" + bytes(64),
        b"\x02" + bytes(32),
        b"\xb0\x41\x04" + bytes(64),
        b"\xb0\x41\x04" + bytes(64) + b"\xf0\x01\x00",
        b"\xf0\x01\x00",
    ],
)
def test_points_that_are_not_on_the_curve(public_key: bytes) -> None:
    scene = Scene()
    step_2 = signed_anew(scene, scene.request.crt(), public_key)
    assert refused(scene, step_2) == status.INCORRECT_DATA


@pytest.mark.parametrize(("head", "tail"), [("", ""), ("b041", ""), ("b041", "f00103")])
def test_a_point_on_another_curve(head: str, tail: str) -> None:
    point = ecka.point(ecka.generate(curves.BRAINPOOL, random_of("other")).public_key())
    scene = Scene()
    public_key = bytes.fromhex(head) + point + bytes.fromhex(tail)
    step_2 = signed_anew(scene, scene.request.crt(), public_key)
    assert refused(scene, step_2) == status.INCORRECT_DATA


def test_a_point_without_reference_is_on_the_curve_of_the_ecasd() -> None:
    scene = Scene(curves.BRAINPOOL)
    point = ecka.point(ecka.generate(curves.BRAINPOOL, random_of("other")).public_key())
    step_2 = signed_anew(scene, scene.request.crt(), b"\xb0\x41" + point)
    assert len(scene.card.establish(step_2).keys) == 3


def test_what_is_not_three_elements() -> None:
    for cut, more in ((1, b""), (0, b"\x00"), (0, b"\x81\x00")):
        scene = Scene()
        step_2 = value(scene.signed())
        assert refused(scene, step_2[: len(step_2) - cut] + more) == status.INCORRECT_DATA


def test_an_sm_dp_gets_no_keys_of_the_isd_r_after_step_1_at_an_isd_p() -> None:
    """The kind of server goes on from step 1."""
    scene = Scene(kind=ServerKind.SM_DP)
    step_2 = signed_anew(scene, KeyRequest(0x02).crt())
    assert refused(scene, step_2) == status.INCORRECT_DATA
