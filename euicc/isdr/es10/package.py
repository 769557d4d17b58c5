"""ES10b of SGP.32: eUICC Packages and what the card keeps of them, 5.9.1, 5.9.11 and SGP.22 5.7.9 to 5.7.11."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apdu import tlv
from asn1.generated import rsp, sgp32
from euicc.isdr.es10 import notifications
from euicc.isdr.functions import Function
from euicc.isdr.package.ladder import load_euicc_package
from euicc.isdr.tolerance import wrap
from euicc.refusals import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asn1 import Message
    from euicc.isdr.applet import IsdR

DeleteNotificationStatus = rsp.NotificationSentResponse.DeleteNotificationStatus

_PACKAGE_RESULTS = 0xA2


def retrieve_notifications_list(
    isdr: IsdR, request: sgp32.RetrieveNotificationsListRequest
) -> Message | bytes:
    """ES10b.RetrieveNotificationsList, SGP.32 5.9.11: notifications, or eUICC Package Results as they were answered.

    A number names either; what nothing has gives an empty list of notifications.
    """
    criteria = request.search_criteria
    if criteria is not None and criteria.euicc_package_results:
        return _package_results(isdr.package_results.all())
    if criteria is not None and criteria.seq_number is not None:
        result = isdr.package_results.get(criteria.seq_number)
        if result is not None:
            return _package_results([result])
    return notifications.retrieve_notifications_list(
        isdr, rsp.RetrieveNotificationsListRequest.decode(request.encode())
    )


def _package_results(results: Iterable[bytes]) -> bytes:
    tag = sgp32.RetrieveNotificationsListResponse.TAG
    return tlv.encode(tag, tlv.encode(_PACKAGE_RESULTS, *results))


def remove_notification_from_list(
    isdr: IsdR, request: rsp.NotificationSentRequest
) -> rsp.NotificationSentResponse:
    """ES10b.RemoveNotificationFromList, SGP.22 5.7.11: of a notification or of an eUICC Package Result."""
    holder = (
        isdr.notifications if isdr.package_results.get(request.seq_number) is None else isdr.package_results
    )
    holder.remove(request.seq_number)
    return rsp.NotificationSentResponse(delete_notification_status=DeleteNotificationStatus.OK)


FUNCTIONS = (
    notifications.LIST_NOTIFICATION,
    Function(sgp32.EuiccPackageRequest.TAG, None, load_euicc_package),
    Function(
        sgp32.RetrieveNotificationsListRequest.TAG,
        sgp32.RetrieveNotificationsListRequest,
        retrieve_notifications_list,
        refuse=lambda _, code: sgp32.RetrieveNotificationsListResponse(notifications_list_result_error=code),
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
"""BF28, BF51, BF2B and BF30: in place of `notifications.FUNCTIONS`."""
