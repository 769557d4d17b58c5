"""Server and card, written apart, come to the same keys by scenario #3."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from euicc.crypto import curves
from euicc.crypto.curves import Curve
from euicc.crypto.gp_certificate import ServerKind
from euicc.testing.m2m.key_establishment import (
    AES_KEY,
    BASE_KEY,
    DES_KEY,
    PSK_KEY,
    THREE_KEYS,
    KeyRequest,
)
from euicc.testing.m2m.server_key import ServerKey
from euicc.uicc.application_data import SecurityDomainKey
from tests.m2m_keys.scene import Scene, both_curves, value, values


def both(scene: Scene, bare: bool = False) -> tuple[tuple[SecurityDomainKey, ...], tuple[ServerKey, ...]]:
    established = scene.card.establish(value(scene.signed(bare)))
    return established.keys, scene.establishment.conclude(established.response)


def named(keys: tuple[SecurityDomainKey, ...]) -> list[ServerKey]:
    return [
        ServerKey(
            key.version,
            key.identifier,
            key.components[0].type,
            key.components[0].data,
            int.from_bytes(key.counter or b"", "big"),
        )
        for key in keys
    ]


@both_curves
@pytest.mark.parametrize("bare", [False, True], ids=["B0 F0", "point"])
@pytest.mark.parametrize("kind", ServerKind)
def test_server_and_card_agree(curve: Curve, bare: bool, kind: ServerKind) -> None:
    on_card, on_server = both(Scene(curve, kind), bare)
    assert named(on_card) == list(on_server)
    assert [key.identifier for key in on_card] == [1, 2, 3]
    assert [key.usage_qualifier.hex() for key in on_card] == ["18", "14", "48"]
    assert len(set(values(on_card))) == 3


def test_a_base_key_is_every_key_of_its_set() -> None:
    on_card, on_server = both(Scene(request=KeyRequest(0x31, usage=BASE_KEY)))
    assert named(on_card) == list(on_server)
    assert [key.identifier for key in on_card] == [1, 2, 3]
    assert len(set(values(on_card))) == 1


@pytest.mark.parametrize("length", [16, 32, 48, 255])
def test_a_pre_shared_key_is_as_long_as_asked_for(length: int) -> None:
    request = KeyRequest(0x41, identifier=5, usage=BASE_KEY, type=PSK_KEY, length=length)
    on_card, on_server = both(Scene(kind=ServerKind.SM_SR, request=request))
    assert named(on_card) == list(on_server)
    assert [(key.version, key.identifier, len(key.components[0].data)) for key in on_card] == [
        (0x41, 5, length)
    ]


def test_a_token_key_is_one_key() -> None:
    on_card, on_server = both(Scene(request=KeyRequest(0x70, usage=BASE_KEY)))
    assert named(on_card) == list(on_server)
    assert [(key.version, key.identifier, key.usage_qualifier) for key in on_card] == [(0x70, 1, b"\x81")]


def test_each_establishment_has_a_challenge_and_a_random_of_its_own() -> None:
    scene = Scene(request=KeyRequest(0x30, derivation_random=True))
    answers = [scene.card.establish(value(scene.signed())).response for _ in range(2)]
    assert scene.challenge() != scene.challenge()
    assert answers[0] != answers[1]
    assert [answer[:2].hex() for answer in answers] == ["8510", "8510"]
    assert answers[0][18:20].hex() == "8610"


def test_counter_access_and_deletion_are_handed_on() -> None:
    request = KeyRequest(0x02, counter=b"\x00\x00\x00\x01\x00", access=0x01, delete_existing=True)
    scene = Scene(kind=ServerKind.SM_SR, request=request)
    established = scene.card.establish(value(scene.signed()))
    assert established.delete_existing
    assert {(key.counter, key.access) for key in established.keys} == {(b"\x00\x00\x00\x01\x00", 1)}
    assert {key.counter for key in scene.establishment.conclude(established.response)} == {0x100}


SETS = st.one_of(
    st.tuples(
        st.just(ServerKind.SM_SR),
        st.builds(
            KeyRequest,
            version=st.integers(0x01, 0x0F),
            usage=st.sampled_from((THREE_KEYS, BASE_KEY)),
            type=st.sampled_from((AES_KEY, DES_KEY)),
            length=st.sampled_from((16, 24)),
            counter=st.sampled_from((0, 2, 3, 5, 8)).flatmap(
                lambda size: st.binary(min_size=size, max_size=size)
            ),
            delete_existing=st.booleans(),
            derivation_random=st.booleans(),
        ),
    ),
    st.tuples(
        st.just(ServerKind.SM_DP),
        st.builds(
            KeyRequest,
            version=st.integers(0x30, 0x3F),
            usage=st.sampled_from((THREE_KEYS, BASE_KEY)),
            length=st.sampled_from((16, 24, 32)),
            access=st.none() | st.integers(0, 255),
            delete_existing=st.booleans(),
            derivation_random=st.booleans(),
            host_id=st.none() | st.binary(min_size=1, max_size=16),
        ),
    ),
)


@settings(max_examples=30, deadline=None)
@given(drawn=SETS, curve=st.sampled_from(curves.ALL), bare=st.booleans())
def test_they_agree_whatever_is_asked_for(
    drawn: tuple[ServerKind, KeyRequest], curve: Curve, bare: bool
) -> None:
    kind, request = drawn
    identity = Scene(curve).issued
    if request.host_id is not None:
        request = KeyRequest(**{**vars(request), "sin": identity.sin, "sdin": identity.sdin})
    scene = Scene(curve, kind, request)
    established = scene.card.establish(value(scene.signed(bare)))
    assert named(established.keys) == list(scene.establishment.conclude(established.response))
    assert established.delete_existing == request.delete_existing
