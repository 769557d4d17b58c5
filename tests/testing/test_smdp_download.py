"""From the offer to the end of the order: the bound package, retries, results, cancellations, and their refusals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from apdu import tlv
from asn1.generated import rsp
from euicc.testing.pki import Pki
from euicc.testing.smdp import BadRequest, Limits, OrderState
from tests.testing.ordered import EID, NOW, PACKAGE, card, flip, ordered, point, refused, server
from tests.testing.smdp_card import b64

# GetBoundProfilePackage


def test_the_confirmation_code() -> None:
    device = ordered(confirmation_code="1234", limits=Limits(wrong_codes=2))
    (order,) = device.server.orders
    device.initiate()
    device.authenticate()
    assert device.smdp_signed2.cc_required_flag
    assert refused(device.download) == "8.2.7/2.2"
    assert refused(lambda: device.run("wrong")) == "8.2.7/3.8"
    assert device.unwrap(device.run("1234")).profile == PACKAGE
    assert refused(lambda: device.run("wrong")) == "8.2.7/3.8"
    assert refused(lambda: device.run("wrong")) == "8.2.7/6.4"
    assert order.state is OrderState.ERROR
    assert refused(lambda: device.run("1234")) == "8.2.6/3.8"


def test_a_code_that_nobody_asked_for_is_ignored() -> None:
    device = ordered()
    assert device.run("1234")
    assert not device.smdp_signed2.cc_required_flag


def test_the_cards_signature_covers_the_offer() -> None:
    device = ordered()
    device.initiate()
    device.authenticate()
    assert refused(lambda: device.download(alter=flip)) == "8.1/6.1"
    assert refused(device.download) == "8.10.1/3.9"
    device.initiate()
    device.authenticate()
    assert refused(lambda: device.download(transaction_id=b"another")) == "8.10.1/3.9"
    device.initiate()
    device.authenticate()
    assert refused(lambda: device.download(euicc_otpk=b"\x04" + bytes(64))) == "8.1/6.1"


def test_a_card_that_could_not_prepare() -> None:
    device = ordered()
    device.initiate()
    device.authenticate()
    error = rsp.PrepareDownloadResponseError(transaction_id=device.transaction_id, download_error_code=2)
    response = rsp.PrepareDownloadResponse(download_response_error=error).encode()
    request = {"transactionId": device.hex_id, "prepareDownloadResponse": b64(response)}
    assert refused(lambda: device.call("getBoundProfilePackage", **request)) == "8.1/6.1"


def test_the_package_is_not_for_those_who_did_not_authenticate() -> None:
    device = ordered()
    device.initiate()
    device.offered = {"smdpCertificate": device.initiated["serverCertificate"], "smdpSignature2": b64(b"")}
    assert refused(device.download) == "8.10.1/3.9"


def test_orders_expire() -> None:
    device = ordered(expires=NOW + timedelta(seconds=1))
    assert device.run()
    device = ordered(expires=NOW)
    assert refused(device.run) == "8.8.5/4.10"


def test_downloads_are_counted() -> None:
    device = ordered(limits=Limits(downloads=2))
    device.run()
    device.run()
    assert refused(device.run) == "8.8.5/6.4"
    assert device.server.orders[0].state is OrderState.ERROR


# Retries


def test_a_retry_sends_the_same_segments_behind_a_fresh_bf23() -> None:
    device = ordered()
    first = device.run()
    second = device.run()
    assert device.smdp_signed2.bpp_euicc_otpk == point(device)
    one, *same = tlv.parse(first).children()
    another, *again = tlv.parse(second).children()
    assert same == again
    assert one != another
    assert device.unwrap(second).initialise.transaction_id == device.transaction_id


def test_a_card_that_forgot_its_key_gets_a_new_binding() -> None:
    device = ordered()
    first = device.run()
    device.otsk = None
    second = device.run()
    assert tlv.find(first, 0xBF36, 0xA3) != tlv.find(second, 0xBF36, 0xA3)
    assert device.unwrap(second).profile == PACKAGE


def test_a_server_may_refuse_a_new_binding() -> None:
    device = ordered(rebinding=False)
    device.run()
    device.run()
    device.otsk = None
    assert refused(device.run) == "8.2/3.7"


# HandleNotification


def test_success_ends_the_order() -> None:
    device = ordered()
    device.run()
    (order,) = device.server.orders
    device.notify(device.installation_result())
    device.notify(device.installation_result())
    assert order.state is OrderState.INSTALLED
    assert order.result is not None
    assert len(device.server.notifications) == 1
    assert refused(device.run) == "8.2.6/3.8"


@pytest.mark.parametrize("reason", [10, 11])
def test_temporary_errors_leave_the_order_open(reason: int) -> None:
    device = ordered()
    device.run()
    device.notify(device.installation_result(reason))
    assert device.server.orders[0].state is OrderState.RELEASED
    assert device.run()


@pytest.mark.parametrize("reason", [1, 2, 9, 12, 13, 15, 127])
def test_permanent_errors_end_it(reason: int) -> None:
    device = ordered()
    device.run()
    device.notify(device.installation_result(reason))
    assert device.server.orders[0].state is OrderState.ERROR
    assert refused(device.run) == "8.2.6/3.8"


@pytest.mark.parametrize(
    "changes", [{"transaction_id": b"unknown"}, {"smdp_oid": "2.999.1"}], ids=["transaction", "oid"]
)
def test_results_of_other_sessions_and_servers_count_for_nothing(changes: dict[str, Any]) -> None:
    device = ordered()
    device.run()
    device.notify(device.installation_result(**changes))
    assert device.server.orders[0].state is OrderState.DOWNLOADED


def test_results_that_no_card_signed_count_for_nothing() -> None:
    device = ordered()
    device.run()
    device.notify(flip(device.installation_result()))
    assert device.server.orders[0].state is OrderState.DOWNLOADED
    assert device.server.notifications == ()


def test_a_result_before_the_download_counts_for_nothing() -> None:
    device = ordered()
    device.initiate()
    device.authenticate()
    device.notify(device.installation_result())
    assert device.server.orders[0].state is OrderState.RELEASED


def test_later_notifications_are_kept_once_each_if_they_are_genuine() -> None:
    device = ordered()
    device.initiate()
    enabled = device.other_notification(1, 7)
    for pending in (enabled, enabled, device.other_notification(3, 8, alter=flip)):
        device.notify(pending)
    (kept,) = device.server.notifications
    assert (kept.eid, kept.metadata.seq_number) == (EID, 7)
    assert 1 in kept.metadata.profile_management_operation


def test_notifications_of_strangers_are_not_kept() -> None:
    device = ordered()
    device.initiate()
    stranger = card(server(pki=Pki.create(b"stranger")), Pki.create(b"stranger"))
    stranger.initiate()
    device.notify(stranger.other_notification(1, 7))
    assert device.server.notifications == ()


def test_a_notification_that_is_none() -> None:
    with pytest.raises(BadRequest):
        server().handle("handleNotification", {"pendingNotification": b64(b"\x04\0")})


# CancelSession

KEPT = {1: OrderState.RELEASED, 2: OrderState.RELEASED, 127: OrderState.RELEASED}
ENDED = dict.fromkeys((0, 3, 4, 5), OrderState.ERROR)


@pytest.mark.parametrize(("reason", "state"), [*KEPT.items(), *ENDED.items()])
def test_what_a_cancelled_session_does_to_the_order(reason: int, state: OrderState) -> None:
    device = ordered()
    device.initiate()
    device.authenticate()
    assert list(device.cancel(reason)) == ["header"]
    assert device.server.orders[0].state is state
    assert refused(lambda: device.cancel(reason)) == "8.10.1/3.9"
    assert refused(device.download) == "8.10.1/3.9"


def test_cancelling_after_the_download_keeps_the_order_downloaded() -> None:
    device = ordered()
    device.run()
    device.cancel(127)
    assert device.server.orders[0].state is OrderState.DOWNLOADED


def test_a_session_that_failed_can_still_be_cancelled() -> None:
    device = ordered(confirmation_code="1234")
    assert refused(lambda: device.run("wrong")) == "8.2.7/3.8"
    device.cancel(0)
    assert device.server.orders[0].state is OrderState.ERROR


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"alter": flip}, "8.1/6.1"),
        ({"smdp_oid": "2.999.1"}, "8.8/3.10"),
        ({"transaction_id": b"another"}, "8.10.1/3.9"),
    ],
)
def test_a_cancellation_must_be_this_sessions(changes: dict[str, Any], code: str) -> None:
    device = ordered()
    device.initiate()
    device.authenticate()
    assert refused(lambda: device.cancel(0, **changes)) == code
    assert device.server.orders[0].state is OrderState.RELEASED


def test_nobody_cancels_for_a_card_that_is_not_known_yet() -> None:
    device = ordered()
    device.initiate()
    assert refused(lambda: device.cancel(0)) == "8.1/6.1"


def test_a_card_that_did_not_cancel() -> None:
    device = ordered()
    device.initiate()
    answer = rsp.CancelSessionResponse(cancel_session_response_error=5).encode()
    request = {"transactionId": device.hex_id, "cancelSessionResponse": b64(answer)}
    assert refused(lambda: device.call("cancelSession", **request)) == "8.1/6.1"
