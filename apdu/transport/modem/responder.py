"""A modem without a line: characters in, characters out, a card in its slot (V.250 5, TS 27.007).

Everything that is not a character on the line is elsewhere: the line discipline in `line`, the syntax in `syntax`,
the commands in the tables GENERAL and CARD, the card in `slot`.
"""

from __future__ import annotations

from collections.abc import Sequence

from apdu import StatusError, Transport, TransportError
from apdu.transport.modem import files
from apdu.transport.modem.card_commands import CARD
from apdu.transport.modem.errors import Cme, CommandFailed, text_of
from apdu.transport.modem.general_commands import GENERAL
from apdu.transport.modem.line import LineEditor, command
from apdu.transport.modem.slot import CardSlot
from apdu.transport.modem.state import MINIMUM, AtCommand, Handler, Identity, Settings, State
from apdu.transport.modem.syntax import Call, Form, calls
from apdu.transport.modem.toolkit import REFRESH_ONLY

COMMANDS: dict[str, AtCommand] = {**GENERAL, **CARD}

OK, ERROR = "OK", "ERROR"
_NUMERIC = {OK: "0", ERROR: "4"}
# Result codes that came back as if they were typed: a peer that echoes. To answer them would never end.
_ECHOES = (b"OK", b"ERROR", b"0", b"4")


class Modem:
    """A modem with this card in its slot: `feed` it what comes in on its line.

    `terminal_profile`: what it tells the card about itself; with None it leaves proactive commands to whoever uses
    +CSIM. Every line that is not empty is answered, one that is no command line with ERROR. Unsolicited result codes
    come behind the answer to the command that gave rise to them: after a REFRESH `+CPIN: NOT READY` when the card is
    reset, and `+CPIN: READY` (or SIM PIN, SIM PUK) once its subscription is read again; nothing more when it has none.
    What is not an answer of the card (TransportError) is `SIM failure`; every other exception is a bug.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        terminal_profile: bytes | None = REFRESH_ONLY,
        identity: Identity | None = None,
    ) -> None:
        """Starts the card; TransportError when it cannot be talked to."""
        slot = CardSlot(transport, terminal_profile, files.report)
        self._state = State(slot, identity or Identity())
        self._editor = LineEditor()
        self._serve()

    def feed(self, data: bytes) -> bytes:
        """Characters from the line; what goes back: the echo, answers, unsolicited result codes."""
        out: list[bytes] = []
        for echo, line in self._editor.type(data):
            if self._state.settings.echo:
                out.append(echo)
            if line is not None and line.strip() not in _ECHOES:
                out.append(self._answer(line).encode("ascii", "replace"))
        return b"".join(out)

    def poll(self) -> bytes:
        """Asks the card whether it has a proactive command; the unsolicited result codes of what it had.

        To be called when the line is idle, TS 102 221 14.5: a command that the card queues by itself waits for it.
        """
        if self._state.functionality == MINIMUM:
            return b""
        try:
            self._state.slot.poll()
        except TransportError:
            return b""
        return self._serve().encode("ascii")

    def hang_up(self) -> None:
        """The other end is gone: its half line, its settings and its sessions are, too."""
        self._editor.clear()
        self._state.settings = Settings()
        try:
            self._state.slot.close_sessions()
        except TransportError:
            return

    def fail(self) -> bytes:
        """The answer to a line in which a bug showed: whatever else was to be said of it is lost."""
        self._editor.clear()
        return self._result(ERROR).encode("ascii")

    def _answer(self, line: bytes) -> str:
        out: list[str] = []
        try:
            body = command(line)
            if body is None:
                raise CommandFailed
            for call in calls(body):
                out.append(self._information(self._execute(call)))
                self._serve_card()  # what there is to report waits for the end of the line
            out.append(self._result(OK))
        except CommandFailed as failure:
            out.append(self._failure(failure))
        return "".join(out) + self._serve()

    def _execute(self, call: Call) -> Sequence[str]:
        entry = COMMANDS.get(call.name)
        if entry is None:
            raise CommandFailed
        if call.form is Form.TEST:
            if entry.test is None:
                raise CommandFailed
            return (entry.test,) if entry.test else ()
        handler = _handler(entry, call.form)
        if entry.needs_card and self._state.functionality == MINIMUM:
            raise CommandFailed(Cme.OPERATION_NOT_ALLOWED)
        try:
            return handler(self._state, call)
        except StatusError as error:
            raise CommandFailed.of_status(error.sw) from error
        except TransportError as error:
            raise CommandFailed(Cme.SIM_FAILURE) from error

    def _serve_card(self) -> None:
        try:
            self._state.slot.serve()
        except TransportError:
            return

    def _serve(self) -> str:
        """Does what the card has announced; the unsolicited result codes of it."""
        self._serve_card()
        news, self._state.slot.news = self._state.slot.news, []
        return "".join(self._information((line,)) for line in news)

    def _information(self, lines: Sequence[str]) -> str:
        if not lines:
            return ""
        text = "".join(f"{line}\r\n" for line in lines)
        return f"\r\n{text}" if self._state.settings.verbose else text

    def _failure(self, failure: CommandFailed) -> str:
        form = self._state.settings.error_form
        if failure.code is None or not form:
            return self._result(ERROR)
        code = text_of(failure.code) if form == 2 else str(failure.code.value)
        return self._result(f"+CME ERROR: {code}")

    def _result(self, result: str) -> str:
        if self._state.settings.verbose:
            return f"\r\n{result}\r\n"
        return f"{_NUMERIC.get(result, result)}\r"


def _handler(entry: AtCommand, form: Form) -> Handler:
    handler = {Form.EXECUTE: entry.execute, Form.SET: entry.set, Form.READ: entry.read}[form]
    if handler is None:
        raise CommandFailed
    return handler
