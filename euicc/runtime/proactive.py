"""The proactive session, TS 102 221 7.4 and TS 102 223: commands of the card to the terminal.

    the terminal sent            the card answers a successful command with
    no TERMINAL PROFILE          9000: nothing is announced, whatever is queued
    TERMINAL PROFILE             91xx while a command is queued that the profile allows
    FETCH                        the command; from then on 9000, until the
    TERMINAL RESPONSE            which goes to who queued the command; then 91xx again if there is another

Reset ends all of it: nobody hears of commands that were not answered by then. What must happen in any case
belongs into the NVM and is completed by a boot hook.
"""

from __future__ import annotations

from collections.abc import Callable

from apdu import StatusError, TlvError, status, tlv
from euicc.runtime import comprehension

Done = Callable[[bytes], None]
"""Takes the value of the Result object of the TERMINAL RESPONSE: general result, then additional
information."""

PROACTIVE_COMMAND = 0xD0
REFRESH = 0x01

# Where TERMINAL PROFILE says that the terminal knows a command, TS 102 223 5.2: type -> byte (from 1), bit.
_FACILITIES = {
    REFRESH: (3, 0x80),
    0x02: (3, 0x08),  # MORE TIME
    0x03: (3, 0x20),  # POLL INTERVAL
    0x04: (3, 0x40),  # POLLING OFF
    0x05: (5, 0x01),  # SET UP EVENT LIST
    0x13: (4, 0x02),  # SEND SHORT MESSAGE
    0x21: (3, 0x01),  # DISPLAY TEXT
    0x25: (4, 0x20),  # SET UP MENU
    0x26: (4, 0x40),  # PROVIDE LOCAL INFORMATION
    0x27: (8, 0x01),  # TIMER MANAGEMENT
    0x40: (12, 0x01),  # OPEN CHANNEL
    0x41: (12, 0x02),  # CLOSE CHANNEL
    0x42: (12, 0x04),  # RECEIVE DATA
    0x43: (12, 0x08),  # SEND DATA
    0x44: (12, 0x10),  # GET CHANNEL STATUS
}

_NUMBER = 1  # of every command: only one is out at a time
_UICC_TO_TERMINAL = bytes((0x81, 0x82))
_COMPREHENSION_REQUIRED = 0x80
_NORMAL_ENDING = status.SUCCESS.to_bytes(2, "big")


class RefreshMode:
    """Qualifier of REFRESH, TS 102 223 8.6."""

    NAA_INITIALISATION_AND_FULL_FILE_CHANGE = 0x00
    FILE_CHANGE = 0x01
    NAA_INITIALISATION_AND_FILE_CHANGE = 0x02
    NAA_INITIALISATION = 0x03
    UICC_RESET = 0x04
    NAA_APPLICATION_RESET = 0x05
    NAA_SESSION_RESET = 0x06
    EUICC_PROFILE_STATE_CHANGE = 0x09


class _Command:
    """A queued command: its bytes (tag D0), the value of its Command details, who waits for the answer."""

    __slots__ = ("details", "done", "encoded")

    def __init__(self, encoded: bytes, done: Done) -> None:
        self.encoded = encoded
        self.details = comprehension.parse(tlv.parse(encoded).value)[comprehension.COMMAND_DETAILS]
        self.done = done


class Proactive:
    """The queue of proactive commands and the session with the terminal.

    success: the status word of a successful command as bytes: 9000, or 91xx when there is something to fetch.
    terminal_profile: as received; None: the terminal did not send one since reset.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget what the terminal said, the queue, and the command that is out."""
        self.terminal_profile: bytes | None = None
        self._queue: list[_Command] = []
        self._fetched: _Command | None = None
        self.success = _NORMAL_ENDING

    @property
    def terminal_profile_sent(self) -> bool:
        """Whether the terminal takes part in proactive sessions at all."""
        return self.terminal_profile is not None

    @property
    def session_running(self) -> bool:
        """Whether a command was fetched and not answered yet."""
        return self._fetched is not None

    def supports(self, command_type: int) -> bool:
        """Whether TERMINAL PROFILE allows commands of this type; those of which it has no bit are allowed."""
        if self.terminal_profile is None:
            return False
        byte, bit = _FACILITIES.get(command_type, (0, 0))
        return not byte or bool(
            self.terminal_profile[byte - 1 : byte] and self.terminal_profile[byte - 1] & bit
        )

    def queue(self, command: bytes, done: Done) -> None:
        """Have a proactive command (BER-TLV D0) fetched as soon as the terminal allows it, then call `done`.

        TlvError or KeyError when it is no proactive command with Command details.
        """
        self._queue.append(_Command(command, done))
        self._announce()

    def refresh(self, mode: int, done: Done) -> None:
        """Queue REFRESH, TS 102 223 6.4.7, without file list: `mode` is one of RefreshMode."""
        details = bytes((_NUMBER, REFRESH, mode))
        objects = (
            (comprehension.COMMAND_DETAILS, details),
            (comprehension.DEVICE_IDENTITIES, _UICC_TO_TERMINAL),
        )
        parts = [tlv.encode(tag | _COMPREHENSION_REQUIRED, value) for tag, value in objects]
        self.queue(tlv.encode(PROACTIVE_COMMAND, *parts), done)

    def take_terminal_profile(self, data: bytes) -> None:
        """TERMINAL PROFILE, TS 102 221 11.2.1."""
        self.terminal_profile = data
        self._announce()

    def fetch(self, le: int | None) -> bytes:
        """FETCH, TS 102 221 11.2.3: the next command. StatusError 6985 when there is none, 6Cxx when Le is
        not its length.

        Le 256 (00) takes any length.
        """
        command = self._next()
        if command is None:
            raise StatusError(status.CONDITIONS_NOT_SATISFIED)
        length = len(command.encoded)
        if le != length and (le is None or le < max(length, 256)):
            raise StatusError(status.with_count(status.WRONG_LE_XX, length))
        self._queue.remove(command)
        self._fetched = command
        self._announce()
        return command.encoded

    def take_terminal_response(self, data: bytes) -> None:
        """TERMINAL RESPONSE, TS 102 221 11.2.4.

        StatusError 6985 when no command is out, 6A80 when the response is malformed or belongs to another
        command.
        """
        if self._fetched is None:
            raise StatusError(status.CONDITIONS_NOT_SATISFIED)
        result = _result(data, self._fetched.details)
        done, self._fetched = self._fetched.done, None
        self._announce()
        done(result)

    def _next(self) -> _Command | None:
        """The first queued command that may go out now."""
        if self._fetched is not None:
            return None
        return next((command for command in self._queue if self.supports(command.details[1])), None)

    def _announce(self) -> None:
        command = self._next()
        if command is None:
            self.success = _NORMAL_ENDING
        else:
            sw = status.with_count(status.PROACTIVE_COMMAND_XX, len(command.encoded))
            self.success = sw.to_bytes(2, "big")


def _result(response: bytes, details: bytes) -> bytes:
    """The Result of a response to the command with these details."""
    try:
        objects = comprehension.parse(response)
    except TlvError:
        raise StatusError(status.INCORRECT_DATA) from None
    result = objects.get(comprehension.RESULT)
    if not result or objects.get(comprehension.COMMAND_DETAILS) != details:
        raise StatusError(status.INCORRECT_DATA)
    return result
