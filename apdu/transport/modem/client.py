"""A card behind a modem: as a Transport by +CSIM, as a channel by +CCHO, +CGLA and +CCHC (TS 27.007 8.17, 8.43 ff)."""

from __future__ import annotations

import re
from collections.abc import Callable

from apdu.channel import ApduChannel
from apdu.command import LAST_CHANNEL
from apdu.response import Response
from apdu.status import PROACTIVE_COMMAND_XX, SUCCESS
from apdu.store_data import BLOCK_SIZE_MAX
from apdu.transport import Transport, TransportError
from apdu.transport.modem.dialogue import Dialogue
from apdu.transport.modem.errors import ModemError

_RESPONSE = re.compile(r'(\d+) *, *"?([0-9A-Fa-f]*)"?')


class ModemTransport:
    """The card of a modem by +CSIM: a Transport.

    The modem is the card's terminal and fetches proactive commands itself; 91xx is therefore told as 9000, unless
    `proactive`.
    """

    def __init__(self, modem: Dialogue, *, proactive: bool = False) -> None:
        self._modem = modem
        self._proactive = proactive

    def reset(self) -> bytes:
        """Takes the card's power and gives it back, +CFUN=0 and 1; returns b"", since a modem tells no ATR."""
        restart(self._modem)
        return b""

    def transmit(self, command: bytes, /) -> bytes:
        """+CSIM: a command APDU and its response; ModemError when the modem does not pass it on."""
        text = command.hex().upper()
        raw = _response(self._modem.command(f'+CSIM={len(text)},"{text}"', "+CSIM:"), "+CSIM")
        response = Response.parse(raw)
        if response.sw >> 8 == PROACTIVE_COMMAND_XX >> 8 and not self._proactive:
            response = Response(response.data, SUCCESS)
        return response.encode()

    def close(self) -> None:
        """Closes the port."""
        self._modem.close()


class SessionTransport:
    """The commands of one session by +CGLA. A session cannot reset the card: ModemError says so."""

    def __init__(self, modem: Dialogue, session: int) -> None:
        self._modem = modem
        self._session = session

    def reset(self) -> bytes:
        """Not by a session."""
        raise ModemError("a reset", "a session has no reset")

    def transmit(self, command: bytes, /) -> bytes:
        """+CGLA: a command APDU and its response."""
        text = command.hex().upper()
        lines = self._modem.command(f'+CGLA={self._session},{len(text)},"{text}"', "+CGLA:")
        return _response(lines, "+CGLA")


class ModemChannel(ApduChannel):
    """A session of a modem, TS 27.007 8.45: a channel on which one application is selected from the beginning.

    Some modems set the channel in the class byte, others want it there: it is the number of the session, which is
    that of the channel wherever it is not a number of its own. `proactive_pending` tells what the modem fetches.
    """

    def __init__(self, modem: Dialogue, session: int, transport: Transport, block_size: int) -> None:
        number = session if session <= LAST_CHANNEL else 0
        super().__init__(transport, number, block_size=block_size)
        self._modem = modem
        self._session: int | None = session

    def close(self) -> None:
        """+CCHC, TS 27.007 8.46. A session that a reset has ended is what was wanted."""
        session, self._session = self._session, None
        if session is None:
            return
        try:
            self._modem.command(f"+CCHC={session}", "+CCHC")
        except ModemError:
            return


def open_session(
    modem: Dialogue,
    application: bytes,
    block_size: int = BLOCK_SIZE_MAX,
    recorded: Callable[[Transport], Transport] = lambda transport: transport,
) -> ModemChannel:
    """+CCHO, TS 27.007 8.45: a channel with this application. ModemError when modem or card refuses.

    `recorded` gives the transport that takes the session's place, to record what goes over it.
    """
    session = _session_of(modem.command(f'+CCHO="{application.hex().upper()}"', "+CCHO:"))
    return ModemChannel(modem, session, recorded(SessionTransport(modem, session)), block_size)


def _session_of(lines: list[str]) -> int:
    """The one number among the lines of an answer; TransportError when there is none."""
    numbers = [line for line in lines if line.isascii() and line.isdigit()]
    if len(numbers) != 1:
        raise TransportError("the modem's answer to AT+CCHO has no session")
    return int(numbers[0])


def restart(modem: Dialogue) -> None:
    """+CFUN=0, +CFUN=1, TS 27.007 8.2: the card loses its power and gets it back."""
    modem.command("+CFUN=0")
    modem.command("+CFUN=1")


def _response(lines: list[str], name: str) -> bytes:
    """The response of `<length>,<response>`; TransportError when the answer is not like that."""
    match = _RESPONSE.fullmatch(lines[-1]) if lines else None
    if match is None or int(match[1]) != len(match[2]) or len(match[2]) % 2:
        raise TransportError(f"the modem's answer to AT{name} cannot be read")
    return bytes.fromhex(match[2])
