"""Notifications that wait on the card, on their way to the SM-DP+, SGP.32 3.7: directly, or through an eIM.

What was taken is remembered before it is removed: none is lost, and none that was acknowledged is sent again.
"""

from __future__ import annotations

from apdu import TlvError, tlv
from asn1 import Asn1Error
from asn1.generated import rsp
from ipa import es10_iot
from ipa.errors import EuiccAnswerInvalid, ServerAnswerInvalid, ServerRefused, ServerUnreachable, TlsUntrusted
from ipa.procedures import compact, delivery
from ipa.procedures.notifications import Delivery
from ipa.servers import es9, esipa
from ipa.servers.esipa import Link
from ipa.steps import Procedure, remember

INSTALLATION_RESULT = rsp.ProfileInstallationResult.TAG
INSTALLATION_DATA = rsp.ProfileInstallationResultData.TAG
METADATA = rsp.NotificationMetadata.TAG
SEQUENCE = 0x30
_PATHS = {
    INSTALLATION_RESULT: (INSTALLATION_RESULT, INSTALLATION_DATA, METADATA),
    SEQUENCE: (SEQUENCE, METADATA),
}
_UNDELIVERED = (ServerRefused, ServerUnreachable, ServerAnswerInvalid, TlsUntrusted)


def deliver_notifications(link: Link) -> Procedure[tuple[Delivery, ...]]:
    """Delivers all notifications on the card, in their order; later ones for a server that took not one are kept."""
    deliveries: list[Delivery] = []
    failed: dict[str, str] = {}
    for pending in (yield from es10_iot.retrieve_notifications()):
        metadata = metadata_of(pending)
        address = metadata.notification_address
        if address not in failed:
            failure = yield from hand_over(link, pending)
            if failure:
                failed[address] = failure
        deliveries.append(Delivery(metadata, failed.get(address, "")))
    return tuple(deliveries)


def hand_over(link: Link, pending: bytes, relayed: bool = False) -> Procedure[str]:
    """Delivers one PendingNotification, and removes it; returns why it was not taken, "" when it was.

    `relayed`: the eIM has relayed the session it is about, and passes it on.
    """
    metadata = metadata_of(pending)
    try:
        if link.settings.direct and not relayed:
            yield from es9.handle_notification(metadata.notification_address, pending)
        else:
            yield from esipa.handle_notification(link, (yield from _shortened(link, pending, relayed)))
    except _UNDELIVERED as error:
        return str(error)
    yield from remember(acknowledged=(metadata.seq_number,))
    yield from delivery.forget((metadata.seq_number,))
    return ""


def _shortened(link: Link, pending: bytes, relayed: bool) -> Procedure[bytes]:
    if not link.settings.minimise:
        return pending
    if relayed:
        return compact.installation_result(pending)
    return compact.notification(pending, (yield from compact.told(link)), link.eid)


def metadata_of(pending: bytes) -> rsp.NotificationMetadata:
    """NotificationMetadata in a PendingNotification; EuiccAnswerInvalid."""
    try:
        *parents, tag = _PATHS[tlv.read_header(pending)[0]]
        contents = tlv.find(pending, *parents, tag)
        return rsp.NotificationMetadata.decode(tlv.encode(tag, contents or b""))
    except (KeyError, TlvError, Asn1Error) as error:
        raise EuiccAnswerInvalid(es10_iot.RETRIEVE_NOTIFICATIONS_LIST, str(error)) from error
