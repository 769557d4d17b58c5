"""Alerts of TLS, RFC 5246 7.2, and the one error of this package."""

from __future__ import annotations

from enum import IntEnum

from euicc.crypto.tls_psk.vectors import MalformedVector


class AlertLevel(IntEnum):
    """AlertLevel, RFC 5246 7.2."""

    WARNING = 1
    FATAL = 2


class Alert(IntEnum):
    """AlertDescription, RFC 5246 7.2, RFC 4279 6 and RFC 6066 9: those that a connection of ours sends."""

    CLOSE_NOTIFY = 0
    UNEXPECTED_MESSAGE = 10
    BAD_RECORD_MAC = 20
    RECORD_OVERFLOW = 22
    HANDSHAKE_FAILURE = 40
    ILLEGAL_PARAMETER = 47
    DECODE_ERROR = 50
    DECRYPT_ERROR = 51
    PROTOCOL_VERSION = 70
    NO_RENEGOTIATION = 100
    UNSUPPORTED_EXTENSION = 110
    UNKNOWN_PSK_IDENTITY = 115


class TlsError(Exception):
    """The connection failed, and is closed.

    alert: AlertDescription, one of Alert unless the peer knows more. by_peer: the peer sent the alert; otherwise it
    was found here, and `Connection.outgoing` has it for the peer.
    """

    def __init__(self, alert: int, reason: str, *, by_peer: bool = False) -> None:
        super().__init__(f"{alert_name(alert)}: {reason}")
        self.alert = alert
        self.by_peer = by_peer


def alert_name(alert: int) -> str:
    """As RFC 5246 writes it: "bad_record_mac"; "alert 80" for one that is not in Alert."""
    return Alert(alert).name.lower() if alert in tuple(Alert) else f"alert {alert}"


def as_tls_error(error: MalformedVector) -> TlsError:
    """What a structure that cannot be read is for a connection."""
    return TlsError(Alert.DECODE_ERROR, str(error))
