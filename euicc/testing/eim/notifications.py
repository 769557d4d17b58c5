"""Notifications that come by way of the eIM, SGP.32 5.14.7: made whole, kept, and handed on to their SM-DP+."""

from __future__ import annotations

from dataclasses import dataclass

from apdu import TlvError, tlv
from asn1 import Asn1Error
from asn1.generated import rsp
from euicc.testing.eim import compact
from euicc.testing.eim.orders import DownloadOrder, OrderState
from euicc.testing.eim.records import Euicc, State
from euicc.testing.eim.rsp_servers import ES9_PLUS, RspServerError
from euicc.testing.smdp.binding import encoded as base64

INSTALLATION_RESULT = 0xBF37
_RESULT_DATA, _METADATA, _SEQUENCE = 0xBF27, 0xBF2F, 0x30
_SEQ_NUMBER, _ADDRESS, _TRANSACTION_ID = 0x80, 0x0C, 0x80
HANDLE_NOTIFICATION = "handleNotification"


@dataclass(frozen=True)
class Notification:
    """A PendingNotification in full, as the eUICC made it: its number and whom it is for."""

    encoded: bytes
    seq_number: int
    recipient: str
    transaction_id: bytes | None = None
    """Of an installation result."""

    @classmethod
    def read(cls, encoded: bytes) -> Notification | None:
        """None for what is no notification in full."""
        try:
            outer = tlv.parse(encoded)
            path = (_RESULT_DATA, _METADATA) if outer.tag == INSTALLATION_RESULT else (_METADATA,)
            seq, address = outer.find(*path, _SEQ_NUMBER), outer.find(*path, _ADDRESS)
            transaction = outer.find(_RESULT_DATA, _TRANSACTION_ID)
            if outer.tag not in (INSTALLATION_RESULT, _SEQUENCE) or seq is None or address is None:
                return None
            return cls(encoded, int.from_bytes(seq, "big", signed=True), address.decode(), transaction)
        except (TlvError, ValueError):
            return None


def take_notification(state: State, euicc: Euicc | None, received: bytes) -> int | None:
    """One PendingNotification, full or compact; its sequence number once its SM-DP+ has it.

    None when it has not: the device keeps it then, and delivers it itself or again.
    """
    notification = Notification.read(compact.notification(state, euicc, received) or received)
    if notification is None:
        return None
    if euicc is not None and notification.encoded not in euicc.notifications:
        euicc.notifications.append(notification.encoded)
    _conclude_download(state, notification)
    return notification.seq_number if forward(state, notification) else None


def forward(state: State, notification: Notification) -> bool:
    """ES9+.HandleNotification in the device's place, SGP.22 5.6.4; whether the SM-DP+ has answered."""
    if state.servers is None:
        return False
    body = {"pendingNotification": base64(notification.encoded)}
    try:
        state.servers.call(notification.recipient, HANDLE_NOTIFICATION, body, ES9_PLUS)
    except RspServerError:
        return False
    return True


def take_installation(order: DownloadOrder, encoded: bytes) -> None:
    """A download is over: what its ProfileInstallationResult (BF37) says."""
    try:
        result = rsp.ProfileInstallationResult.decode(encoded)
    except Asn1Error:
        order.conclude(OrderState.REFUSED)
        return
    order.result = result.profile_installation_result_data
    failure = order.result.final_result.error_result
    if failure is None:
        order.conclude(OrderState.DONE)
    else:
        order.conclude(OrderState.REFUSED, failure.error_reason)


def _conclude_download(state: State, notification: Notification) -> None:
    session = state.sessions.get(notification.transaction_id or b"")
    if session is not None and session.order is not None and session.order.is_outstanding:
        take_installation(session.order, notification.encoded)
