"""The power goes at every point of what an eIM has executed: wholly done with its result stored, or not at all.

Replay: whatever was accepted once is refused when it comes again, wherever the power went during its execution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from apdu import tlv
from euicc import Card
from euicc.runtime import keys
from euicc.testing.faults import power_cuts
from tests.isdr.es10 import start_proactive
from tests.isdr.installed import install
from tests.sgp32.device import ALL_RESULTS, ROLLBACK_AT_ONCE, ROLLBACK_BY_REFRESH, Device, device
from tests.sgp32.eim import (
    Answer,
    Eim,
    configure_immediate_enable,
    delete,
    delete_eim,
    disable,
    enable,
    set_default_dp_address,
    set_fallback,
)

REPLAY = 4
Snapshot = tuple[bytes, ...]
SEEN = ("BF2D00", "BF2B00", "BF2B04A0028200", "BF5500", "BF3C00")
FALLBACK_ALLOWED = bytes.fromhex("9F6701FF")


def arranged() -> tuple[Device, Eim]:
    """Profile 1 is enabled, 2 to 4 are not; one eIM."""
    side = device()
    install(side.card, 1, enabled=True)
    for number in (2, 3, 4):
        install(side.card, number, more=FALLBACK_ALLOWED)
    return side, side.associate(Eim(), token=True)


def snapshot(side: Device) -> Snapshot:
    return tuple(side.send(bytes.fromhex(request)) for request in SEEN)


def profiles_package(side: Device, eim: Eim) -> bytes:
    operations = (
        set_fallback(4),
        configure_immediate_enable(b"\x80\x00", tlv.encode(0x82, b"smdp.example")),
        set_default_dp_address("smdp.example"),
        delete(3),
        disable(1),
        enable(2, rollback=True),
    )
    return eim.package(side.eid, operations)


def failing_package(side: Device, eim: Eim) -> bytes:
    return eim.package(side.eid, (delete(3), delete(1), delete(4)))


def eims_package(side: Device, eim: Eim) -> bytes:
    added = tlv.encode(0xA8, Eim("eim2").fields(token=-1))
    changed = tlv.encode(0xAA, tlv.encode(0x80, b"eim1"), tlv.encode(0x81, b"eim.example"))
    return eim.eco(side.eid, added, changed, delete_eim("eim2"), tlv.encode(0xA8, Eim("eim3").fields()))


def leaving_package(side: Device, eim: Eim) -> bytes:
    return eim.eco(side.eid, tlv.encode(0xA8, Eim("eim2").fields(token=-1)), delete_eim("eim1"))


def last_leaving_package(side: Device, eim: Eim) -> bytes:
    return eim.eco(side.eid, delete_eim("eim1"))


PACKAGES = [profiles_package, failing_package, eims_package, leaving_package, last_leaving_package]


def cuts(arrange: Callable[[], tuple[Device, bytes]], reset: bool = True) -> Iterator[tuple[Device, bytes]]:
    """A card, after it came back, for each point at which the power can go while the command is carried out."""
    for cut in power_cuts(most=200):
        side, command = arrange()
        with cut.on(side.card):
            side.send(command)
            if reset:
                side.card.reset()
        if cut.happened:
            side.restart()
            yield side, command
    assert cut.point > 3


@pytest.mark.parametrize("make", PACKAGES)
def test_wholly_or_not_at_all_and_never_twice(make: Callable[[Device, Eim], bytes]) -> None:
    def arrange() -> tuple[Device, bytes]:
        side, eim = arranged()
        return side, make(side, eim)

    reference, package = arrange()
    before = snapshot(reference)
    answer = Answer.of(reference.send(package))
    reference.restart()
    after = snapshot(reference)
    assert reference.stored_results() == [answer.encoded]
    seen = set()
    for side, _ in cuts(arrange):
        found = snapshot(side)
        assert found in (before, after)
        seen.add(found == after)
        if found == before:
            assert side.send(package) == answer.encoded
            side.restart()
            assert snapshot(side) == after
        assert_refused(side, package)
        assert snapshot(side) == after
    assert seen == {False, True}


def assert_refused(side: Device, package: bytes) -> None:
    again = side.load(package)
    assert again.kind == 0xA2 or again.error == REPLAY


def test_power_lost_while_the_switch_is_completed() -> None:
    """Also again and again: what the result says is what happens."""
    reference, eim = arranged()
    package = profiles_package(reference, eim)
    reference.send(package)
    reference.restart()
    after = snapshot(reference)
    for cut in power_cuts(most=100):
        side, eim = arranged()
        side.send(profiles_package(side, eim))
        with cut.on(side.card):
            side.card.reset()
        if cut.happened:
            side.restart()
            assert snapshot(side) == after
    assert cut.point > 5


@pytest.mark.parametrize("request_", [ROLLBACK_AT_ONCE, ROLLBACK_BY_REFRESH])
def test_rollback(request_: bytes) -> None:
    def arrange() -> tuple[Device, bytes]:
        side, eim = arranged()
        side.send(profiles_package(side, eim))
        side.restart()
        return side, request_

    reference, _ = arrange()
    before = snapshot(reference)
    answer = reference.send(request_)
    reference.restart()
    after = snapshot(reference)
    seen = set()
    for side, _ in cuts(arrange):
        found = snapshot(side)
        assert found in (before, after)
        seen.add(found == after)
        if found == before:
            assert side.send(request_) == answer
            side.restart()
        assert snapshot(side) == after
        assert side.enabled() == [1]
        assert side.send(ROLLBACK_AT_ONCE) == bytes.fromhex("BF5803020101")
    assert seen == {False, True}


def test_add_initial_eim() -> None:
    entries = tlv.encode(0x30, Eim("a").fields(token=-1)), tlv.encode(0x30, Eim("b").fields(counter=7))
    request = tlv.encode(0xBF57, tlv.encode(0xA0, *entries))
    reference = device()
    before = snapshot(reference)
    answer = reference.send(request)
    after = snapshot(reference)
    seen = set()
    for side, _ in cuts(lambda: (device(), request)):
        found = snapshot(side)
        assert found in (before, after)
        seen.add(found == after)
        if found == before:
            assert side.send(request) == answer
        assert snapshot(side) == after
    assert seen == {False, True}


@pytest.mark.parametrize("announced", [False, True])
def test_acknowledgement(announced: bool) -> None:
    def arrange() -> tuple[Device, bytes]:
        side, eim = arranged()
        if announced:
            start_proactive(side.card)
        seq_number = side.load(failing_package(side, eim)).seq_number
        return side, tlv.encode(0xBF30, tlv.encode(0x80, bytes([seq_number])))

    counts = [len(side.stored_results()) for side, _ in cuts(arrange)]
    assert set(counts) == {0, 1}


def after_rollback(side: Device, eim: Eim) -> None:
    side.restart()
    assert side.send(ROLLBACK_AT_ONCE)[5:8] != bytes.fromhex("020101")
    side.restart()


def after_memory_reset(side: Device, eim: Eim) -> None:
    """Everything but the eIMs."""
    side.send(bytes.fromhex("BF6404820201FA"))
    side.restart()


def after_deletion_and_new_token(side: Device, eim: Eim) -> None:
    side.eco(eim, delete_eim("eim1"))
    side.associate(Eim(), token=True)


def after_the_eims_were_reset(side: Device, eim: Eim) -> None:
    side.send(bytes.fromhex("BF640482020204"))
    assert side.eims() == []
    side.associate(Eim(), token=True)


def after_return_in_one_package(side: Device, eim: Eim) -> None:
    other = Eim("eim2")
    side.eco(eim, tlv.encode(0xA8, other.fields()))
    added = tlv.encode(0xA8, Eim().fields(token=-1))
    side.eco(other, delete_eim("eim1"), added)


def after_acknowledgement(side: Device, eim: Eim) -> None:
    for result in side.stored_results():
        side.remove(Answer.of(result).seq_number)


def after_a_saved_file(side: Device, eim: Eim) -> None:
    side.restart()


@pytest.mark.parametrize(
    "happens",
    [
        after_rollback,
        after_memory_reset,
        after_deletion_and_new_token,
        after_the_eims_were_reset,
        after_return_in_one_package,
        after_acknowledgement,
        after_a_saved_file,
    ],
)
def test_no_accepted_package_counts_again(happens: Callable[[Device, Eim], None]) -> None:
    side, eim = arranged()
    accepted = [eim.package(side.eid, [delete(4)]), profiles_package(side, eim)]
    for package in accepted:
        assert side.load(package).kind == 0xA0
    happens(side, eim)
    before = snapshot(side)
    for package in accepted:
        assert_refused(side, package)
    assert snapshot(side) == before


def test_results_and_counters_are_in_the_card_file(tmp_path: object) -> None:
    side, eim = arranged()
    package = profiles_package(side, eim)
    side.send(package)
    stored, path = side.send(ALL_RESULTS), f"{tmp_path}/card"
    side.card.save(path)
    with Card.open(path) as opened:
        again = Device(opened)
        assert again.send(ALL_RESULTS) == stored
        assert again.enabled() == [2]
        assert_refused(again, package)
        assert again.send(ROLLBACK_AT_ONCE)[:2] == b"\xbf\x58"
        assert again.enabled() == [1]
        assert opened.nvm.get(keys.ROLLBACK) is None
