"""What an eIM takes from a device and what it refuses, SGP.32 5.14.6: byte by byte, signed by the keys of a PKI."""

from __future__ import annotations

import pytest

from apdu import tlv
from asn1.generated import sgp32
from euicc.crypto import curves
from euicc.testing.eim import Discard, OrderState, PackageOrder, operations
from euicc.testing.pki import Pki
from tests.testing.eim_device import (
    NOTHING_TO_DO,
    NOTHING_TO_SAY,
    OK_ENABLE,
    STRANGER,
    Device,
    acknowledged,
    device,
    eim,
)
from tests.testing.ordered import EID, flip
from tests.testing.test_eim_packages import ICCID

RAT = bytes.fromhex("A600")


def sent(ipa: Device) -> tuple[PackageOrder, bytes]:
    """A package on its way, and the order behind it."""
    order = ipa.server.queue(ipa.eid, operations.enable(ICCID, rollback=True))
    return order, ipa.package()


def reasons(ipa: Device) -> list[Discard]:
    return [each.reason for each in ipa.record.discarded]


@pytest.mark.parametrize("curve", curves.ALL, ids=lambda curve: curve.name)
@pytest.mark.parametrize("token", [None, 7])
def test_a_result_is_verified_and_acknowledged(token: int | None, curve: curves.Curve) -> None:
    ipa = device(token=token, pki=Pki.default((curve,)), known=False)
    ipa.pki = Pki.default((curve,))
    ipa.server.associate(EID, token=token, certificates=ipa.certificates)
    order, package = sent(ipa)
    result = ipa.result(package, OK_ENABLE, seq=0x2A)
    assert ipa.provide(result) == bytes.fromhex("BF5006BF530380012A")
    assert (order.state, order.codes, order.seq_number) == (OrderState.DONE, (0,), 0x2A)
    assert order.result == result
    assert ipa.ask() == NOTHING_TO_DO


def test_the_skeleton_of_a_result() -> None:
    ipa = device(transaction_ids=False)
    ipa.record.counter = 4
    sent(ipa)
    data = bytes.fromhex("3011 8004 65696D31 810105 83012A 3003 830100")
    signature = tlv.encode(0x5F37, ipa.credential.sign(data + bytes.fromhex("840100")))
    assert acknowledged(ipa.provide(tlv.encode(0xBF51, tlv.encode(0xA0, data, signature)))) == [0x2A]
    assert ipa.record.discarded == []


def test_codes_of_each_operation() -> None:
    ipa = device()
    order, package = sent(ipa)
    ipa.provide(ipa.result(package, bytes.fromhex("840100"), bytes.fromhex("BF2D03810101"), b"\x02\x01\x02"))
    assert order.codes == (0, None, 2)
    decoded = order.results[1].decoded
    assert decoded is not None
    assert decoded.list_profile_info_result == sgp32.ProfileInfoListResponse(profile_info_list_error=1)


def test_a_result_that_v1_2_does_not_know_harms_nobody() -> None:
    ipa = device()
    order, package = sent(ipa)
    assert acknowledged(ipa.provide(ipa.result(package, OK_ENABLE, bytes.fromhex("9F550100"), seq=50))) == [
        50
    ]
    assert order.results[1].decoded is None
    assert order.results[1].code == 0


def test_a_wrong_signature() -> None:
    ipa = device(token=7)
    order, package = sent(ipa)
    right = ipa.result(package, OK_ENABLE)
    for wrong in (
        flip(right),
        ipa.result(package, OK_ENABLE, after=b""),
        ipa.result(package, OK_ENABLE, after=bytes.fromhex("840108")),
        ipa.result(package, OK_ENABLE, after=bytes.fromhex("840100")),
    ):
        assert ipa.provide(wrong) == NOTHING_TO_SAY
    assert reasons(ipa) == [Discard.SIGNATURE] * 4
    assert order.is_outstanding
    assert ipa.package() == package


def test_the_bytes_as_received_count() -> None:
    """A length in long form is still what was signed."""
    ipa = device()
    order, package = sent(ipa)
    fields = ipa.head(package) + bytes.fromhex("8302002A30810383 0100")
    data = b"\x30\x81" + bytes([len(fields)]) + fields
    signature = tlv.encode(0x5F37, ipa.credential.sign(data + bytes.fromhex("840100")))
    assert acknowledged(ipa.provide(tlv.encode(0xBF51, tlv.encode(0xA0, data, signature)))) == [42]
    assert order.codes == (0,)


def test_another_eUICC_cannot_answer() -> None:
    ipa = device()
    order, package = sent(ipa)
    other = Device(ipa.server, eid=STRANGER)
    assert ipa.provide(other.result(package, OK_ENABLE)) == NOTHING_TO_SAY
    assert reasons(ipa) == [Discard.SIGNATURE]
    assert order.is_outstanding


def test_a_result_for_another_eim() -> None:
    ipa, other = device(), device(eim("eim2"))
    _, package = sent(other)
    assert ipa.provide(ipa.result(package, OK_ENABLE)) == NOTHING_TO_SAY
    assert reasons(ipa) == [Discard.OTHER_EIM]


@pytest.mark.parametrize("counter", [9, 200])
def test_a_package_that_was_never_sent(counter: int) -> None:
    """It is genuine: the device may forget it."""
    ipa = device()
    _, package = sent(ipa)
    assert acknowledged(ipa.provide(ipa.result(package, OK_ENABLE, counter=counter, seq=60))) == [60]
    assert reasons(ipa) == [Discard.UNKNOWN_PACKAGE]


def test_another_transaction() -> None:
    ipa = device()
    order, package = sent(ipa)
    other = tlv.encode(0xBF51, tlv.encode(0x30, ipa.head(package)[:-1] + b"\0"))
    ipa.provide(ipa.result(other, OK_ENABLE))
    assert reasons(ipa) == [Discard.UNKNOWN_PACKAGE]
    assert order.is_outstanding


def test_sequence_numbers_only_grow() -> None:
    """What came before is acknowledged again, for the acknowledgement may have been lost, and changes nothing."""
    ipa = device()
    order, package = sent(ipa)
    first = ipa.result(package, OK_ENABLE, seq=41)
    ipa.provide(first)
    assert acknowledged(ipa.provide(first)) == [41]
    assert acknowledged(ipa.provide(ipa.result(package, bytes.fromhex("830101"), seq=40))) == [40]
    assert reasons(ipa) == [Discard.STALE, Discard.STALE]
    assert order.codes == (0,)


@pytest.mark.parametrize("code", [3, 4, 6, 15, 104, 127])
def test_a_signed_error_ends_the_package(code: int) -> None:
    ipa = device(token=3)
    order, package = sent(ipa)
    assert ipa.provide(ipa.error(package, code)) == NOTHING_TO_SAY
    assert (order.state, order.error) == (OrderState.REFUSED, code)
    assert ipa.ask() == NOTHING_TO_DO


def test_replay_after_a_result_takes_nothing_back() -> None:
    ipa = device()
    order, package = sent(ipa)
    ipa.provide(ipa.result(package, OK_ENABLE))
    ipa.provide(ipa.error(package, 4))
    assert (order.state, order.codes) == (OrderState.DONE, (0,))


def test_an_unsigned_error_is_a_hint() -> None:
    """The package is set aside; what the eUICC signs later counts all the same."""
    ipa = device(token=7)
    order, package = sent(ipa)
    transaction = tlv.parse(package).find(0x30, 0x82)
    assert transaction is not None
    fields = tlv.encode(0x80, b"eim1") + tlv.encode(0x82, transaction) + bytes.fromhex("840109")
    assert ipa.provide(tlv.encode(0xBF51, tlv.encode(0xA2, fields))) == NOTHING_TO_SAY
    assert (order.state, order.token_shown) == (OrderState.UNCONFIRMED, 9)
    assert ipa.record.token == 7
    assert ipa.ask() == NOTHING_TO_DO
    ipa.provide(ipa.result(package, OK_ENABLE))
    assert (order.state, order.codes) == (OrderState.DONE, (0,))


def test_an_unsigned_error_without_transaction() -> None:
    ipa = device()
    order, _ = sent(ipa)
    ipa.provide(bytes.fromhex("BF51 08 A206 8004 65696D31"))
    assert (order.state, order.token_shown) == (OrderState.UNCONFIRMED, None)


@pytest.mark.parametrize(
    "wrong",
    [
        "BF5100",
        "BF5102A000",
        "BF5102A300",
        "BF5105A203810101",
        "BF5104A2028000",
        "BF5106A204800265FF",
        "BF5105A003800161",
    ],
)
def test_what_is_no_result(wrong: str) -> None:
    ipa = device()
    order, _ = sent(ipa)
    assert ipa.provide(bytes.fromhex(wrong)) in (NOTHING_TO_SAY, bytes.fromhex("BF500302017F"))
    assert order.is_outstanding


def test_rollback() -> None:
    """The package has two results: that of its execution may never have come."""
    ipa = device()
    order, package = sent(ipa)
    ipa.provide(ipa.result(package, OK_ENABLE, seq=50))
    went_back = [order.was_rolled_back]
    assert acknowledged(ipa.provide(ipa.result(package, bytes.fromhex("8C0100"), seq=53))) == [53]
    assert [*went_back, order.was_rolled_back] == [False, True]
    assert (order.codes, [each.code for each in order.rollback]) == ((0,), [0])


# Without the certificates nothing can be verified: they are asked for.


def test_a_result_waits_for_the_certificates() -> None:
    ipa = device(known=False)
    order, package = sent(ipa)
    assert ipa.provide(ipa.result(package, OK_ENABLE, seq=43)) == NOTHING_TO_SAY
    assert order.is_outstanding
    request = tlv.parse(tlv.parse(ipa.ask()).value)
    assert (request.tag, request.find(0x5C)) == (0xBF52, b"\xa5\xa6")
    assert acknowledged(ipa.provide(certificates(ipa, request.find(0x83)))) == [43]
    assert (order.state, order.codes) == (OrderState.DONE, (0,))
    assert ipa.ask() == NOTHING_TO_DO


@pytest.mark.parametrize("whose", [STRANGER, None], ids=["another EID", "another CI"])
def test_certificates_of_somebody_else(whose: bytes | None) -> None:
    ipa = device(known=False)
    order, package = sent(ipa)
    impostor = Device(ipa.server, whose or EID, pki=Pki.default() if whose else Pki.create(b"a stranger"))
    ipa.provide(impostor.result(package, OK_ENABLE))
    request = tlv.parse(tlv.parse(ipa.ask()).value)
    assert ipa.provide(certificates(impostor, request.find(0x83))) == NOTHING_TO_SAY
    assert reasons(ipa) == [Discard.CERTIFICATE]
    assert order.is_outstanding


def certificates(ipa: Device, transaction: bytes | None, *more: bytes) -> bytes:
    """IpaEuiccDataResponse with both certificates, implicitly tagged."""
    eum, euicc = (tlv.parse(each).value for each in ipa.certificates)
    echo = b"" if transaction is None else tlv.encode(0x87, transaction)
    return tlv.encode(0xBF52, tlv.encode(0xA0, tlv.encode(0xA5, eum), tlv.encode(0xA6, euicc), echo, *more))


# Whose answer it is, where the IPA leaves the EID out.


@pytest.mark.parametrize("with_transaction", [True, False])
def test_a_result_without_EID(with_transaction: bool) -> None:
    ipa = device(transaction_ids=with_transaction)
    ipa.server.associate(STRANGER)
    order, package = sent(ipa)
    assert acknowledged(ipa.provide(ipa.result(package, OK_ENABLE, seq=44), eid=False)) == [44]
    assert order.codes == (0,)


def test_data_without_EID() -> None:
    ipa = device(known=False)
    order = ipa.server.request_certificates(EID)
    ipa.ask()
    assert ipa.provide(certificates(ipa, None), eid=False) == NOTHING_TO_SAY
    assert order.state is OrderState.DONE
    assert ipa.record.euicc_certificate == ipa.certificates[1]


@pytest.mark.parametrize(
    ("eid", "code"), [(None, 4), (STRANGER, 2), (EID[:-1] + b"\0", 3)], ids=["missing", "unknown", "invalid"]
)
def test_the_EID_is_refused(eid: bytes | None, code: int) -> None:
    ipa = device()
    _, package = sent(ipa)
    head = b"" if eid is None else tlv.encode(0x5A, eid)
    wrong = flip(ipa.result(package, OK_ENABLE, counter=99))
    stripped = tlv.encode(0xBF51, tlv.encode(0xA2, tlv.encode(0x80, b"eim1"))) if eid is None else wrong
    answer = ipa.server.handle_asn1(tlv.encode(0xBF50, head, stripped))
    assert answer == bytes.fromhex("BF50030201") + bytes([code])


def test_damaged() -> None:
    ipa = device()
    assert ipa.provide(bytes.fromhex("BF5110")) == bytes.fromhex("BF500302017F")
