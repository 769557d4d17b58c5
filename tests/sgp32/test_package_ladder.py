"""G1 of the checklist, and the ladder of checks: who may have a package executed, and what others are answered."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from apdu import StatusError, status, tlv
from euicc import Config
from euicc.crypto import curves
from euicc.runtime import keys
from euicc.testing.pki import Pki
from tests.isdr.es10 import events
from tests.isdr.installed import install
from tests.sgp32.device import ALL_RESULTS, Device, device
from tests.sgp32.eim import (
    GET_RAT,
    LIST_PROFILES,
    UNKNOWN_DAMAGED,
    Eim,
    code,
    delete,
    disable,
    enable,
    integer,
    token_object,
)

TRANSACTION = bytes.fromhex("0102030405060708")
INVALID_EID, REPLAY, OUT_OF_RANGE, SIZE_OVERFLOW, ECALL_ACTIVE, UNDEFINED = 3, 4, 6, 15, 104, 127


@pytest.fixture
def side() -> Device:
    side = device()
    install(side.card, 1, enabled=True)
    install(side.card, 2)
    return side


@pytest.fixture
def eim(side: Device) -> Eim:
    return side.associate(Eim(), token=True)


def unsigned(name: str, transaction: bytes | None = None, token: int | None = None) -> bytes:
    """EuiccPackageErrorUnsigned."""
    fields = (
        tlv.encode(0x80, name.encode()),
        b"" if transaction is None else tlv.encode(0x82, transaction),
        b"" if token is None else token_object(token),
    )
    return tlv.encode(0xBF51, tlv.encode(0xA2, *fields))


def counter_of(side: Device) -> int:
    return side.card.isdr.eims.counter(side.card.isdr.eims.all()[0])


def test_unknown_eim(side: Device, eim: Eim) -> None:
    stranger = Eim("eim2")
    package = stranger.package(side.eid, [GET_RAT], transaction=TRANSACTION)
    assert side.send(package) == unsigned("eim2", TRANSACTION)


def test_no_eim_at_all(side: Device) -> None:
    assert side.send(Eim().package(side.eid, [GET_RAT])) == unsigned("eim1")


@pytest.mark.parametrize("has_token", [False, True])
def test_bad_signature(side: Device, has_token: bool) -> None:
    eim = side.associate(Eim(), token=has_token)
    package = bytearray(eim.package(side.eid, [GET_RAT], transaction=TRANSACTION))
    package[-1] ^= 1
    token = 1 if has_token else None
    assert side.send(bytes(package)) == unsigned("eim1", TRANSACTION, token)
    assert counter_of(side) == 0


@pytest.mark.parametrize(("told", "true"), [(None, 1), (2, 1), (1, None)])
def test_signature_over_another_token(side: Device, told: int | None, true: int | None) -> None:
    eim = side.associate(Eim(), token=true is not None)
    assert eim.token == true
    eim.token = told
    assert side.send(eim.package(side.eid, [GET_RAT])) == unsigned("eim1", token=true)


def test_signature_of_a_wrong_length_or_key(side: Device, eim: Eim) -> None:
    package = tlv.parse(eim.package(side.eid, [GET_RAT])).children()
    short = tlv.encode(0xBF51, package[0].encoded, tlv.encode(0x5F37, package[1].value[:-1]))
    assert side.send(short) == unsigned("eim1", token=1)
    eim.generation = 1
    assert side.send(eim.package(side.eid, [GET_RAT])) == unsigned("eim1", token=1)


def test_other_eid(side: Device, eim: Eim) -> None:
    answer = side.load(eim.package(bytes(16), [GET_RAT], transaction=TRANSACTION))
    assert answer.error == INVALID_EID
    assert answer[0x82] == TRANSACTION
    assert answer[0x81] == b"\x01"
    assert side.signed_for(answer, eim)
    assert counter_of(side) == 0


def test_counter(side: Device, eim: Eim) -> None:
    def load(counter: int) -> int | None:
        answer = side.load(eim.package(side.eid, [GET_RAT], counter=counter))
        assert side.signed_for(answer, eim)
        return answer.error if answer.kind == 0xA1 else None

    assert load(0) == REPLAY
    assert load(5) is None
    assert load(5) == REPLAY
    assert load(4) == REPLAY
    assert load(-1) == REPLAY
    assert load(0x800000) == OUT_OF_RANGE
    assert load(1 << 4000) == OUT_OF_RANGE
    assert counter_of(side) == 5
    assert load(0x7FFFFF) is None
    assert load(0x7FFFFF) == REPLAY


def test_size(side: Device) -> None:
    small = device(Config(package_size=150))
    eim = small.associate(Eim())
    fits = eim.package(small.eid, [GET_RAT])
    assert small.load(fits).kind == 0xA0
    answer = small.load(eim.package(small.eid, [GET_RAT] * 40))
    assert answer.error == SIZE_OVERFLOW
    assert counter_of(small) == 1


def test_emergency(side: Device, eim: Eim) -> None:
    with side.card.nvm.transaction():
        side.card.nvm.set(keys.EMERGENCY_RETURN, b"")
    answer = side.load(eim.package(side.eid, [GET_RAT]))
    assert answer.error == ECALL_ACTIVE
    assert side.signed_for(answer, eim)
    assert side.load(eim.package(bytes(16), [GET_RAT])).error == ECALL_ACTIVE


def test_no_operations_or_two_kinds(side: Device, eim: Eim) -> None:
    def fields(counter: int, *lists: bytes) -> bytes:
        return eim.sign(
            tlv.encode(0x80, b"eim1"), tlv.encode(0x5A, side.eid), tlv.encode(0x81, integer(counter)), *lists
        )

    psmos, ecos = tlv.encode(0xA0, GET_RAT), tlv.encode(0xA1, bytes.fromhex("AB00"))
    for lists in ((), (b"\xa0\x00",), (b"\xa1\x00",), (psmos, ecos), (tlv.encode(0xA2, GET_RAT),)):
        assert side.load(fields(1, *lists)).error == UNDEFINED
    assert side.load(fields(1, psmos)).results


def test_unknown_elements_are_skipped_and_covered(side: Device, eim: Eim) -> None:
    """A later version may add some; the signature covers them all the same."""
    package = eim.sign(
        tlv.encode(0x80, b"eim1"),
        tlv.encode(0x5A, side.eid),
        tlv.encode(0x81, b"\x01"),
        tlv.encode(0xA0, GET_RAT),
        tlv.encode(0x9F55, b"later"),
    )
    assert side.load(package).kind == 0xA0


MISSING: list[tuple[Callable[[Device, Eim], bytes], str, bytes | None]] = [
    (lambda side, eim: bytes.fromhex("BF5100"), "", None),
    (lambda side, eim: bytes.fromhex("BF51023000"), "", None),
    (lambda side, eim: eim.sign(), "", None),
    (lambda side, eim: bytes.fromhex("BF510430028055"), "", None),
    (lambda side, eim: eim.sign(tlv.encode(0x80, b"eim1"), tlv.encode(0x5A, side.eid)), "eim1", None),
    (
        lambda side, eim: eim.sign(
            tlv.encode(0x80, b"eim1"), tlv.encode(0x81, b"\x01"), tlv.encode(0x82, TRANSACTION), b"\xa0\x00"
        ),
        "eim1",
        TRANSACTION,
    ),
    (
        lambda side, eim: eim.sign(
            tlv.encode(0x5A, side.eid), tlv.encode(0x81, b"\x01"), tlv.encode(0xA0, GET_RAT)
        ),
        "",
        None,
    ),
    (
        lambda side, eim: eim.sign(
            tlv.encode(0x80, b"\xff\xfe"),
            tlv.encode(0x5A, side.eid),
            tlv.encode(0x81, b"\x01"),
            tlv.encode(0x82, bytes(17)),
            tlv.encode(0xA0, GET_RAT),
        ),
        "",
        None,
    ),
    (
        lambda side, eim: eim.sign(
            tlv.encode(0x80, b"x" * 129),
            tlv.encode(0x5A, side.eid),
            tlv.encode(0x81, b"\x01"),
            tlv.encode(0xA0, GET_RAT),
        ),
        "",
        None,
    ),
]


@pytest.mark.parametrize(("make", "name", "transaction"), MISSING)
def test_a_head_that_cannot_be_read(
    side: Device, eim: Eim, make: Callable[[Device, Eim], bytes], name: str, transaction: bytes | None
) -> None:
    assert side.send(make(side, eim)) == unsigned(name, transaction)
    assert counter_of(side) == 0


@pytest.mark.parametrize("garbage", ["BF510330", "BF51023000FF", "BF5180"])
def test_no_data_object_at_all(side: Device, garbage: str) -> None:
    with pytest.raises(StatusError) as refused:
        side.send(bytes.fromhex(garbage))
    assert refused.value.sw == status.INCORRECT_DATA


def test_transaction_id_comes_back_in_results(side: Device, eim: Eim) -> None:
    answer = side.load(eim.package(side.eid, [GET_RAT], transaction=TRANSACTION))
    assert answer[0x80] == b"eim1"
    assert answer[0x81] == b"\x01"
    assert answer[0x82] == TRANSACTION
    assert side.load(eim.package(side.eid, [GET_RAT]))[0x82] is None


def test_result_is_signed_over_the_token_too(side: Device, eim: Eim) -> None:
    answer = side.load(eim.package(side.eid, [GET_RAT]))
    assert answer.verifies(side.key(), bytes.fromhex("840101"))
    assert not answer.verifies(side.key(), b"")
    assert not answer.verifies(side.key(), bytes.fromhex("840100"))


def test_result_without_token_is_signed_over_zero(side: Device) -> None:
    eim = side.associate(Eim())
    answer = side.load(eim.package(side.eid, [GET_RAT]))
    assert answer.verifies(side.key(), bytes.fromhex("840100"))


@pytest.mark.parametrize("euicc_curve", curves.ALL, ids=lambda curve: curve.name)
@pytest.mark.parametrize("eim_curve", [ec.SECP256R1(), ec.BrainpoolP256R1()], ids=lambda curve: curve.name)
def test_both_curves(euicc_curve: curves.Curve, eim_curve: ec.EllipticCurve) -> None:
    side = device(pki=Pki.default(curves=(euicc_curve,)))
    eim = side.associate(Eim(curve=eim_curve), token=True)
    answer = side.load(eim.package(side.eid, [GET_RAT]))
    assert answer.kind == 0xA0
    assert side.signed_for(answer, eim)


def test_the_key_under_the_ci_of_the_eim_signs() -> None:
    side = device(pki=Pki.default(curves=curves.ALL))
    second = side.card.identity.credentials[1].ci_ski
    eim = side.associate(Eim(ci_ski=second), token=True)
    for package in (eim.package(side.eid, [GET_RAT]), eim.package(bytes(16), [GET_RAT])):
        answer = side.load(package)
        assert answer.verifies(side.key(1), token_object(eim.token))
        assert not answer.verifies(side.key(0), token_object(eim.token))


def test_every_bit_of_the_signed_part_counts(side: Device, eim: Eim) -> None:
    package = eim.package(side.eid, [disable(1)])
    head = len(package) - len(tlv.parse(package).value)
    refused = set()
    for position in range(8 * head, 8 * len(package), 5):
        flipped = bytearray(package)
        flipped[position // 8] ^= 0x80 >> position % 8
        answer = side.send(bytes(flipped))
        assert answer[:2] == b"\xbf\x51"
        refused.add(tlv.parse(tlv.parse(answer).value).tag)
    assert refused == {0xA2}
    assert counter_of(side) == 0
    assert side.load(package).results == [code(0x84, 0)]


def test_refused_packages_leave_no_trace(side: Device, eim: Eim) -> None:
    side.send(eim.package(bytes(16), [disable(1)]))
    side.send(Eim("eim2").package(side.eid, [disable(1)]))
    assert side.stored_results() == []
    assert counter_of(side) == 0
    side.restart()
    assert side.enabled() == [1]


def test_a_first_operation_that_fails_consumes_the_counter(side: Device, eim: Eim) -> None:
    package = eim.package(side.eid, [delete(1), delete(2)])
    assert side.load(package).results == [code(0x85, 2)]
    assert side.load(package).error == REPLAY


def test_results_are_kept_until_acknowledged(side: Device, eim: Eim) -> None:
    first = side.load(eim.package(side.eid, [GET_RAT]))
    second = side.load(eim.package(side.eid, [LIST_PROFILES]))
    assert second.seq_number > first.seq_number > 0
    assert side.stored_results() == [first.encoded, second.encoded]
    one = tlv.encode(0xBF2B, tlv.encode(0xA0, tlv.encode(0x80, bytes([second.seq_number]))))
    assert side.stored_results(one) == [second.encoded]
    assert side.send(bytes.fromhex("BF2B00")) == bytes.fromhex("BF2B02A000")
    side.restart()
    assert side.stored_results() == [first.encoded, second.encoded]
    assert side.remove(first.seq_number) == 0
    assert side.remove(first.seq_number) == 1
    assert side.stored_results() == [second.encoded]


def test_nothing_stored(side: Device, eim: Eim) -> None:
    assert side.send(ALL_RESULTS) == bytes.fromhex("BF2B02A200")
    assert side.send(bytes.fromhex("BF2B05A003800109")) == bytes.fromhex("BF2B02A000")


def test_criteria_without_their_a0(side: Device, eim: Eim) -> None:
    answer = side.load(eim.package(side.eid, [GET_RAT]))
    assert side.stored_results(bytes.fromhex("BF2B028200")) == [answer.encoded]


def test_the_oldest_result_makes_room() -> None:
    side = device(Config(package_results=2))
    eim = side.associate(Eim())
    answers = [side.load(eim.package(side.eid, [GET_RAT])) for _ in range(3)]
    assert side.stored_results() == [each.encoded for each in answers[1:]]


def test_one_counter_for_notifications_and_results(side: Device, eim: Eim) -> None:
    before = side.load(eim.package(side.eid, [disable(1)])).seq_number
    side.restart()
    after = side.load(eim.package(side.eid, [delete(2)])).seq_number
    notified = [number for number, _, _ in events(side.channel)]
    assert len({before, after, *notified}) == 2 + len(notified)
    assert before < notified[0] < notified[1] < after


def test_disable_and_delete_in_order(side: Device, eim: Eim) -> None:
    answer = side.load(eim.package(side.eid, [disable(1), delete(2)]))
    assert answer.results == [code(0x84, 0), code(0x85, 0)]
    assert side.signed_for(answer, eim)
    assert counter_of(side) == 1


def test_what_follows_a_failure_is_not_done(side: Device, eim: Eim) -> None:
    results = side.psmo(eim, delete(9), delete(2))
    assert results == [code(0x85, 1)]
    assert side.card.isdr.profiles.by_iccid(install(side.card, 3).iccid)
    assert side.psmo(eim, delete(2), enable(9), delete(3)) == [code(0x85, 0), code(0x83, 1)]


@pytest.mark.parametrize(
    "operation",
    [
        "AF00",
        "A300",
        "A30C5A09981000000000000000",
        "A60100",
        "02017F",
        "A4",
        "A40F5A0A",
        "8000",
        "BF2D025C",
        "00",
    ],
)
def test_unknown_or_damaged_operation(side: Device, eim: Eim, operation: str) -> None:
    answer = side.load(eim.package(side.eid, [GET_RAT, bytes.fromhex(operation)]))
    assert len(answer.results) == 2
    assert answer.results[1] == UNKNOWN_DAMAGED
    assert side.signed_for(answer, eim)
    answer = side.load(eim.package(side.eid, [bytes.fromhex(operation)], kind=0xA1))
    assert answer.results == [UNKNOWN_DAMAGED]


def test_result_too_big_for_the_card() -> None:
    side = device(Config(package_result_size=60))
    eim = side.associate(Eim())
    for number in (1, 2, 3):
        install(side.card, number)
    assert side.psmo(eim, LIST_PROFILES, delete(1)) == [bytes.fromhex("020101")]
    results = side.psmo(eim, delete(1), *[GET_RAT] * 3, delete(2))
    assert results[0] == code(0x85, 0)
    assert results[-1] == bytes.fromhex("020101")
    assert sorted(each.iccid[-1] for each in side.card.isdr.profiles.all()) == [2, 3]
