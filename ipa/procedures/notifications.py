"""Notifications, SGP.22 3.5: fetched from the card, delivered to their address, then removed."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from asn1.generated import rsp
from ipa import es10
from ipa.errors import EuiccAnswerInvalid, ServerAnswerInvalid, ServerRefused, ServerUnreachable, TlsUntrusted
from ipa.servers import es9
from ipa.steps import Procedure


@dataclass(frozen=True)
class Delivery:
    """What became of one notification; `failure` is why it is still on the card, "" when it was delivered."""

    metadata: rsp.NotificationMetadata
    failure: str = ""


def list_notifications() -> Procedure[tuple[rsp.NotificationMetadata, ...]]:
    """ES10b.ListNotification, SGP.22 5.7.9: what is pending, in the order of the sequence numbers."""
    found = (yield from es10.list_notification(rsp.ListNotificationRequest())).notification_metadata_list
    if found is None:
        raise EuiccAnswerInvalid(es10.list_notification.name, "neither ok nor error")
    return tuple(sorted(found, key=lambda metadata: metadata.seq_number))


def remove(seq_number: int) -> Procedure[None]:
    """ES10b.RemoveNotificationFromList, SGP.22 5.7.11; EuiccRefused when there is none of this number."""
    yield from es10.remove_notification_from_list(rsp.NotificationSentRequest(seq_number=seq_number))


def deliver_all(only: Container[int] | None = None) -> Procedure[tuple[Delivery, ...]]:
    """Delivers what is pending, or those of these sequence numbers, in their order, and removes what was taken.

    One that its server does not take stays on the card; so do later ones for the same server, whose order counts.
    """
    deliveries: list[Delivery] = []
    failed: dict[str, str] = {}
    for metadata in (yield from list_notifications()):
        if only is not None and metadata.seq_number not in only:
            continue
        address = metadata.notification_address
        if address not in failed:
            failure = yield from deliver(metadata)
            if failure:
                failed[address] = failure
        deliveries.append(Delivery(metadata, failed.get(address, "")))
    return tuple(deliveries)


def deliver(metadata: rsp.NotificationMetadata) -> Procedure[str]:
    """Retrieves, delivers and removes one notification; returns why its server did not take it, "" when it did."""
    criteria = rsp.RetrieveNotificationsListRequest.SearchCriteria(seq_number=metadata.seq_number)
    request = rsp.RetrieveNotificationsListRequest(search_criteria=criteria)
    found = (yield from es10.retrieve_notifications_list(request)).notification_list
    if not found:
        raise EuiccAnswerInvalid(
            es10.retrieve_notifications_list.name,
            f"no notification {metadata.seq_number}, though it is listed",
        )
    return (yield from hand_over(metadata, found[0].encode()))


def hand_over(metadata: rsp.NotificationMetadata, notification: bytes) -> Procedure[str]:
    """ES9+.HandleNotification of a signed notification, then its removal; returns the failure like `deliver`."""
    try:
        yield from es9.handle_notification(metadata.notification_address, notification)
    except (ServerRefused, ServerUnreachable, ServerAnswerInvalid, TlsUntrusted) as error:
        return str(error)
    yield from remove(metadata.seq_number)
    return ""
