"""The dispatcher between the wire and the applications.

It alone knows logical channels, selection by AID, command chaining, GET RESPONSE, 61xx, 6Cxx and 91xx, and
the commands that belong to the card as a whole whatever is selected (the table COMMANDS). Everything else
goes, as a whole command, to the session selected on its channel. StatusError is the only exception that
becomes an answer; any other is a bug.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from apdu import Command, StatusError, instruction, status
from apdu.command import SHORT_LE_MAX
from euicc.runtime.applet import Applet, DefaultApplet, Selection
from euicc.runtime.buffers import ResponseBuffer
from euicc.runtime.channels import BASIC, Channels, LogicalChannel
from euicc.runtime.proactive import POLLS, Proactive
from euicc.runtime.terminal import Terminal

_SUCCESS = status.SUCCESS.to_bytes(2, "big")

# Status words that announce a proactive command, as 91xx does in place of 9000, TS 102 221 10.2.1
_AND_PROACTIVE_COMMAND = {
    status.MORE_DATA_AVAILABLE: status.MORE_DATA_AND_PROACTIVE_COMMAND,
    status.MORE_DATA_EXPECTED: status.MORE_DATA_EXPECTED_AND_PROACTIVE_COMMAND,
}

# SELECT, TS 102 221 table 11.1
_BY_DF_NAME = 0x04
_AID_LENGTHS = range(1, 17)
_OCCURRENCE = 0x03
_FIRST, _LAST, _NEXT, _PREVIOUS = range(4)
_NO_DATA = 0x0C
_SESSION_CONTROL = 0x60
_TERMINATION = 0x40
_RESERVED = 0x80

# MANAGE CHANNEL, TS 102 221 table 11.19
_OPEN, _CLOSE = 0x00, 0x80
_ASSIGNED_BY_CARD = 0


class Runtime:
    """Channels, dispatch and responses of one card.

    Applets are asked for their AIDs in the order of registration and the default applet last, so that
    selecting another application does not touch the files of the enabled profile.

    terminal: what the terminal declared since reset. envelope: who takes the data of an ENVELOPE and gives the
    response data, StatusError for any other status word than 9000; of itself the runtime knows none (6D00).
    suspend: who carries out SUSPEND UICC, in the same way. gate: while there is one, it is asked before every command,
    and may refuse it.
    """

    def __init__(self, default: DefaultApplet, proactive: Proactive, channels: int = 20) -> None:
        self._default = default
        self._applets: list[Applet] = []
        self._channels = Channels(channels)
        self._response = ResponseBuffer()
        self.proactive = proactive
        self.terminal = Terminal()
        self.envelope: Callable[[bytes], bytes] = _no_envelopes
        self.suspend: Callable[[Command], bytes] = _no_suspension
        self.gate: Callable[[Command], None] | None = None

    @property
    def channels(self) -> list[LogicalChannel]:
        """The open channels."""
        return self._channels.all()

    def reopen(self, sessions: Iterable[tuple[int, Selection, bytes]]) -> None:
        """Channels with sessions of the default applet and the AIDs they were selected by: a suspended UICC goes on."""
        self._channels.clear()
        for number, selection, aid in sessions:
            channel = LogicalChannel(number, self._default, selection)
            channel.aid = aid
            self._channels.open(channel)

    def register(self, applet: Applet) -> None:
        """Install an application. Its `boot`, if any, runs at the next reset."""
        self._applets.append(applet)

    def reset(self) -> None:
        """Power-on: nothing volatile is left, the applets boot, the default applet is on channel 0."""
        self._channels.clear()
        self._response.put(b"")
        self.gate = None
        self.proactive.reset()
        self.terminal = Terminal()
        for applet in (*self._applets, self._default):
            boot = getattr(applet, "boot", None)
            if boot is not None:
                boot()
        self._open(BASIC, None)

    def transmit(self, raw: bytes) -> bytes:
        """Answer a command APDU: data and SW1 SW2. Any bytes have an answer."""
        command = None
        try:
            command = Command.parse(raw)
            if command.ins != instruction.GET_RESPONSE:
                self._response.put(b"")
            if self.gate is not None:
                self.gate(command)
            channel = self._channels.of(command.cla)
            if command.ins == instruction.GET_RESPONSE:
                return self._get_response(command)
            whole = channel.chain.join(command)
            if whole is None:
                return _SUCCESS
            if command.ins in POLLS:
                self.proactive.polled()
            return self._answer(whole, self._process(channel, whole))
        except StatusError as error:
            return self._refusal(command, error)

    def _process(self, channel: LogicalChannel, command: Command) -> bytes:
        handler = COMMANDS.get((command.cla & 0x80, command.ins))
        if handler is None or command.secure_messaging:
            return channel.selection.process(command)
        return handler(self, channel, command)

    def _answer(self, command: Command, data: bytes) -> bytes:
        """Data at once where the command takes them, otherwise 61xx and GET RESPONSE."""
        length, le = len(data), command.le
        if not length:
            return self.proactive.success
        if le is not None:
            if not command.data and le < SHORT_LE_MAX and le != length and not command.extended:
                raise StatusError(status.with_count(status.WRONG_LE_XX, length))
            if length <= le:
                return data + self.proactive.success
        self._response.put(data)
        return self._response.announcement()

    def _refusal(self, command: Command | None, error: StatusError) -> bytes:
        """Warnings may have data: with the status word where they fit, otherwise for GET RESPONSE."""
        sw = self._with_proactive(error.sw).to_bytes(2, "big")
        if command is not None and command.le is not None and len(error.data) <= command.le:
            return error.data + sw
        if error.data:
            self._response.put(error.data)
        return sw

    def _with_proactive(self, sw: int) -> int:
        """A warning of a chain of blocks also tells of a proactive command that waits, TS 102 221 table 10.9."""
        return sw if self.proactive.success == _SUCCESS else _AND_PROACTIVE_COMMAND.get(sw, sw)

    def _get_response(self, command: Command) -> bytes:
        _check_p1_p2(command)
        if command.le is None or command.data:
            raise StatusError(status.WRONG_LENGTH)
        data, more = self._response.get(command.le)
        return data + (self._response.announcement() if more else self.proactive.success)

    def _select(self, channel: LogicalChannel, command: Command) -> bytes:
        if command.p1 == _BY_DF_NAME:
            return self._select_application(channel, command)
        if channel.applet is self._default:
            return channel.selection.process(command)
        return self._select_file(channel, command)

    def _select_file(self, channel: LogicalChannel, command: Command) -> bytes:
        """SELECT of a file where another application is selected: leaves that application if it succeeds."""
        selection = self._default.implicit(channel.number, None)
        try:
            data = selection.process(command)
        except StatusError as error:
            if error.sw >> 8 == status.WARNING_UNCHANGED >> 8:
                channel.occupy(self._default, selection)
            raise
        channel.occupy(self._default, selection)
        return data

    def _select_application(self, channel: LogicalChannel, command: Command) -> bytes:
        """SELECT by DF name, TS 102 221 11.1.1: full or right-truncated AID."""
        session_control = command.p2 & _SESSION_CONTROL
        if command.p2 & _RESERVED or session_control not in (0, _TERMINATION):
            raise StatusError(status.INCORRECT_P1_P2)
        if len(command.data) not in _AID_LENGTHS:
            raise StatusError(status.LC_INCONSISTENT_WITH_P1_P2)
        aid, applet = self._occurrence(channel, command.data, command.p2 & _OCCURRENCE)
        selection, fci = applet.select(aid, command, channel.number)
        channel.occupy(applet, selection, aid)
        if session_control == _TERMINATION:
            channel.occupy(self._default, self._default.implicit(channel.number, None))
        return b"" if command.p2 & _NO_DATA == _NO_DATA else fci

    def _occurrence(self, channel: LogicalChannel, prefix: bytes, which: int) -> tuple[bytes, Applet]:
        """The application that is meant; next and previous count from the one selected on the channel."""
        matches = self._matches(prefix)
        if which != _FIRST:
            matches = _from_position(list(matches), channel.aid, which)
        found = next(matches, None)
        if found is None:
            raise StatusError(status.FILE_NOT_FOUND)
        return found

    def _matches(self, prefix: bytes) -> Iterator[tuple[bytes, Applet]]:
        for applet in (*self._applets, self._default):
            for aid in applet.aids():
                if aid.startswith(prefix):
                    yield aid, applet

    def _manage_channel(self, channel: LogicalChannel, command: Command) -> bytes:
        """MANAGE CHANNEL, TS 102 221 11.1.17."""
        if command.data:
            raise StatusError(status.WRONG_LENGTH)
        if command.p1 == _OPEN:
            return self._open_channel(channel, command)
        if command.p1 != _CLOSE:
            raise StatusError(status.INCORRECT_P1_P2)
        self._channels.close(command.p2 or channel.number)
        return b""

    def _open_channel(self, channel: LogicalChannel, command: Command) -> bytes:
        """Open the channel P2, answering nothing, or any with P2 0, answering its number."""
        if command.p2 == _ASSIGNED_BY_CARD:
            if command.le is not None and 1 < command.le < SHORT_LE_MAX:
                raise StatusError(status.with_count(status.WRONG_LE_XX, 1))
            number = self._channels.free()
            self._open(number, channel)
            return bytes((number,))
        self._channels.check_free(command.p2)
        self._open(command.p2, channel)
        return b""

    def _open(self, number: int, opener: LogicalChannel | None) -> None:
        inherited = None if opener is None or opener.number == BASIC else opener.selection
        selection = self._default.implicit(number, inherited)
        self._channels.open(LogicalChannel(number, self._default, selection))

    def _terminal_capability(self, channel: LogicalChannel, command: Command) -> bytes:
        """TERMINAL CAPABILITY, TS 102 221 11.1.19."""
        _check_p1_p2(command)
        self.terminal = self.terminal.declared(command.data)
        return b""

    def _terminal_profile(self, channel: LogicalChannel, command: Command) -> bytes:
        """TERMINAL PROFILE, TS 102 221 11.2.1."""
        _check_p1_p2(command)
        self.proactive.take_terminal_profile(command.data)
        return b""

    def _fetch(self, channel: LogicalChannel, command: Command) -> bytes:
        """FETCH, TS 102 221 11.2.3."""
        _check_p1_p2(command)
        return self.proactive.fetch(command.le)

    def _terminal_response(self, channel: LogicalChannel, command: Command) -> bytes:
        """TERMINAL RESPONSE, TS 102 221 11.2.4."""
        _check_p1_p2(command)
        self.proactive.take_terminal_response(command.data)
        return b""

    def _suspend_uicc(self, channel: LogicalChannel, command: Command) -> bytes:
        """SUSPEND UICC, TS 102 221 11.1.22; on the basic channel."""
        if channel.number != BASIC:
            raise StatusError(status.LOGICAL_CHANNEL_NOT_SUPPORTED)
        return self.suspend(command)

    def _envelope(self, channel: LogicalChannel, command: Command) -> bytes:
        """ENVELOPE, TS 102 221 11.2.2."""
        _check_p1_p2(command)
        if not command.data:
            raise StatusError(status.WRONG_LENGTH)
        return self.envelope(command.data)


def _no_envelopes(data: bytes) -> bytes:
    raise StatusError(status.INS_NOT_SUPPORTED)


def _no_suspension(command: Command) -> bytes:
    raise StatusError(status.INS_NOT_SUPPORTED)


def _check_p1_p2(command: Command) -> None:
    if command.p1 or command.p2:
        raise StatusError(status.INCORRECT_P1_P2)


def _from_position(
    matches: list[tuple[bytes, Applet]], current: bytes, which: int
) -> Iterator[tuple[bytes, Applet]]:
    """The matches after the current one, backwards for last and previous; all when it is not among them."""
    ordered = matches[::-1] if which in (_LAST, _PREVIOUS) else matches
    aids = [aid for aid, _ in ordered]
    position = aids.index(current) + 1 if which != _LAST and current in aids else 0
    return iter(ordered[position:])


_INTERINDUSTRY, _PROPRIETARY = 0x00, 0x80
Handler = Callable[[Runtime, LogicalChannel, Command], bytes]

COMMANDS: dict[tuple[int, int], Handler] = {
    (_INTERINDUSTRY, instruction.SELECT): Runtime._select,
    (_INTERINDUSTRY, instruction.MANAGE_CHANNEL): Runtime._manage_channel,
    (_PROPRIETARY, instruction.TERMINAL_CAPABILITY): Runtime._terminal_capability,
    (_PROPRIETARY, instruction.TERMINAL_PROFILE): Runtime._terminal_profile,
    (_PROPRIETARY, instruction.FETCH): Runtime._fetch,
    (_PROPRIETARY, instruction.TERMINAL_RESPONSE): Runtime._terminal_response,
    (_PROPRIETARY, instruction.ENVELOPE): Runtime._envelope,
    (_PROPRIETARY, instruction.SUSPEND_UICC): Runtime._suspend_uicc,
}
"""What the card answers whatever is selected: (class b8, INS) -> function. GET RESPONSE goes before them
all."""
