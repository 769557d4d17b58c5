"""What is kept of profiles and notifications comes back from its bytes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apdu import aid as aids
from euicc.profiles.pending import PendingKind, PendingNotification
from euicc.profiles.profile import Profile, ProfileClass, ProfileState
from euicc.profiles.store import ProfileStore
from euicc.refusals import Reason, Refused
from euicc.runtime.nvm import Nvm
from tests.isdr.installed import PPR1, PPR2, TEST, iccid, metadata


def profile(number: int = 1, **described: object) -> Profile:
    return Profile(
        aid=aids.isd_p(0x10 + number),
        iccid=iccid(number),
        metadata=metadata(number, **described),  # type: ignore[arg-type]
        ci_ski=bytes(20),
        smdp_oid="2.999.10",
    )


@pytest.mark.parametrize("nickname", [None, "", "große Reise"])
@pytest.mark.parametrize("state", list(ProfileState))
def test_profile(nickname: str | None, state: ProfileState) -> None:
    kept = replace(
        profile(),
        nickname=nickname,
        state=state,
        preloaded=True,
        size=70_000,
        dp_proprietary_data=b"\xb8\x00",
    )
    assert Profile.from_bytes(kept.to_bytes()) == kept


def test_profile_reads_its_metadata() -> None:
    test = profile(profile_class=TEST, pprs=PPR1 | PPR2)
    assert test.profile_class is ProfileClass.TEST
    assert list(test.policy_rules) == [1, 2]
    assert profile().profile_class is ProfileClass.OPERATIONAL
    assert list(profile().policy_rules) == []


@pytest.mark.parametrize("kind", list(PendingKind))
def test_notification(kind: PendingKind) -> None:
    kept = PendingNotification(300, kind, bytes.fromhex("BF2F00"), bytes(64), bytes(20))
    assert PendingNotification.from_bytes(kept.to_bytes()) == kept


def test_store_finds_by_aid_and_iccid() -> None:
    nvm = Nvm()
    store = ProfileStore(nvm)
    with nvm.transaction():
        first, second = (store.add(profile(number), bytes(number * 100)) for number in (1, 2))
    assert store.all() == [first, second]
    assert store.by_aid(second.aid) == second
    assert store.by_iccid(first.iccid) == first
    assert store.by_iccid(iccid(9)) is None
    assert store.enabled() is None
    assert store.used() == 300
    assert store.package(second.aid) == bytes(200)
    with nvm.transaction():
        store.delete(first)
    assert (store.all(), store.package(first.aid)) == ([second], b"")


def test_store_gives_the_first_free_aid() -> None:
    nvm = Nvm()
    store = ProfileStore(nvm)
    assert store.free_aid() == bytes.fromhex("A0000005591010FFFFFFFF8900001000")
    with nvm.transaction():
        for number in range(3):
            store.add(replace(profile(number), aid=store.free_aid()), b"")
        store.delete(store.all()[1])
    assert store.free_aid() == bytes.fromhex("A0000005591010FFFFFFFF8900001100")


def test_store_has_no_aid_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aids, "LAST_ISD_P", 0x0010)
    nvm = Nvm()
    store = ProfileStore(nvm)
    with nvm.transaction():
        store.add(profile(0), b"")
    with pytest.raises(Refused) as refused:
        store.free_aid()
    assert refused.value.reason is Reason.MEMORY
