"""ES8.DownloadAndInstallation at the ISD-P: what becomes of a package, wherever it is cut, and of what goes wrong."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apdu import aid as aids
from apdu import tlv
from asn1.generated import pe
from euicc import Card
from euicc.config import Config
from euicc.isdp.package import PackageReader
from euicc.isdp.pe_status import Status
from euicc.m2m.isd_p import IsdP, LifeCycle
from euicc.m2m.policy import Pol1, pol1
from euicc.profiles.profile import ProfileState
from euicc.runtime.nvm import PowerLoss
from euicc.testing.faults.memory import MemoryFull
from euicc.testing.profile_builder import Subscription, build
from euicc.testing.smdp_m2m import scp03t
from euicc.testing.smdp_m2m.scp03t import Scp03tHost
from tests.m2m.es8_scene import (
    AID,
    CHALLENGE,
    HOST_KEYS,
    Scene,
    add_isd_p,
    card_with,
    isd_p_of,
    isdr_of,
    package,
    statuses,
)

ICCID = bytes.fromhex("980001214365870931F1")
CONDITIONS = "9f860104"
OTHER = aids.isd_p(0x21)


def installed(card: Card) -> tuple[bytes, bytes]:
    profile = card.isdr.profiles.by_aid(AID)
    assert profile is not None
    return profile.to_bytes(), card.isdr.profiles.package(AID)


def test_a_profile_is_installed_and_disabled() -> None:
    scene = Scene().open()
    response = scene.install(package())
    assert statuses(response) == [Status.OK]
    assert response.profile_installation_aborted is None
    profile = scene.card.isdr.profiles.by_aid(AID)
    assert profile is not None
    assert (profile.state, profile.iccid, profile.preloaded) == (ProfileState.DISABLED, ICCID, False)
    assert scene.card.isdr.profiles.package(AID) == package()
    assert scene.state is LifeCycle.DISABLED
    scene.card.reset()
    assert scene.state is LifeCycle.DISABLED


def test_it_is_the_profile_that_preloading_makes() -> None:
    scene = Scene().open()
    scene.install(package())
    loaded = scene.card.isdr.profiles.by_aid(AID)
    other = Card.manufacture(variant="sgp02")
    preloaded = other.preload(package())
    assert loaded is not None
    assert (loaded.metadata, loaded.iccid, loaded.size) == (
        preloaded.metadata,
        preloaded.iccid,
        preloaded.size,
    )


@pytest.mark.parametrize("block", [32, 100, 255, 1024, 1500])
def test_blocks_of_any_size(block: int) -> None:
    scene = Scene().open()
    assert statuses(scene.install(package(), block)) == [Status.OK]


def test_the_largest_block_has_1024_bytes() -> None:
    sent = Scene().open().host.data(bytes(scp03t.largest_plaintext(1024)))
    assert 1024 - 16 < len(sent.encoded) <= 1024


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(0, len(package()) - 1), max_size=20).map(sorted))
def test_any_cut_gives_the_same_profile(cuts: list[int]) -> None:
    reference = Scene().open()
    reference.install(package())
    scene = Scene().open()
    answers = [
        scene.data(package()[start:end])
        for start, end in zip([0, *cuts], [*cuts, len(package())], strict=True)
    ]
    given_back = [answer for answer in answers if answer]
    assert len(given_back) == 1
    assert statuses(pe.EUICCResponse.decode(given_back[0])) == [Status.OK]
    assert installed(scene.card) == installed(reference.card)


def test_pol1_comes_with_the_header() -> None:
    scene = Scene().open()
    scene.install(package(pol1=0x05))
    assert pol1(isdr_of(scene.card), AID) == Pol1.DISABLING_NOT_ALLOWED | Pol1.DELETED_WHEN_DISABLED


def test_a_second_profile_into_the_same_isd_p_is_refused() -> None:
    scene = Scene().open()
    scene.install(package())
    before = installed(scene.card)
    again = Scene(scene.card).open()
    assert again.tlv(again.host.data(package()[:100]).encoded).hex() == CONDITIONS
    assert again.tlv(again.host.data(package()[:100]).encoded).hex() == "9f860102"
    assert installed(scene.card) == before


def test_an_isd_p_that_is_not_personalized_is_refused() -> None:
    scene = Scene(card_with(IsdP(AID))).open()
    assert scene.state is LifeCycle.SELECTABLE
    assert scene.tlv(scene.host.data(package()[:100]).encoded).hex() == CONDITIONS


def test_no_iccid_twice() -> None:
    scene = Scene().open()
    response = scene.install(build(Subscription(imsi="001010999999999")).package)
    assert statuses(response) == [Status.INVALID_PARAMETER]
    assert response.profile_installation_aborted is True
    assert scene.state is LifeCycle.PERSONALIZED


def test_no_iccid_twice_though_both_come_at_once() -> None:
    first = Scene()
    add_isd_p(first.card, IsdP(OTHER, personalized=True))
    second = Scene(first.card, Scp03tHost(HOST_KEYS, OTHER, CHALLENGE), OTHER)
    begun, *rest = scp03t.blocks(package())
    for scene in (first.open(), second.open()):
        assert scene.data(begun) == b""
    answers = [[scene.data(piece) for piece in rest][-1] for scene in (first, second)]
    responses = [statuses(pe.EUICCResponse.decode(answer)) for answer in answers]
    assert responses == [[Status.OK], [Status.INVALID_PARAMETER]]
    assert (first.state, second.state) == (LifeCycle.DISABLED, LifeCycle.PERSONALIZED)


def test_an_error_ends_the_session_early_and_another_one_may_succeed() -> None:
    scene = Scene().open()
    wrong = bytearray(package())
    second = tlv.read(package())[2]
    wrong[second] = 0xAB  # an element for later use, where MF should come
    response = scene.install(bytes(wrong))
    assert response.profile_installation_aborted is True
    assert scene.tlv(scene.host.data(package()[:100]).encoded).hex() == "9f860102"
    assert scene.state is LifeCycle.PERSONALIZED
    assert statuses(Scene(scene.card).open().install(package())) == [Status.OK]


def test_what_follows_the_end_is_refused() -> None:
    scene = Scene().open()
    head = package()[:-200]
    for piece in scp03t.blocks(head):
        assert scene.data(piece) == b""
    response = pe.EUICCResponse.decode(scene.data(package()[-200:] + package()[:100]))
    assert response.profile_installation_aborted is True
    assert scene.state is LifeCycle.PERSONALIZED


def test_a_package_that_is_none() -> None:
    response = pe.EUICCResponse.decode(Scene().open().data(b"\x30\x03\x02\x01\x00"))
    assert statuses(response) == [Status.INVALID_REQUEST_FORMAT]


def test_a_profile_without_ef_iccid() -> None:
    elements = [pe.ProfileElement.decode(each) for each in PackageReader().feed(package())]
    mf = elements[1].mf
    assert mf is not None
    elements[1] = pe.ProfileElement(mf=mf.replace(ef_iccid=(pe.FileItem(do_not_create=True),)))
    scene = Scene().open()
    response = scene.install(b"".join(each.encode() for each in elements))
    assert statuses(response) == [Status.INVALID_PARAMETER]
    assert scene.state is LifeCycle.PERSONALIZED


def test_a_package_that_begins_with_another_element() -> None:
    scene = Scene().open()
    response = scene.install(package()[tlv.read(package())[2] :])
    assert statuses(response) == [Status.INVALID_PARAMETER]
    assert scene.state is LifeCycle.PERSONALIZED


def test_after_the_end_there_is_nothing_to_send() -> None:
    scene = Scene().open()
    scene.install(package())
    assert scene.tlv(scene.host.data(b"").encoded).hex() == "9f860102"


@pytest.mark.parametrize("isd_p", [IsdP(AID, True, quota=2000), IsdP(AID, True, quota=0)])
def test_the_quota_of_the_isd_p_is_not_exceeded(isd_p: IsdP) -> None:
    scene = Scene(card_with(isd_p)).open()
    assert statuses(scene.install(package())) == [Status.NOT_ENOUGH_MEMORY]
    assert scene.state is LifeCycle.PERSONALIZED


def test_a_quota_that_is_enough() -> None:
    scene = Scene(card_with(IsdP(AID, True, quota=40000))).open()
    assert statuses(scene.install(package())) == [Status.OK]


def test_the_memory_of_the_card_is_not_exceeded() -> None:
    scene = Scene(card_with(config=Config(variant="sgp02", nvm_size=20000))).open()
    assert statuses(scene.install(package())) == [Status.NOT_ENOUGH_MEMORY]


def test_a_memory_that_is_full_when_it_comes_to_storing() -> None:
    scene = Scene().open()
    with MemoryFull(free=0).on(scene.card):
        assert statuses(scene.install(package())) == [Status.NOT_ENOUGH_MEMORY]
    assert scene.state is LifeCycle.PERSONALIZED
    assert statuses(Scene(scene.card).open().install(package())) == [Status.OK]


def test_power_lost_at_any_write_leaves_all_or_nothing() -> None:
    outcomes = set()
    for write in range(1, 20):
        scene = Scene().open()
        scene.card.nvm.lose_power_at = write
        try:
            scene.install(package())
        except PowerLoss:
            scene.card.reset()
            outcomes.add(scene.state)
            if scene.state is LifeCycle.PERSONALIZED:
                assert scene.card.isdr.profiles.package(AID) == b""
                assert statuses(Scene(scene.card).open().install(package())) == [Status.OK]
        else:
            break
    else:
        pytest.fail("so many writes?")
    assert LifeCycle.PERSONALIZED in outcomes
    assert scene.state is LifeCycle.DISABLED


def test_an_isd_p_that_is_made_again_knows_nothing_of_the_session() -> None:
    scene = Scene().open()
    scene.data(package()[:500])
    with scene.card.nvm.transaction():
        isdr_of(scene.card).isd_ps.delete(isd_p_of(scene.card))
    isdr_of(scene.card).forget_isd_p(AID)
    add_isd_p(scene.card, IsdP(AID, personalized=True))
    assert scene.tlv(scene.host.data(package()[500:600]).encoded).hex() == "9f860102"
    assert statuses(Scene(scene.card).open().install(package())) == [Status.OK]
