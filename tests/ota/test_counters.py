"""Replay counters: one for each key set, never back, and nothing executed twice wherever the power goes."""

from __future__ import annotations

import pytest

from euicc import PowerLoss
from euicc.ota import counter
from euicc.ota.packet import CounterMode
from euicc.ota.status import PacketRefused, ResponseStatus
from euicc.testing.faults import PowerCut, every_power_cut
from euicc.testing.ota import (
    Algorithm,
    Check,
    Counter,
    KeySet,
    Protection,
    Script,
    pack,
    parse_expanded,
    unpack,
)
from euicc.testing.ota.packet import Packet
from euicc.testing.ota.script import Chaining
from euicc.testing.ota.sms import Numbering, deliveries
from euicc.testing.profile_builder import Subscription, build
from tests.ota.domain import domain
from tests.ota.scene import CARD, OTHER_IMSI, TAR_USIM, Scene, card_with, content, imsi_update, scene
from tests.ota.vectors import TS48_KEY, TS48_KEYS

TRIPLE_DES = KeySet(1, TS48_KEY, TS48_KEY, Algorithm.TRIPLE_DES_2)
HIGHER, ONE_HIGHER = CounterMode.HIGHER, CounterMode.ONE_HIGHER
LOW, HIGH, BLOCKED = (
    ResponseStatus.COUNTER_LOW,
    ResponseStatus.COUNTER_HIGH,
    ResponseStatus.COUNTER_BLOCKED,
)
MAXIMUM = 0xFFFFFFFFFF


def deliver(here: Scene, packet: Packet) -> bytes:
    (tpdu,) = deliveries(packet.encoded, "12345", Numbering(1))
    return here.handset.deliver(tpdu)


def status(here: Scene, packet: Packet) -> int:
    return unpack(deliver(here, packet), packet).status


@pytest.mark.parametrize(
    ("stored", "mode", "given", "refused"),
    [
        (0, HIGHER, 1, None),
        (0, HIGHER, 0, LOW),
        (0, HIGHER, MAXIMUM, None),
        (7, HIGHER, 7, LOW),
        (7, HIGHER, 6, LOW),
        (7, HIGHER, 9, None),
        (7, ONE_HIGHER, 8, None),
        (7, ONE_HIGHER, 9, HIGH),
        (7, ONE_HIGHER, 7, LOW),
        (MAXIMUM - 1, ONE_HIGHER, MAXIMUM, None),
        (MAXIMUM, HIGHER, MAXIMUM, BLOCKED),
        (MAXIMUM, ONE_HIGHER, 0, BLOCKED),
        (7, CounterMode.UNCHECKED, 1, None),
        (MAXIMUM, CounterMode.NONE, 0, None),
    ],
)
def test_modes(stored: int, mode: CounterMode, given: int, refused: ResponseStatus | None) -> None:
    memory = card_with().uicc.running.memory
    keys = domain(TS48_KEYS, counter=stored.to_bytes(5, "big"))
    if refused is None:
        counter.accept(memory, keys, 2, mode, given)
    else:
        with pytest.raises(PacketRefused) as caught:
            counter.accept(memory, keys, 2, mode, given)
        assert caught.value.status is refused
    accepted = refused is None and mode in (HIGHER, ONE_HIGHER)
    assert counter.stored(memory, keys, 2) == (given if accepted else stored)


def test_each_key_set_counts_for_itself() -> None:
    here = scene()
    assert status(here, pack(Protection(), TS48_KEYS, TAR_USIM, 100, b"")) == 0
    assert status(here, pack(Protection(), TRIPLE_DES, TAR_USIM, 1, b"")) == 0
    assert status(here, pack(Protection(), TS48_KEYS, TAR_USIM, 2, b"")) == LOW


def test_a_counter_is_that_of_the_key_that_authenticates() -> None:
    """KIc may name another key set than KID, and whether anything is ciphered is said there, too."""
    here = scene()
    assert status(here, pack(Protection(ciphered=False), TS48_KEYS, TAR_USIM, 5, b"")) == 0
    memory = here.card.uicc.running.memory
    assert counter.stored(memory, domain(TS48_KEYS), 2) == 5
    assert counter.stored(memory, domain(TRIPLE_DES), 1) == 0


def test_who_has_no_key_moves_no_counter_that_protects_something() -> None:
    here = scene(build(Subscription(remote_security_level=0x00)).package)
    plain = Protection(check=Check.NONE, ciphered=False, response_check=Check.NONE, response_ciphered=False)
    assert status(here, pack(plain, TS48_KEYS, TAR_USIM, MAXIMUM, imsi_update())) == 0
    assert content(here.card) == OTHER_IMSI
    assert status(here, pack(plain, TS48_KEYS, TAR_USIM, MAXIMUM, b"")) == BLOCKED
    ciphered_only = Protection(check=Check.NONE, response_check=Check.NONE)
    assert status(here, pack(ciphered_only, TS48_KEYS, TAR_USIM, 1, b"")) == BLOCKED
    assert status(here, pack(Protection(), TS48_KEYS, TAR_USIM, 1, b"")) == 0


def test_packets_without_counter_are_executed_each_time() -> None:
    here = scene()
    packet = pack(Protection(counter=Counter.NONE), TS48_KEYS, TAR_USIM, 0, imsi_update())
    assert status(here, packet) == 0
    assert status(here, packet) == 0


def test_a_counter_goes_with_its_profile_and_survives_a_reset() -> None:
    here = scene()
    assert status(here, pack(Protection(), TS48_KEYS, TAR_USIM, 9, b"")) == 0
    here.handset.reset()
    assert status(here, pack(Protection(), TS48_KEYS, TAR_USIM, 9, b"")) == LOW
    memory = here.card.uicc.running.memory
    with memory.transaction():
        memory.erase()
    assert status(here, pack(Protection(), TS48_KEYS, TAR_USIM, 1, b"")) == 0


def test_power_loss_at_every_write_never_executes_twice_nor_counts_back() -> None:
    packet = pack(Protection(), TS48_KEYS, TAR_USIM, 3, imsi_update())
    outcomes = set()

    def scenario(cut: PowerCut) -> None:
        here = scene()
        before = content(here.card)
        with cut.on(here.card):
            deliver(here, packet)
        if not cut.happened:
            return
        here.handset.reset()
        counted = counter.stored(here.card.uicc.running.memory, domain(TS48_KEYS), 2)
        written = content(here.card) == OTHER_IMSI
        assert written or content(here.card) == before
        assert counted == 3 or not written, "executed without being counted"
        again = status(here, packet)
        assert again == (LOW if counted == 3 else 0)
        assert (content(here.card) == OTHER_IMSI) == (written or again == 0)
        outcomes.add((counted, written))

    assert every_power_cut(scenario) >= 4
    assert outcomes == {(0, False), (3, False), (3, True)}


def test_the_platform_catches_up_after_power_was_lost() -> None:
    here = scene()
    here.card.nvm.lose_power_at = 3

    def deliver_to_a_card_that_may_be_off(tpdu: bytes) -> bytes:
        try:
            return here.handset.deliver(tpdu)
        except PowerLoss:
            here.handset.reset()
            return b""

    response = here.platform.send(CARD, TAR_USIM, imsi_update(), deliver_to_a_card_that_may_be_off)
    assert (response.status, response.counter) == (0, 2)
    assert content(here.card) == OTHER_IMSI


def test_power_loss_in_a_chain_of_scripts_never_goes_on_at_an_older_place() -> None:
    first = Script().select((0x6F07,)).expanded(chaining=Chaining.FIRST_KEPT_OVER_RESET)
    second = Script().select((0x6FAD,)).expanded(chaining=Chaining.NEXT)
    third = Script().add(0x00, 0xD6, 0, 0, b"\xee").expanded(chaining=Chaining.LAST)
    outcomes = set()
    for point in range(1, 12):
        here = scene()
        before = content(here.card)
        here.send(TAR_USIM, first)
        here.card.nvm.lose_power_at = point
        try:
            here.send(TAR_USIM, second)
        except PowerLoss:
            here.handset.reset()
        here.card.nvm.lose_power_at = None
        result = parse_expanded(here.send(TAR_USIM, third).data)
        assert content(here.card)[1:] == before[1:]
        written = content(here.card) != before
        outcomes.add((result.chaining, result.sw, written))
    # The counter was raised and the chain taken: it is over. Before that, the second message never came.
    assert (None, 0x9000, False) in outcomes
    assert (1, None, False) in outcomes
