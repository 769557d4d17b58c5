"""ES10c.EnableProfile, DisableProfile, DeleteProfile and eUICCMemoryReset: what they change, and when."""

from __future__ import annotations

import pytest

from apdu import ApduChannel, tlv
from euicc import Card
from euicc.runtime import keys
from tests.isdr.es10 import (
    BEYOND_CAPABILITIES,
    DONE,
    REFRESH,
    TERMINAL_BUSY,
    delete,
    disable,
    enable,
    enabled,
    events,
    fetch,
    memory_reset,
    open_isdr,
    respond,
    result,
    start_proactive,
    states,
)
from tests.isdr.installed import (
    DELETE,
    DISABLE,
    ENABLE,
    INSTALL,
    PPR1,
    PPR2,
    PROVISIONING,
    SMDP,
    TEST,
    iccid,
    install,
)

OK = 0


def done(isdr: ApduChannel, request: bytes) -> None:
    tag = int.from_bytes(request[:2], "big")
    assert isdr.store_data(request) == result(tag, OK)


def test_enable_and_disable_at_once(card: Card, isdr: ApduChannel) -> None:
    install(card, 1)
    done(isdr, enable(1))
    assert states(isdr) == {1: 1}
    done(isdr, disable(1))
    assert states(isdr) == {1: 0}
    assert events(isdr) == [(1, ENABLE, 1), (2, DISABLE, 1)]


def test_by_isdp_aid(card: Card, isdr: ApduChannel) -> None:
    profile = install(card, 1)
    named = tlv.encode(0x4F, profile.aid)
    for tag in (0xBF31, 0xBF32):
        done(isdr, tlv.encode(tag, tlv.encode(0xA0, named), bytes.fromhex("810100")))
    done(isdr, tlv.encode(0xBF33, named))
    assert states(isdr) == {}


@pytest.mark.parametrize("flag", ["810100", "010100"])
@pytest.mark.parametrize("wrapped", [True, False])
def test_other_forms_of_the_request(card: Card, isdr: ApduChannel, flag: str, wrapped: bool) -> None:
    install(card, 1)
    named = tlv.encode(0x5A, iccid(1))
    identifier = tlv.encode(0xA0, named) if wrapped else named
    for tag in (0xBF31, 0xBF32):
        done(isdr, tlv.encode(tag, identifier, bytes.fromhex(flag)))


def test_the_enabled_profile_is_disabled_first(card: Card, isdr: ApduChannel) -> None:
    install(card, 1, enabled=True)
    install(card, 2)
    done(isdr, enable(2))
    assert states(isdr) == {1: 0, 2: 1}
    assert events(isdr) == [(1, DISABLE, 1), (2, ENABLE, 2)]


def test_a_notification_for_each_address_that_wants_the_event(card: Card, isdr: ApduChannel) -> None:
    install(card, 1, told=((ENABLE | DELETE, SMDP), (INSTALL, SMDP), (ENABLE | DISABLE, "other.example")))
    done(isdr, enable(1))
    done(isdr, disable(1))
    done(isdr, delete(1))
    assert [event for _, event, _ in events(isdr)] == [ENABLE, ENABLE, DISABLE, DELETE]


def test_a_profile_that_tells_nobody(card: Card, isdr: ApduChannel) -> None:
    install(card, 1, told=())
    for request in (enable(1), disable(1), delete(1)):
        done(isdr, request)
    assert events(isdr) == []


def test_delete_leaves_its_notification_and_frees_the_aid(card: Card, isdr: ApduChannel) -> None:
    first = install(card, 1)
    done(isdr, delete(1))
    assert states(isdr) == {}
    assert events(isdr) == [(1, DELETE, 1)]
    assert card.nvm.indexes(keys.PACKAGE) == []
    assert install(card, 2).aid == first.aid


@pytest.mark.parametrize("profile_class", [TEST, PROVISIONING])
def test_ppr1_does_not_hold_against_other_classes(card: Card, isdr: ApduChannel, profile_class: int) -> None:
    install(card, 1, enabled=True, pprs=PPR1)
    install(card, 2, profile_class=profile_class)
    done(isdr, enable(2))
    assert enabled(isdr) == [2]


@pytest.mark.parametrize(
    ("request_", "ends"),
    [
        (enable(2), True),
        (disable(1), True),
        (memory_reset(1), True),
        (enable(2, refresh=True), False),
        (delete(2), False),
    ],
    ids=["enable", "disable", "memory reset", "marked switch", "delete"],
)
def test_what_ends_the_rsp_session(card: Card, isdr: ApduChannel, request_: bytes, ends: bool) -> None:
    install(card, 1, enabled=True)
    install(card, 2)
    isdr.store_data(bytes.fromhex("BF2E00"))
    isdr.store_data(request_)
    assert (card.isdr.session is None) is ends
    card.reset()
    assert card.isdr.session is None


class TestTestProfiles:
    """A test profile remembers where it was enabled from, and tells nobody."""

    @pytest.fixture(autouse=True)
    def profiles(self, card: Card) -> None:
        install(card, 1, enabled=True)
        install(card, 2)
        install(card, 3, profile_class=TEST)
        install(card, 4, profile_class=TEST)

    def test_disabling_brings_the_operational_profile_back(self, isdr: ApduChannel) -> None:
        done(isdr, enable(3))
        done(isdr, enable(4))
        done(isdr, disable(4))
        assert enabled(isdr) == [1]
        assert events(isdr) == [(1, DISABLE, 1), (2, ENABLE, 1)]

    def test_only_back_to_where_it_came_from(self, isdr: ApduChannel) -> None:
        done(isdr, enable(3))
        assert isdr.store_data(enable(2)) == result(0xBF31, 4)
        assert enabled(isdr) == [3]
        done(isdr, enable(1))
        done(isdr, enable(2))
        assert enabled(isdr) == [2]

    def test_no_way_back_once_it_is_deleted(self, isdr: ApduChannel) -> None:
        done(isdr, enable(3))
        done(isdr, delete(1))
        assert isdr.store_data(enable(2)) == result(0xBF31, 4)
        done(isdr, disable(3))
        assert enabled(isdr) == []

    def test_from_no_profile_to_no_profile(self, isdr: ApduChannel) -> None:
        done(isdr, disable(1))
        done(isdr, enable(3))
        done(isdr, disable(3))
        assert enabled(isdr) == []

    def test_memory_reset_brings_the_operational_profile_back(self, isdr: ApduChannel) -> None:
        done(isdr, enable(3))
        done(isdr, memory_reset(1))
        assert states(isdr) == {1: 1, 2: 0}
        assert [event for _, event, number in events(isdr) if number == 1] == [DISABLE, ENABLE]

    def test_memory_reset_does_what_a_marked_switch_was_to_do(self, card: Card, isdr: ApduChannel) -> None:
        done(isdr, enable(3))
        done(isdr, disable(3, refresh=True))
        done(isdr, memory_reset(1))
        card.reset()
        isdr = open_isdr(card)
        assert states(isdr) == {1: 1, 2: 0}
        assert events(isdr) == [(1, DISABLE, 1), (2, ENABLE, 1)]

    def test_memory_reset_of_both_leaves_none(self, isdr: ApduChannel) -> None:
        done(isdr, enable(3))
        done(isdr, memory_reset(0, 1))
        assert states(isdr) == {}


class TestRefresh:
    """With refreshFlag the switch waits for the terminal."""

    @pytest.fixture(autouse=True)
    def profiles(self, card: Card) -> None:
        install(card, 1, enabled=True)
        install(card, 2)

    def test_terminal_is_asked_and_switch_follows_its_answer(self, card: Card, isdr: ApduChannel) -> None:
        start_proactive(card)
        done(isdr, enable(2, refresh=True))
        assert isdr.proactive_pending == len(REFRESH)
        assert (enabled(isdr), events(isdr)) == ([1], [])
        assert fetch(card) == REFRESH + b"\x90\x00"
        assert enabled(isdr) == [1]
        assert respond(card, DONE) == b"\x90\x00"
        assert enabled(isdr) == [2]
        assert events(isdr) == [(1, DISABLE, 1), (2, ENABLE, 2)]
        assert isdr.proactive_pending == 0

    @pytest.mark.parametrize("failure", [TERMINAL_BUSY, BEYOND_CAPABILITIES])
    def test_terminal_that_cannot_leaves_things_as_they_were(
        self, card: Card, isdr: ApduChannel, failure: str
    ) -> None:
        start_proactive(card)
        done(isdr, enable(2, refresh=True))
        fetch(card)
        respond(card, failure)
        card.reset()
        isdr = open_isdr(card)
        assert (enabled(isdr), events(isdr)) == ([1], [])
        start_proactive(card)
        done(isdr, enable(2, refresh=True))
        fetch(card)
        respond(card)
        assert enabled(isdr) == [2]

    @pytest.mark.parametrize("fetched", [True, False])
    def test_reset_stands_for_the_answer(self, card: Card, isdr: ApduChannel, fetched: bool) -> None:
        start_proactive(card)
        done(isdr, disable(1, refresh=True))
        if fetched:
            fetch(card)
        card.reset()
        assert enabled(open_isdr(card)) == []

    def test_without_terminal_profile_nothing_is_announced(self, card: Card, isdr: ApduChannel) -> None:
        done(isdr, enable(2, refresh=True))
        assert isdr.proactive_pending == 0
        assert enabled(isdr) == [1]
        card.reset()
        isdr = open_isdr(card)
        assert enabled(isdr) == [2]
        assert events(isdr) == [(1, DISABLE, 1), (2, ENABLE, 2)]

    def test_without_refresh_flag_nothing_is_announced(self, card: Card, isdr: ApduChannel) -> None:
        start_proactive(card)
        done(isdr, enable(2))
        assert isdr.proactive_pending == 0
        assert enabled(isdr) == [2]

    def test_later_switch_takes_the_place_of_one_that_waits(self, card: Card, isdr: ApduChannel) -> None:
        start_proactive(card)
        done(isdr, enable(2, refresh=True))
        done(isdr, disable(1, refresh=True))
        assert fetch(card) == REFRESH + b"\x90\x00"
        assert respond(card) == b"\x90\x00"
        assert enabled(isdr) == []
        assert fetch(card)[-2:] != b"\x90\x00"

    def test_switch_at_once_takes_the_place_of_one_that_waits(self, card: Card, isdr: ApduChannel) -> None:
        start_proactive(card)
        done(isdr, enable(2, refresh=True))
        done(isdr, disable(1))
        fetch(card)
        respond(card)
        assert enabled(isdr) == []
        card.reset()
        assert enabled(open_isdr(card)) == []

    def test_profile_that_will_be_enabled_cannot_be_deleted(self, isdr: ApduChannel) -> None:
        done(isdr, enable(2, refresh=True))
        assert isdr.store_data(delete(2)) == result(0xBF33, 2)

    def test_memory_reset_forgets_the_switch(self, card: Card, isdr: ApduChannel) -> None:
        done(isdr, enable(2, refresh=True))
        done(isdr, memory_reset(0))
        card.reset()
        isdr = open_isdr(card)
        assert states(isdr) == {}
        assert [event for _, event, _ in events(isdr)] == [DELETE, DELETE]


class TestMemoryReset:
    """Whatever the state and the policy rules."""

    @pytest.fixture(autouse=True)
    def profiles(self, card: Card) -> None:
        install(card, 1, enabled=True, pprs=PPR1 | PPR2)
        install(card, 2)
        install(card, 3, profile_class=TEST)
        install(card, 4, profile_class=TEST, preloaded=True)
        install(card, 5, profile_class=PROVISIONING)

    @pytest.mark.parametrize(
        ("bits", "left"),
        [((0,), [3, 4, 5]), ((1,), [1, 2, 4, 5]), ((0, 1, 2), [4, 5]), ((0, 1, 2, 3, 4), [4, 5])],
    )
    def test_options(self, isdr: ApduChannel, bits: tuple[int, ...], left: list[int]) -> None:
        done(isdr, memory_reset(*bits))
        assert list(states(isdr)) == left

    def test_refresh_when_the_enabled_profile_goes(self, card: Card, isdr: ApduChannel) -> None:
        start_proactive(card)
        done(isdr, memory_reset(1))
        assert isdr.proactive_pending == 0
        done(isdr, memory_reset(0))
        assert isdr.proactive_pending == len(REFRESH)
        assert events(isdr) == [(1, DELETE, 1), (2, DELETE, 2)]
        assert fetch(card) == REFRESH + b"\x90\x00"
        assert respond(card) == b"\x90\x00"
        assert list(states(isdr)) == [4, 5]
