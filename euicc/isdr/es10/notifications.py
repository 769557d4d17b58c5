"""ES10b: the list of pending notifications, SGP.22 5.7.9 to 5.7.11."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asn1.generated import rsp
from euicc.isdr.functions import Function
from euicc.isdr.tolerance import wrap
from euicc.profiles.pending import PendingKind, PendingNotification
from euicc.refusals import Reason

if TYPE_CHECKING:
    from euicc.isdr.applet import IsdR

DeleteNotificationStatus = rsp.NotificationSentResponse.DeleteNotificationStatus


def list_notification(isdr: IsdR, request: rsp.ListNotificationRequest) -> rsp.ListNotificationResponse:
    """ES10b.ListNotification, SGP.22 5.7.9."""
    pending = isdr.notifications.all(request.profile_management_operation)
    return rsp.ListNotificationResponse(
        notification_metadata_list=tuple(each.notification_metadata for each in pending)
    )


def retrieve_notifications_list(
    isdr: IsdR, request: rsp.RetrieveNotificationsListRequest
) -> rsp.RetrieveNotificationsListResponse:
    """ES10b.RetrieveNotificationsList, SGP.22 5.7.10; a number that nothing has gives an empty list."""
    found = _matching(isdr, request.search_criteria)
    return rsp.RetrieveNotificationsListResponse(
        notification_list=tuple(_pending_notification(isdr, each) for each in found)
    )


def remove_notification_from_list(
    isdr: IsdR, request: rsp.NotificationSentRequest
) -> rsp.NotificationSentResponse:
    """ES10b.RemoveNotificationFromList, SGP.22 5.7.11."""
    isdr.notifications.remove(request.seq_number)
    return rsp.NotificationSentResponse(delete_notification_status=DeleteNotificationStatus.OK)


def _matching(
    isdr: IsdR, criteria: rsp.RetrieveNotificationsListRequest.SearchCriteria | None
) -> list[PendingNotification]:
    if criteria is None:
        return isdr.notifications.all()
    if criteria.seq_number is None:
        return isdr.notifications.all(criteria.profile_management_operation)
    one = isdr.notifications.get(criteria.seq_number)
    return [one] if one else []


def _pending_notification(isdr: IsdR, pending: PendingNotification) -> rsp.PendingNotification:
    """As it goes to its server: an installation result as it was signed, any other with the card's certificates."""
    if pending.kind is PendingKind.INSTALLATION_RESULT:
        result = rsp.ProfileInstallationResult.decode(pending.content)
        return rsp.PendingNotification(profile_installation_result=result)
    credential = isdr.credential(pending.ci_ski)
    return rsp.PendingNotification(
        other_signed_notification=rsp.OtherSignedNotification(
            tbs_other_notification=pending.notification_metadata,
            euicc_notification_signature=pending.content,
            euicc_certificate=credential.euicc_certificate,
            eum_certificate=credential.eum_certificate,
        )
    )


LIST_NOTIFICATION = Function(
    rsp.ListNotificationRequest.TAG,
    rsp.ListNotificationRequest,
    list_notification,
    refuse=lambda _, code: rsp.ListNotificationResponse(list_notifications_result_error=code),
)
FUNCTIONS = (
    LIST_NOTIFICATION,
    Function(
        rsp.RetrieveNotificationsListRequest.TAG,
        rsp.RetrieveNotificationsListRequest,
        retrieve_notifications_list,
        refuse=lambda _, code: rsp.RetrieveNotificationsListResponse(notifications_list_result_error=code),
        tolerance=(wrap(0xA0, 0x80, 0x81, 0x82),),
    ),
    Function(
        rsp.NotificationSentRequest.TAG,
        rsp.NotificationSentRequest,
        remove_notification_from_list,
        refusals={Reason.NOT_FOUND: DeleteNotificationStatus.NOTHING_TO_DELETE},
        refuse=lambda _, code: rsp.NotificationSentResponse(delete_notification_status=code),
        transaction=True,
    ),
)
