"""The card in the virtual reader of vsmartcard (vpcd), a driver of pcscd: every PC/SC program sees it.

The driver listens and the card connects to it. pcscd restarts, and may stop when nobody needs it: the card waits and
comes back.
"""

from __future__ import annotations

import socket
from contextlib import closing
from threading import Event
from time import monotonic

from apdu.transport import Transport, TransportUnavailable
from apdu.transport.messages import Disconnected, MessageStream
from apdu.transport.serving import Log, Session, attend, log_warning

LOOPBACK = "127.0.0.1"
PORT = 35963
MISSING = "apt-get install pcscd vsmartcard-vpcd, and start pcscd"

_RETRY_SECONDS = 0.5
_CONNECT_SECONDS = 5.0
_SILENCE_SECONDS = 5.0
"""The driver asks for the ATR every 0.4 s to see whether the card is there."""


def serve(
    card: Transport,
    host: str = LOOPBACK,
    port: int = PORT,
    *,
    stop: Event | None = None,
    log: Log = log_warning,
    patience: float | None = None,
) -> None:
    """Keeps the card in the reader until `stop` is set; the command it is at is answered first.

    Each time that the reader gets the card or loses it, one line goes to `log`. `patience`: seconds to wait for a
    reader at the start before TransportUnavailable; None waits for ever. Taking the card out of the reader leaves it
    as it is; being put in, it is reset.
    """
    stop = stop or Event()
    address = f"{host}:{port}"
    connection = _connect(host, port, stop, log, patience)
    while connection is not None:
        with closing(MessageStream(connection)) as stream:
            log(f"the card is in the virtual reader at {address}")
            session = _ReaderSession(card, log)
            reason = attend(stream, session, stop, session.check)
        if not stop.is_set():
            log(f"the virtual reader at {address} let go of the card{reason and f' ({reason})'}")
        # Long enough out of the reader for pcscd to see that the card was taken out.
        stop.wait(_RETRY_SECONDS)
        connection = _connect(host, port, stop, log)


def _connect(
    host: str, port: int, stop: Event, log: Log, patience: float | None = None
) -> socket.socket | None:
    """A connection to the driver; None when `stop` was set before there was one."""
    began = monotonic()
    waiting = False
    while not stop.is_set():
        try:
            return socket.create_connection((host, port), _CONNECT_SECONDS)
        except OSError as error:
            if patience is not None and monotonic() - began >= patience:
                raise TransportUnavailable(f"no virtual reader at {host}:{port}: {MISSING}") from error
        if not waiting:
            log(f"no virtual reader at {host}:{port}: the card waits for it")
            waiting = True
        stop.wait(_RETRY_SECONDS)
    return None


class _ReaderSession(Session):
    """A session that notices when the driver waits for an answer to a control.

    A program that sends a command of the one byte 00, 01 or 02 makes the driver send a control and wait for ever, and
    pcscd with it. Silence after a control means that; leaving the reader ends it.
    """

    _unanswered = False

    def answer(self, message: bytes) -> bytes | None:
        """What is to be sent back; None after a control that has no answer."""
        answer = super().answer(message)
        self._unanswered = answer is None
        return answer

    def check(self, silence: float) -> None:
        """Disconnected when the driver is silent for longer than it ever is by itself."""
        if self._unanswered and silence > _SILENCE_SECONDS:
            raise Disconnected(f"silent for {_SILENCE_SECONDS:g} s after a control")
