"""Whatever an SM-DP or an SM-SR sends to an ISD-P: an answer, and never a profile by accident."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apdu import Command, StatusError, tlv
from euicc.m2m.isd_p import LifeCycle
from euicc.testing.m2m import es3
from euicc.testing.smdp_m2m import scp03t
from euicc.testing.smdp_m2m.scp03t import CardRefused
from tests.m2m.es8_scene import AID, OverTheAir, Scene, card_with, isd_p_of, isdr_of, package

CARD = card_with()
TAGS = st.sampled_from((0x84, 0x85, 0x86, 0x87))
few = settings(max_examples=40, deadline=None)


@few
@given(st.lists(st.tuples(TAGS, st.binary(max_size=40)), max_size=6))
def test_tlvs_out_of_a_session(commands: list[tuple[int, bytes]]) -> None:
    scene = Scene(CARD)
    for tag, value in commands:
        (answer,) = es3.elements(scene.tlv(tlv.encode(tag, value)))
        opened = tag == 0x84 and answer.tag == 0x84
        assert opened or answer.tag == 0x9F00 | tag
    assert scene.state is LifeCycle.PERSONALIZED


@few
@given(st.lists(st.tuples(st.sampled_from((0x86, 0x87)), st.binary(max_size=60)), min_size=1, max_size=4))
def test_contents_in_a_session(contents: list[tuple[int, bytes]]) -> None:
    scene = Scene(CARD).open()
    for tag, content in contents:
        sent = scene.host._enciphered(tag, content)
        try:
            scene.send(sent)
        except CardRefused as refused:
            assert refused.error[0] in range(1, 5)  # noqa: PT017 (whether it is refused depends on the content)
            break
    assert scene.state is LifeCycle.PERSONALIZED


@few
@given(
    st.binary(min_size=1, max_size=40),
    st.integers(0, 100),
    st.integers(0, len(package()) - 1),
)
def test_packages_with_something_else_in_them(garbage: bytes, more: int, at: int) -> None:
    """Whatever is installed in the end, installs a second time from what was stored."""
    card = card_with()
    scene = Scene(card).open()
    changed = package()[:at] + garbage + package()[at + more :]
    for piece in scp03t.blocks(changed):
        if scene.data(piece):
            break
    stored = card.isdr.profiles.by_aid(AID)
    if stored is None:
        assert scene.state is LifeCycle.PERSONALIZED
    else:
        assert changed.startswith(card.isdr.profiles.package(AID))


@few
@given(
    st.sampled_from((0x00, 0x80, 0x84, 0x0C)),
    st.sampled_from((0x50, 0x82, 0xE2, 0xCA)),
    st.integers(0, 255),
    st.integers(0, 255),
    st.binary(max_size=40),
)
def test_c_apdus(cla: int, ins: int, p1: int, p2: int, data: bytes) -> None:
    es8 = isdr_of(CARD).es8(isd_p_of(CARD))
    try:
        response = es8.execute(Command(cla, ins, p1, p2, data, 256))
    except StatusError as error:
        assert error.sw >> 12 in (6, 9)  # noqa: PT017
    else:
        assert (cla, ins, len(response)) == (0x80, 0x50, 32)


@pytest.mark.parametrize("script", ["AE80", "AE8086", "AE80869000", "AA0386", "AA81", "AE8022000000", ""])
def test_scripts_that_are_none(script: str) -> None:
    assert OverTheAir().send(AID, bytes.fromhex(script)).status == 0
