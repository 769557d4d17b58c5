"""The card in the modem's slot: started, watched for proactive commands, refreshed, and its sessions.

The modem is the terminal here: it sends TERMINAL PROFILE, fetches what the card announces with 91xx whoever's
command was answered so, and carries a REFRESH out.
"""

from __future__ import annotations

from collections.abc import Callable

from apdu import (
    ApduChannel,
    Command,
    StatusError,
    TlvError,
    Transport,
    TransportError,
    aid,
    instruction,
    open_channel,
    tlv,
)
from apdu.cat import ProactiveCommand
from apdu.status import count_of, is_success
from apdu.transport.modem.errors import Cme, CommandFailed
from apdu.transport.modem.toolkit import REFRESH_ONLY, refreshes, resets, response_to

PROPRIETARY = 0x80
TERMINAL_CAPABILITY = 0xA9

EXTENDED_LOGICAL_CHANNELS = bytes.fromhex("8100")
"""TERMINAL CAPABILITY, TS 102 221 11.1.19.2.3. Who manages profiles is for the LPA to declare, not for the modem."""

# STATUS without indication and without answer, TS 102 221 11.1.2: the terminal's question whether there is anything.
POLL = Command(PROPRIETARY, instruction.STATUS, 0x00, 0x0C)

# A card that always has one more proactive command, or wants to be reset for ever, is not followed for ever.
PROACTIVE_COMMANDS_MAX = 64
RESETS_MAX = 3


class Watched:
    """A Transport that notes what the last status word announced."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.proactive_pending = 0
        self.response_pending = False

    def reset(self) -> bytes:
        """Resets the card; nothing is announced after it."""
        self.proactive_pending = 0
        self.response_pending = False
        return self._transport.reset()

    def transmit(self, command: bytes, /) -> bytes:
        """Passes a command on and its response back."""
        response = self._transport.transmit(command)
        if len(response) < 2:
            raise TransportError(f"a response of {len(response)} bytes has no status word")
        sw = int.from_bytes(response[-2:], "big")
        self.response_pending = sw >> 8 == 0x61
        if is_success(sw):  # any other status word says nothing about it
            self.proactive_pending = count_of(sw) if sw >> 8 == 0x91 else 0
        return response


class CardSlot:
    """One card with its power on. `basic`: its basic channel; `news`: reports for the user, oldest first.

    `profile`: TERMINAL PROFILE to send, None for a modem that leaves proactive commands alone. `state` says how the
    subscription is to be reported after a REFRESH (`+CPIN: ...`), None for not at all.
    """

    def __init__(
        self,
        transport: Transport,
        profile: bytes | None = REFRESH_ONLY,
        state: Callable[[CardSlot], str | None] = lambda slot: None,
    ) -> None:
        self.card = Watched(transport)
        self.basic = ApduChannel(self.card)
        self.news: list[str] = []
        self._profile = profile
        self._state = state
        self._sessions: dict[int, ApduChannel] = {}
        self.start()

    def start(self) -> None:
        """Reset, TERMINAL CAPABILITY, TERMINAL PROFILE, the USIM if there is one."""
        self._sessions.clear()
        self.card.reset()
        capability = tlv.encode(TERMINAL_CAPABILITY, EXTENDED_LOGICAL_CHANNELS)
        self._command(instruction.TERMINAL_CAPABILITY, capability)
        if self._profile is not None:
            self._command(instruction.TERMINAL_PROFILE, self._profile)
        self.activate_usim()

    def activate_usim(self) -> bool:
        """Selects the USIM application on the basic channel; whether there is one."""
        try:
            self.basic.select(aid.USIM)
        except StatusError:
            return False
        return True

    def transmit(self, command: bytes) -> bytes:
        """Sends a command APDU as it is; returns the response as it is."""
        return self.card.transmit(command)

    def poll(self) -> None:
        """STATUS, so that a card with nothing to answer can say that it has something to tell.

        Not while a response waits for its GET RESPONSE: any other command would discard it.
        """
        if not self.card.response_pending:
            self.basic.send(POLL)

    def open_session(self, application: bytes) -> int:
        """Opens a logical channel with this application selected; its number. StatusError."""
        channel = open_channel(self.card)
        try:
            channel.select(application)
        except StatusError:
            channel.close()
            raise
        self._sessions[channel.number] = channel
        return channel.number

    def session(self, number: int) -> ApduChannel:
        """The channel of an open session; CommandFailed 21 when there is none."""
        if number not in self._sessions:
            raise CommandFailed(Cme.INVALID_INDEX)
        return self._sessions[number]

    def close_session(self, number: int) -> None:
        """Gives a session's channel back; CommandFailed 21 when there is none, StatusError."""
        channel = self.session(number)
        del self._sessions[number]
        channel.close()

    def close_sessions(self) -> None:
        """Gives back all channels; what the card thinks of it does not matter."""
        for number in tuple(self._sessions):
            try:
                self.close_session(number)
            except StatusError:
                continue

    def serve(self) -> None:
        """Fetches and answers what the card has announced until there is nothing more; then does what it takes."""
        count = 0
        for _ in range(PROACTIVE_COMMANDS_MAX):
            if not self.card.proactive_pending or self._profile is None:
                return
            fetched = self._fetch()
            if fetched is None:
                return
            self._command(instruction.TERMINAL_RESPONSE, response_to(fetched).encode())
            if refreshes(fetched):
                count += resets(fetched)
                self._refresh(resets(fetched) and count <= RESETS_MAX)

    def _fetch(self) -> ProactiveCommand | None:
        length, self.card.proactive_pending = self.card.proactive_pending, 0
        fetched = self.basic.send(Command(PROPRIETARY, instruction.FETCH, 0, 0, le=length))
        try:
            return ProactiveCommand.parse(fetched.checked())
        except (StatusError, TlvError):
            return None

    def _refresh(self, reset: bool) -> None:
        """REFRESH, TS 102 223 6.4.7: what the modem knows of the card is read anew, and the user told."""
        if reset:
            self.news.append("+CPIN: NOT READY")
            self.start()
        state = self._state(self)
        if state is not None:
            self.news.append(state)

    def _command(self, ins: int, data: bytes) -> None:
        """A command of the terminal. Its status does not matter: a card that does not know it does without."""
        self.basic.send(Command(PROPRIETARY, ins, 0, 0, data))
