"""Serving a card over a stream of messages: what vpcd and TCP have in common."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from threading import Event

from apdu.status import NO_PRECISE_DIAGNOSIS
from apdu.transport import Transport, messages
from apdu.transport.messages import Disconnected, MessageStream

Log = Callable[[str], None]

_NO_ANSWER = NO_PRECISE_DIAGNOSIS.to_bytes(2, "big")
_STATUS_BYTES = 2
_logger = logging.getLogger(__name__)


def log_warning(line: str) -> None:
    """Where lines go unless told otherwise: the logging module."""
    _logger.warning("%s", line)


class Stopped(Exception):
    """Serving was asked to end."""


class Session:
    """A card while one reader has it: answers the messages, whatever the card does.

    The card is reset before the first command. When it raises instead of answering (its power was cut, or there is an
    error in it), one line goes to `log` and 6F00 to the reader, which must not wait for ever.
    """

    def __init__(self, card: Transport, log: Log) -> None:
        self._card = card
        self._log = log
        self._atr = b""
        self._begun = False
        self._powered = False
        self._controls: dict[bytes, Callable[[], bytes | None]] = {
            messages.POWER_OFF: self._power_off,
            messages.POWER_ON: self._reset,
            messages.RESET: self._reset,
            messages.ATR: lambda: self._atr,
        }

    def answer(self, message: bytes) -> bytes | None:
        """What is to be sent back; None after a control that has no answer."""
        if not self._begun:
            self._begin(message)
        control = self._controls.get(message)
        return self._transmit(message) if control is None else control()

    def _begin(self, message: bytes) -> None:
        self._begun = True
        if message not in (messages.POWER_ON, messages.RESET):
            self._reset()

    def _power_off(self) -> None:
        self._powered = False

    def _reset(self) -> None:
        self._powered = False
        try:
            self._atr = self._card.reset()
        except Exception as error:  # whoever waits behind the reader must not see a card that hangs
            self._log(f"the card cannot be reset: {described(error)}")
        else:
            self._powered = True

    def _transmit(self, command: bytes) -> bytes:
        if not self._powered:
            self._log("a command came while the card had no power")
            return _NO_ANSWER
        try:
            response = self._card.transmit(command)
        except Exception as error:
            self._log(f"the card does not answer: {described(error)}")
            return _NO_ANSWER
        if not _STATUS_BYTES <= len(response) <= messages.MESSAGE_MAX:
            self._log(f"the card answers with {len(response)} bytes, which no message carries")
            return _NO_ANSWER
        return response


def attend(
    stream: MessageStream,
    session: Session,
    stop: Event,
    while_silent: Callable[[float], None] = lambda _: None,
) -> str:
    """Answers messages until the connection is over, for which it gives the reason, or until `stop` is set.

    A command that has begun is answered before it stops. `while_silent` may raise Disconnected.
    """

    def silent(seconds: float) -> None:
        if stop.is_set():
            raise Stopped
        while_silent(seconds)

    try:
        while not stop.is_set():
            answer = session.answer(stream.receive(silent))
            if answer is not None:
                stream.send(answer)
    except Disconnected as end:
        return str(end)
    except Stopped:
        pass
    return ""


def described(error: BaseException) -> str:
    """An error in one line: what, and where in the card it happened."""
    words = " ".join(f"{type(error).__name__}: {error}".split())
    *_, place = traceback.extract_tb(error.__traceback__)
    return f"{words} ({Path(place.filename).name}:{place.lineno})"
