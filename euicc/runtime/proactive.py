"""The proactive session, TS 102 221 7.4 and TS 102 223: commands of the card to the terminal.

    the terminal sent            the card answers a successful command with
    no TERMINAL PROFILE          9000: nothing is announced, whatever is queued
    TERMINAL PROFILE             91xx while a command is queued that the profile allows
    FETCH                        the command; from then on 9000, until the
    TERMINAL RESPONSE            which goes to who queued the command; then 91xx again if there is another

A terminal or network that is busy (general result 20 or 21) is asked again: the command keeps its place and is
announced from the next STATUS or ENVELOPE on, as often as whoever queued it wants. What the profile does not allow is
never announced; it waits for a terminal that can, until reset.

Reset ends all of it: nobody hears of commands that were not answered by then. What must happen in any case
belongs into the NVM and is completed by a boot hook.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Protocol

from apdu import StatusError, TlvError, instruction, status

if TYPE_CHECKING:
    from apdu.cat import ProactiveCommand, TerminalProfile, TerminalResponse

Done = Callable[["TerminalResponse"], None]
"""Takes the TERMINAL RESPONSE, with all that the terminal added to its result."""

RETRIES = 3
"""How often a busy terminal is asked again, unless whoever queues a command says otherwise."""
QUEUE_MAX = 32
"""With so many commands waiting the toolkit is busy."""
COMMAND_MAX = 256
"""What one FETCH can bring."""
POLLS = frozenset({instruction.STATUS, instruction.ENVELOPE})
"""Commands with whose answers a busy terminal is asked again."""

_NORMAL_ENDING = status.SUCCESS.to_bytes(2, "big")
_NOTHING_TO_FETCH = status.CONDITIONS_NOT_SATISFIED
_NO_COMMAND_TO_ANSWER = status.CONDITIONS_NOT_SATISFIED
_TERMINAL_UNABLE_NOW, _NETWORK_UNABLE_NOW = 0x20, 0x21


class Listener(Protocol):
    """Who has to know about the terminal: the toolkit of the card."""

    def profile_taken(self) -> None:
        """A TERMINAL PROFILE came."""
        ...

    def polled(self) -> None:
        """One of POLLS came."""
        ...

    def reset(self) -> None:
        """The card was reset."""
        ...


class _Waiting:
    """A queued command: its bytes, who waits for the answer, whether the terminal was too busy for it just now."""

    __slots__ = ("busy", "command", "done", "encoded", "retries", "wanted")

    def __init__(
        self, command: ProactiveCommand, done: Done, retries: int, wanted: Callable[[], bool]
    ) -> None:
        self.command = command
        self.encoded = command.encode()
        self.done = done
        self.retries = retries
        self.wanted = wanted
        self.busy = False


class Proactive:
    """The queue of proactive commands and the session with the terminal.

    terminal_profile: as received; None: the terminal did not send one since reset. listener: who is told of both.
    """

    def __init__(self) -> None:
        self.listener: Listener | None = None
        self.reset()

    def reset(self) -> None:
        """Forget what the terminal said, the queue, and the command that is out."""
        self.terminal_profile: TerminalProfile | None = None
        self._queue: list[_Waiting] = []
        self._fetched: _Waiting | None = None
        if self.listener is not None:
            self.listener.reset()

    @property
    def success(self) -> bytes:
        """The status word of a successful command as bytes: 9000, or 91xx when there is something to fetch."""
        waiting = self._next() if self._queue else None
        if waiting is None:
            return _NORMAL_ENDING
        return status.with_count(status.PROACTIVE_COMMAND_XX, len(waiting.encoded)).to_bytes(2, "big")

    @property
    def terminal_profile_sent(self) -> bool:
        """Whether the terminal takes part in proactive sessions at all."""
        return self.terminal_profile is not None

    @property
    def session_running(self) -> bool:
        """Whether a command was fetched and not answered yet."""
        return self._fetched is not None

    @property
    def full(self) -> bool:
        """Whether so many commands wait that nothing that may add one should begin."""
        return len(self._queue) >= QUEUE_MAX

    def supports(self, command: ProactiveCommand) -> bool:
        """Whether TERMINAL PROFILE allows this command; one of which it has no bit is allowed."""
        return self.terminal_profile is not None and self.terminal_profile.allows(
            command.type, command.qualifier
        )

    def queue(
        self,
        command: ProactiveCommand,
        done: Done | None = None,
        *,
        retries: int = RETRIES,
        ahead: bool = False,
        wanted: Callable[[], bool] | None = None,
    ) -> None:
        """Have a proactive command fetched as soon as the terminal allows it, then call `done`, if it is given.

        retries: how often a busy terminal is asked again before `done` hears of it. ahead: before all that waits, for
        who continues what is going on. wanted: asked as long as the command waits; when the answer is no, it is dropped
        and nobody hears of it. ValueError when FETCH cannot bring it.
        """
        waiting = _Waiting(command, done or _ignore, retries, wanted or _always)
        if len(waiting.encoded) > COMMAND_MAX:
            raise ValueError(f"a proactive command of {len(waiting.encoded)} bytes")
        self._queue.insert(0 if ahead else len(self._queue), waiting)

    def refresh(
        self,
        mode: int,
        done: Done | None = None,
        files: Iterable[bytes] = (),
        aid: bytes | None = None,
        *,
        retries: int = RETRIES,
    ) -> None:
        """Queue REFRESH, TS 102 223 6.4.7: `mode` is one of apdu.cat.RefreshMode.

        files: full paths from 3F00 on of those that changed (7FFF stands for the ADF of `aid`, or of the USIM).
        aid: of the application that is concerned.
        """
        from apdu.cat.refresh import refresh

        self.queue(refresh(mode, files, aid), done, retries=retries)

    def take_terminal_profile(self, data: bytes) -> None:
        """TERMINAL PROFILE, TS 102 221 11.2.1."""
        from apdu.cat import TerminalProfile

        self.terminal_profile = TerminalProfile(data)
        if self.listener is not None:
            self.listener.profile_taken()

    def fetch(self, le: int | None) -> bytes:
        """FETCH, TS 102 221 11.2.3: the next command. StatusError 6985 when there is none, 6Cxx when Le is
        not its length.

        Le 256 (00) takes any length.
        """
        waiting = self._next()
        if waiting is None:
            raise StatusError(_NOTHING_TO_FETCH)
        length = len(waiting.encoded)
        if le is None or le not in (length, COMMAND_MAX):
            raise StatusError(status.with_count(status.WRONG_LE_XX, length))
        self._queue.remove(waiting)
        self._fetched = waiting
        return waiting.encoded

    def take_terminal_response(self, data: bytes) -> None:
        """TERMINAL RESPONSE, TS 102 221 11.2.4.

        StatusError 6985 when no command is out, 6A80 when the response is malformed or belongs to another
        command, or has an object that whoever waits for it cannot read (TlvError).
        """
        fetched = self._fetched
        if fetched is None:
            raise StatusError(_NO_COMMAND_TO_ANSWER)
        response = _response(data, fetched.command.details)
        self._fetched = None
        if fetched.retries and response.result.general in (_TERMINAL_UNABLE_NOW, _NETWORK_UNABLE_NOW):
            fetched.retries -= 1
            fetched.busy = True
            self._queue.insert(0, fetched)
            return
        try:
            fetched.done(response)
        except TlvError:
            raise StatusError(status.INCORRECT_DATA) from None

    def polled(self) -> None:
        """One of POLLS came: what the terminal was too busy for is announced again."""
        for waiting in self._queue:
            waiting.busy = False
        if self.listener is not None:
            self.listener.polled()

    def _next(self) -> _Waiting | None:
        """The first queued command that may go out now."""
        if self._fetched is not None:
            return None
        self._queue = [each for each in self._queue if each.wanted()]
        return next((each for each in self._queue if not each.busy and self.supports(each.command)), None)


def _response(data: bytes, details: bytes) -> TerminalResponse:
    """The response to the command with these details."""
    from apdu.cat import TerminalResponse

    try:
        response = TerminalResponse.parse(data)
    except TlvError:
        raise StatusError(status.INCORRECT_DATA) from None
    if response.details != details:
        raise StatusError(status.INCORRECT_DATA)
    return response


def _always() -> bool:
    return True


def _ignore(response: TerminalResponse) -> None:
    """For who does not wait for the answer."""
