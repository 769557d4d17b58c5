"""Data, notifications, errors and downloads as IPAs report them, of this version and of v1.0; injection; handover."""

from __future__ import annotations

from typing import Any

import pytest

from apdu import tlv
from asn1.generated import sgp32
from euicc.testing.eim import LocalServers, OrderState, operations
from euicc.testing.smdp import SmDpPlus
from euicc.testing.smdp.status import BadRequest
from tests.testing.eim_device import (
    NOTHING_TO_DO,
    NOTHING_TO_SAY,
    OK_ENABLE,
    Device,
    acknowledged,
    device,
    eim,
)
from tests.testing.ordered import ADDRESS, EID, NOW, PKI
from tests.testing.test_eim_packages import ICCID

OUR_ERROR = "BF5405300380017F"


def notifying(**options: Any) -> tuple[Device, SmDpPlus]:
    """A device whose eIM reaches the SM-DP+ of its notifications."""
    smdp = SmDpPlus(PKI, ADDRESS, now=lambda: NOW)
    return device(servers=LocalServers(smdp), **options), smdp


def notification(ipa: Device, number: int, address: str = ADDRESS, compact: bool = False) -> bytes:
    """OtherSignedNotification of an enabling, or its compact form."""
    data = b"\x80\x01" + bytes([number]) + bytes.fromhex("81020640") + tlv.encode(0x0C, address.encode())
    metadata = tlv.encode(0xBF2F, data, tlv.encode(0x5A, ICCID))
    signature = tlv.encode(0x5F37, ipa.credential.sign(metadata))
    if compact:
        return tlv.encode(0xA1, tlv.encode(0x5A, ipa.eid), metadata, signature)
    eum, euicc = ipa.certificates
    return tlv.encode(0x30, metadata, signature, euicc, eum)


# Data requests.


def test_a_data_request_to_the_byte() -> None:
    ipa = device(transaction_ids=False)
    criteria = sgp32.IpaEuiccDataRequest.SearchCriteriaNotification(seq_number=3)
    wanted = sgp32.IpaEuiccDataRequest(tag_list=b"\xbf\x20", search_criteria_notification=criteria)
    ipa.server.request_data(EID, request=wanted)
    assert ipa.ask() == bytes.fromhex("BF4F 0C BF52 09 5C02BF20 A103800103")


def test_what_a_device_tells_is_kept() -> None:
    ipa = device()
    order = ipa.server.request_data(EID, 0x81, 0x83, 0x84, 0xBF20, 0xA8)
    request = tlv.parse(tlv.parse(ipa.ask()).value)
    assert request.find(0x5C) == bytes.fromhex("818384BF20A8")
    objects = bytes.fromhex("810161 BF20098203020500A900AA00 830162 840107")
    told = objects + tlv.encode(0x87, request.find(0x83) or b"") + bytes.fromhex("A80480020560")
    assert ipa.provide(tlv.encode(0xBF52, tlv.encode(0xA0, told))) == NOTHING_TO_SAY
    known = ipa.record.data
    assert (known.default_smdp_address, known.root_smds_address) == ("a", "b")
    assert known.info1 == bytes.fromhex("BF20098203020500A900AA00")
    assert known.capabilities is not None
    assert [bit for bit in range(6) if bit in known.capabilities.ipa_features] == [1, 2]
    assert ipa.record.token == 7
    assert (order.state, order.answer) == (OrderState.DONE, told)


@pytest.mark.parametrize("code", [1, 5, 104, 127])
def test_a_data_request_refused(code: int) -> None:
    ipa = device()
    order = ipa.server.request_data(EID, 0xBF20)
    request = tlv.parse(tlv.parse(ipa.ask()).value)
    error = tlv.encode(0x80, request.find(0x83) or b"") + bytes((2, 1, code))
    ipa.provide(tlv.encode(0xBF52, tlv.encode(0xA1, error)))
    assert (order.state, order.error) == (OrderState.REFUSED, code)


@pytest.mark.parametrize("answer", ["BF5205A103020105", "BF5203810105"], ids=["v1.2", "v1.0"])
def test_the_skeleton_of_a_refused_data_request(answer: str) -> None:
    ipa = device()
    order = ipa.server.request_data(EID, 0xBF20)
    ipa.ask()
    assert ipa.provide(bytes.fromhex(answer)) == NOTHING_TO_SAY
    assert order.error == 5


def test_results_and_notifications_among_the_data() -> None:
    ipa, smdp = notifying()
    order = ipa.server.queue(EID, operations.enable(ICCID))
    package = ipa.package()
    lists = tlv.encode(0xA0, notification(ipa, 44)) + tlv.encode(0xA2, ipa.result(package, OK_ENABLE, seq=43))
    assert acknowledged(ipa.provide(tlv.encode(0xBF52, tlv.encode(0xA0, lists)))) == [43, 44]
    assert order.codes == (0,)
    assert [each.metadata.seq_number for each in smdp.notifications] == [44]


def test_data_that_cannot_be_read_change_nothing() -> None:
    ipa = device()
    order = ipa.server.request_data(EID, 0xA8)
    ipa.ask()
    for wrong in ("BF5200", "BF5203A00181", "BF5204A3020101", "BF5204A002A800"):
        ipa.provide(bytes.fromhex(wrong))
    assert order.is_outstanding


# Notifications.


@pytest.mark.parametrize("compact", [False, True])
def test_notifications_with_a_result_go_on_and_are_acknowledged(compact: bool) -> None:
    ipa, smdp = notifying()
    ipa.server.queue(EID, operations.enable(ICCID))
    listed = tlv.encode(0xA0, notification(ipa, 43, compact=compact), notification(ipa, 44, compact=compact))
    pair = tlv.encode(0x30, ipa.result(ipa.package(), OK_ENABLE, seq=42), listed)
    assert ipa.provide(pair) == bytes.fromhex("BF500C BF5309 80012A 80012B 80012C")
    assert [each.metadata.seq_number for each in smdp.notifications] == [43, 44]
    assert ipa.record.notifications == [notification(ipa, 43), notification(ipa, 44)]


def test_what_the_eim_cannot_hand_on_stays_on_the_device() -> None:
    ipa, _ = notifying()
    ipa.server.queue(EID, operations.enable(ICCID))
    listed = tlv.encode(0xA0, notification(ipa, 43, "away.example.com"), notification(ipa, 44))
    pair = tlv.encode(0x30, ipa.result(ipa.package(), OK_ENABLE, seq=42), listed)
    assert acknowledged(ipa.provide(pair)) == [42, 44]


def test_an_eim_without_servers_leaves_notifications_to_the_device() -> None:
    ipa = device()
    ipa.server.queue(EID, operations.enable(ICCID))
    pair = tlv.encode(
        0x30, ipa.result(ipa.package(), OK_ENABLE, seq=42), tlv.encode(0xA0, notification(ipa, 43))
    )
    assert acknowledged(ipa.provide(pair)) == [42]


@pytest.mark.parametrize("compact", [False, True])
def test_handle_notification(compact: bool) -> None:
    ipa, smdp = notifying()
    pending = notification(ipa, 43, compact=compact)
    assert ipa.server.handle_asn1(tlv.encode(0xBF3D, tlv.encode(0xA0, pending))) == b""
    assert [(each.eid, each.metadata.seq_number) for each in smdp.notifications] == [(EID, 43)]


def test_the_skeleton_of_a_compact_notification_of_nobody() -> None:
    message = bytes.fromhex("BF3D15 A013 A111 BF2F0A 800101 81020780 0C0161 5F370133")
    assert device().server.handle_asn1(message) == b""


@pytest.mark.parametrize("frame", ["provideEimPackageResult", "v1.0"])
def test_handle_notification_with_a_result(frame: str) -> None:
    ipa = device()
    order = ipa.server.queue(EID, operations.enable(ICCID))
    result = ipa.result(ipa.package(), OK_ENABLE)
    if frame == "v1.0":
        inner = tlv.encode(0xA1, result)
    else:
        inner = tlv.encode(0xBF50, tlv.encode(0x5A, EID), result)
    assert ipa.server.handle_asn1(tlv.encode(0xBF3D, inner)) == b""
    assert order.codes == (0,)
    assert ipa.record.speaks_v1_0 is (frame == "v1.0")


# What the IPA could not do.


@pytest.mark.parametrize("code", [1, 2, 127])
def test_an_error_of_the_ipa(code: int) -> None:
    ipa = device()
    order = ipa.server.queue(EID, operations.enable(ICCID))
    transaction = tlv.parse(ipa.package()).find(0x30, 0x82) or b""
    ipa.provide(tlv.encode(0xA0, tlv.encode(0x80, transaction), bytes((2, 1, code))))
    assert (order.state, order.error) == (OrderState.REFUSED, code)
    assert ipa.ask() == NOTHING_TO_DO


@pytest.mark.parametrize("answer", ["A003020101", "020101"], ids=["v1.2", "v1.0"])
def test_an_error_of_the_ipa_without_transaction(answer: str) -> None:
    ipa = device()
    order = ipa.server.queue(EID, operations.enable(ICCID))
    ipa.ask()
    ipa.provide(bytes.fromhex(answer))
    assert (order.state, order.error) == (OrderState.REFUSED, 1)


# Download triggers.


@pytest.mark.parametrize(
    ("kind", "trigger"),
    [
        ("code", "BF5409 A007 8005 3124612462"),
        ("default", "BF5404 A0028100"),
        ("root SM-DS", "BF5404 A002A200"),
        ("SM-DS", "BF5407 A005A203800161"),
    ],
)
def test_triggers_to_the_byte(kind: str, trigger: str) -> None:
    ipa = device(transaction_ids=False)
    make = {
        "code": lambda: ipa.server.download(EID, "LPA:1$a$b"),
        "default": lambda: ipa.server.download_from_default(EID),
        "root SM-DS": lambda: ipa.server.download_by_smds(EID),
        "SM-DS": lambda: ipa.server.download_by_smds(EID, "a"),
    }
    make[kind]()
    assert tlv.parse(ipa.ask()).value == bytes.fromhex(trigger)


@pytest.mark.parametrize(
    ("answer", "reason"), [(OUR_ERROR, 127), ("BF54053003800168", 104), ("BF54053003040100", 127)]
)
def test_a_download_that_failed(answer: str, reason: int) -> None:
    ipa = device()
    order = ipa.server.download(EID, "1$a$b")
    ipa.ask()
    assert ipa.provide(bytes.fromhex(answer)) == NOTHING_TO_SAY
    assert (order.state, order.error) == (OrderState.REFUSED, reason)


def test_a_direct_download_that_the_card_refused() -> None:
    ipa = device()
    order = ipa.server.download(EID, "1$a$b")
    ipa.ask()
    metadata = bytes.fromhex("BF2F0A 800101 81020780 0C0161")
    data = bytes.fromhex("800101") + metadata + bytes.fromhex("060388370A A208 A106800102810109")
    outer = tlv.encode(0xBF37, tlv.encode(0xBF27, data), tlv.encode(0x5F37, bytes(64)))
    ipa.provide(tlv.encode(0xBF54, tlv.encode(0x82, order.transaction_id or b""), outer))
    assert (order.state, order.error) == (OrderState.REFUSED, 9)


# v1.0.


def test_a_device_of_v1_0_gets_an_empty_message() -> None:
    ipa = device()
    ipa.record.speaks_v1_0 = True
    ipa.server.download(EID, "1$a$b")
    ipa.ask()
    assert ipa.provide(bytes.fromhex("BF54053003040100"), eid=True) == b"\xbf\x50\x00"


def test_the_signature_of_v1_0_covers_that_of_the_package() -> None:
    ipa = device()
    order = ipa.server.queue(EID, operations.enable(ICCID))
    package = ipa.package()
    signature = tlv.parse(package).find(0x5F37) or b""
    result = ipa.result(package, OK_ENABLE, seq=42, after=tlv.encode(0x5F37, signature))
    listed = tlv.encode(0xBF2B, tlv.encode(0xA0, notification(ipa, 43)))
    assert acknowledged(ipa.provide(tlv.encode(0x30, result, listed), eid=False)) == [42]
    assert order.codes == (0,)
    assert ipa.record.speaks_v1_0
    assert ipa.record.notifications == [notification(ipa, 43)]


def test_data_of_v1_0() -> None:
    ipa = device()
    ipa.server.request_data(EID, 0x80)
    ipa.ask()
    told = bytes.fromhex("800161") + tlv.encode(0xBF2B, tlv.encode(0xA0, notification(ipa, 43)))
    ipa.provide(tlv.encode(0xBF52, tlv.encode(0xA0, told)))
    assert ipa.record.data.default_smdp_address == "a"
    assert ipa.record.notifications == [notification(ipa, 43)]


# Injection.


def test_injection() -> None:
    ipa = device()
    order = ipa.server.queue(EID, operations.enable(ICCID))
    request = ipa.server.transfer(EID)
    assert request is not None
    package = tlv.parse(tlv.parse(request).value).encoded
    assert tlv.parse(request).tag == 0xBF4E
    acknowledgement = ipa.server.transferred(EID, tlv.encode(0xBF4E, ipa.result(package, OK_ENABLE, seq=42)))
    assert acknowledgement == bytes.fromhex("BF4E06 BF5303 80012A")
    assert order.codes == (0,)
    assert ipa.server.transfer(EID) is None


def test_injected_and_answered_later() -> None:
    ipa = device()
    order = ipa.server.queue(EID, operations.enable(ICCID))
    ipa.server.transfer(EID)
    assert ipa.server.transferred(EID, bytes.fromhex("BF4E020500")) is None
    assert order.is_outstanding
    ipa.provide(ipa.result(ipa.package(), OK_ENABLE))
    assert order.codes == (0,)


@pytest.mark.parametrize("code", [1, 2, 127])
def test_injected_and_refused(code: int) -> None:
    ipa = device()
    order = ipa.server.queue(EID, operations.enable(ICCID))
    ipa.server.transfer(EID)
    assert ipa.server.transferred(EID, bytes.fromhex("BF4E030201") + bytes([code])) is None
    assert (order.state, order.error) == (OrderState.REFUSED, code)
    assert not ipa.record.speaks_v1_0


def test_an_injected_answer_as_a_request_of_its_own() -> None:
    ipa = device()
    order = ipa.server.queue(EID, operations.enable(ICCID))
    ipa.server.transfer(EID)
    result = ipa.result(ipa.package(), OK_ENABLE)
    assert ipa.server.handle_asn1(tlv.encode(0xBF4E, result)) == b""
    assert order.codes == (0,)


@pytest.mark.parametrize("message", [b"", b"\xbf\x4f", b"\xbf\x51\x00", b"\x30\x00", b"\xbf\x4f\x00\x00"])
def test_what_is_no_message(message: bytes) -> None:
    with pytest.raises(BadRequest):
        device().server.handle_asn1(message)


# Handover.


def test_handover() -> None:
    ipa, other = device(), eim("eim2", address="other.example.com")
    handover = ipa.server.hand_over(EID, other, token=True, counter=5)
    ipa.provide(ipa.result(ipa.package(), bytes.fromhex("A803840109")))
    record = other.euiccs[EID]
    assert (record.token, record.counter, record.euicc_certificate) == (9, 5, ipa.certificates[1])
    states = [handover.is_complete]
    package = ipa.package()
    assert tlv.parse(package).find(0x30, 0xA1) == bytes.fromhex("A906800465696D31")
    ipa.provide(ipa.result(package, bytes.fromhex("890100")))
    assert [*states, handover.is_complete] == [False, True]
    assert ipa.ask() == NOTHING_TO_DO
    new = Device(other, token=9)
    order = other.queue(EID, operations.enable(ICCID))
    new.provide(new.result(new.package(), OK_ENABLE))
    assert order.codes == (0,)


def test_a_handover_that_the_eUICC_refuses_leaves_all_as_it_is() -> None:
    ipa, other = device(), eim("eim2", address="other.example.com")
    handover = ipa.server.hand_over(EID, other)
    ipa.provide(ipa.result(ipa.package(), bytes.fromhex("A803020102")))
    assert EID not in other.euiccs
    assert handover.deletion is None
    assert ipa.ask() == NOTHING_TO_DO
