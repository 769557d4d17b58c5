from __future__ import annotations

from asn1.generated import rsp
from ipa.errors import EuiccAnswerInvalid, EuiccRefused, ServerUnreachable
from ipa.procedures import notifications
from tests.ipa import messages
from tests.ipa.playbook import Line, play, play_to_failure

REMOVED = Line(
    "RemoveNotificationFromList", rsp.NotificationSentResponse(delete_notification_status=0).encode()
)
HERE, THERE = "here.example.com", "there.example.com"


def listed(*pending: rsp.NotificationMetadata) -> Line:
    return Line("ListNotification", rsp.ListNotificationResponse(notification_metadata_list=pending).encode())


def signed(metadata: rsp.NotificationMetadata) -> rsp.PendingNotification:
    other = rsp.OtherSignedNotification(
        tbs_other_notification=metadata,
        euicc_notification_signature=messages.SIGNATURE,
        euicc_certificate=messages.CERTIFICATE,
        eum_certificate=messages.CERTIFICATE,
    )
    return rsp.PendingNotification(other_signed_notification=other)


def retrieved(metadata: rsp.NotificationMetadata) -> Line:
    answer = rsp.RetrieveNotificationsListResponse(notification_list=(signed(metadata),)).encode()
    asked = bytes((0xBF, 0x2B, 5, 0xA0, 3, 0x80, 1, metadata.seq_number))
    return Line("RetrieveNotificationsList", answer, lambda step: step.request == asked)


def handed(metadata: rsp.NotificationMetadata, answer: object = None) -> Line:
    expected = messages.base64(signed(metadata))
    return Line(
        "handleNotification",
        {} if answer is None else answer,
        lambda step: (
            step.address == metadata.notification_address and step.body["pendingNotification"] == expected
        ),
    )


def test_they_are_delivered_in_order_and_removed() -> None:
    first, second = messages.notification(3, HERE, 1), messages.notification(4, THERE, 2)
    deliveries = play(
        notifications.deliver_all(),
        listed(second, first),
        retrieved(first),
        handed(first),
        REMOVED,
        retrieved(second),
        handed(second),
        REMOVED,
    )
    assert [(delivery.metadata.seq_number, delivery.failure) for delivery in deliveries] == [(3, ""), (4, "")]


def test_one_that_fails_stays_and_holds_up_its_server_s_others() -> None:
    first, second, third = (
        messages.notification(number, address) for number, address in ((1, HERE), (2, THERE), (3, HERE))
    )
    deliveries = play(
        notifications.deliver_all(),
        listed(first, second, third),
        retrieved(first),
        handed(first, ServerUnreachable(HERE, "gone")),
        retrieved(second),
        handed(second),
        REMOVED,
    )
    assert ["gone" in delivery.failure for delivery in deliveries] == [True, False, True]


def test_one_that_its_server_refuses_stays() -> None:
    pending = messages.notification(1)
    refused = handed(pending, messages.refusal("8.1", "6.1", "signature"))
    (delivery,) = play(notifications.deliver_all(), listed(pending), retrieved(pending), refused)
    assert "signature (8.1/6.1)" in delivery.failure


def test_only_those_that_were_asked_for() -> None:
    first, second = messages.notification(1), messages.notification(2)
    script = (listed(first, second), retrieved(second), handed(second), REMOVED)
    (delivery,) = play(notifications.deliver_all([2]), *script)
    assert delivery.metadata == second


def test_nothing_waits() -> None:
    assert play(notifications.deliver_all(), listed()) == ()


def test_one_that_vanished() -> None:
    empty = rsp.RetrieveNotificationsListResponse(notification_list=()).encode()
    script = (listed(messages.notification(1)), Line("RetrieveNotificationsList", empty))
    play_to_failure(notifications.deliver_all(), EuiccAnswerInvalid, *script)


def test_removing_one_that_is_not_there() -> None:
    answer = rsp.NotificationSentResponse(delete_notification_status=1).encode()
    error = play_to_failure(notifications.remove(9), EuiccRefused, Line("RemoveNotificationFromList", answer))
    assert "nothing to delete (1)" in str(error)
