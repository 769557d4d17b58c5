"""The server's side: what it believes of a card's answers, and what not."""

from __future__ import annotations

import pytest

from euicc import eid as eids
from euicc.crypto.curves import Curve
from euicc.crypto.gp_certificate import ServerKind
from euicc.m2m.key_establishment import KeyEstablishment as Card
from euicc.testing.m2m.key_establishment import BASE_KEY, KeyEstablishmentError, KeyRequest
from euicc.testing.m2m.pki import M2mPki
from tests.m2m_keys.scene import Scene, both_curves, random_of, value


@pytest.mark.parametrize(
    "answer",
    ["", "8510", "850f" + "00" * 15, "8511" + "00" * 17, "8610" + "00" * 16, "8510" + "00" * 16 + "8500"],
)
def test_a_challenge_has_16_or_32_bytes(answer: str) -> None:
    with pytest.raises(KeyEstablishmentError):
        Scene().establishment.sign(bytes.fromhex(answer))


@pytest.mark.parametrize("length", [16, 32])
def test_challenges_of_both_lengths_are_signed(length: int) -> None:
    signed = Scene().establishment.sign(bytes((0x85, length)) + bytes(length))
    assert len(signed.signature) == 64


@both_curves
@pytest.mark.parametrize("random", [False, True], ids=["no DR", "DR"])
def test_no_bit_of_the_answer_to_step_2_can_be_changed(curve: Curve, random: bool) -> None:
    scene = Scene(curve, request=KeyRequest(0x30, derivation_random=random))
    answer = scene.card.establish(value(scene.signed())).response
    for place in range(len(answer)):
        changed = bytearray(answer)
        changed[place] ^= 1 << place % 8
        with pytest.raises(KeyEstablishmentError):
            scene.establishment.conclude(bytes(changed))
    assert len(scene.establishment.conclude(answer)) == 3


@pytest.mark.parametrize("length", [16, 24, 32])
def test_a_derivation_random_of_any_length_is_taken(length: int) -> None:
    """Read, and then found in a receipt that is another one."""
    scene = Scene(request=KeyRequest(0x30, derivation_random=True))
    answer = bytes((0x85, length)) + bytes(length) + b"\x86\x10" + bytes(16)
    with pytest.raises(KeyEstablishmentError, match="receipt"):
        scene.establishment.conclude(answer)


@pytest.mark.parametrize("length", [0, 15, 17, 33])
def test_a_derivation_random_of_another_length_is_not(length: int) -> None:
    scene = Scene(request=KeyRequest(0x30, derivation_random=True))
    answer = bytes((0x85, length)) + bytes(length) + b"\x86\x10" + bytes(16)
    with pytest.raises(KeyEstablishmentError, match="85 of"):
        scene.establishment.conclude(answer)


def test_a_derivation_random_comes_if_and_only_if_it_was_asked_for() -> None:
    with_random = Scene(request=KeyRequest(0x30, derivation_random=True))
    without = Scene()
    long = with_random.card.establish(value(with_random.signed())).response
    short = without.card.establish(value(without.signed())).response
    with pytest.raises(KeyEstablishmentError):
        without.establishment.conclude(long)
    with pytest.raises(KeyEstablishmentError):
        with_random.establishment.conclude(short)


def test_another_card_cannot_answer() -> None:
    """It has the right CI and takes the request, and the receipt shows that its key is another one."""
    scene = Scene()
    other = M2mPki(seed=b"TEST seed").issue(eids.with_check_digits("890490320010010000000000000009"))
    card = Card(other.identity, random_of("other"))
    signed = scene.establishment.sign(card.certificate(scene.server.encoded, ServerKind.SM_DP))
    answer = card.establish(value(signed)).response
    with pytest.raises(KeyEstablishmentError, match="receipt"):
        scene.establishment.conclude(answer)


def test_host_and_card_are_in_the_receipt() -> None:
    scene = Scene()
    issued = scene.issued
    bound = KeyRequest(0x30, usage=BASE_KEY, host_id=b"host", sin=issued.sin, sdin=issued.sdin)
    establishment = scene.asking(bound)
    answer = scene.card.establish(value(establishment.sign(scene.challenge()))).response
    assert len(establishment.conclude(answer)) == 3
    mistaken = scene.asking(KeyRequest(**{**vars(bound), "sin": b"\x00"}))
    with pytest.raises(KeyEstablishmentError, match="receipt"):
        mistaken.conclude(answer)


def test_no_key_is_shown() -> None:
    scene = Scene()
    keys = scene.establishment.conclude(scene.card.establish(value(scene.signed())).response)
    assert "value" not in repr(keys)
