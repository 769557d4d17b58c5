"""Sending a response packet, TS 31.115 4, and then doing what the script asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from apdu import StatusError, status
from apdu.cat import CommandType, RefreshMode
from apdu.cat.commands import refresh, send_short_message
from euicc.ota import action
from euicc.ota.sms import RESPONSE_HEADER, submits
from euicc.ota.status import ResponseStatus
from euicc.runtime.proactive import COMMAND_MAX

if TYPE_CHECKING:
    from apdu.cat import ProactiveCommand, TerminalResponse
    from euicc.ota.reception import Reception
    from euicc.ota.script import Execution
    from euicc.uicc.uicc import Uicc

REPORT_MAX = 128
"""Bytes of user data that a terminal takes for an SMS-DELIVER-REPORT; a longer response goes by SMS-SUBMIT."""
SEND_ATTEMPTS = 3
"""How often a short message is sent that does not get through."""
_FAILED = 0x20
"""General results from here on: the terminal did not do it, TS 102 223 8.12."""
_WITH_FILE_LIST = (RefreshMode.FILE_CHANGE, RefreshMode.NAA_INITIALISATION_AND_FILE_CHANGE)


def answer(uicc: Uicc, originator: bytes, reception: Reception) -> bytes:
    """User data for the report; the rest is queued. StatusError 6200 when nothing was executed and nobody is told.

    originator: who gets an SMS-SUBMIT, as in `sms.Deliver`.
    """

    def afterwards() -> None:
        if reception.execution is not None:
            carry_out(uicc, reception.execution)

    encoded = _encoded(reception)
    if encoded is None:
        if reception.execution is None:
            raise StatusError(status.WARNING_UNCHANGED)
        afterwards()
        return b""
    in_report = len(RESPONSE_HEADER) + len(encoded) <= REPORT_MAX
    if not _can_send(uicc) or (in_report and not _by_submit(reception)):
        afterwards()
        return RESPONSE_HEADER + encoded if in_report else b""
    _submit(uicc, originator, encoded, reception, afterwards)
    announced = None if _by_submit(reception) else _encoded(reception, announcement=True)
    return b"" if announced is None else RESPONSE_HEADER + announced


def _can_send(uicc: Uicc) -> bool:
    """Whether the terminal sends short messages of the card; otherwise every response goes in the report."""
    return uicc.proactive.supports(send_short_message(b""))


def _by_submit(reception: Reception) -> bool:
    return reception.command is not None and reception.command.spi.by_submit


def _encoded(reception: Reception, announcement: bool = False) -> bytes | None:
    """The response packet; with `announcement` the one that says where the actual response comes."""
    response = reception.response
    if response is None or reception.protection is None:
        return None
    if announcement:
        response = replace(response, status=ResponseStatus.RESPONSE_IN_SMS_SUBMIT, data=b"")
    return response.encode(reception.protection, RESPONSE_HEADER)


def _submit(
    uicc: Uicc, originator: bytes, encoded: bytes, reception: Reception, afterwards: Callable[[], None]
) -> None:
    reference = reception.response.counter & 0xFF if reception.response else 0
    _Sending(uicc, submits(originator, encoded, reference), afterwards).send()


class _Sending:
    """The short messages of one response: each is sent when the one before is out."""

    def __init__(self, uicc: Uicc, tpdus: Sequence[bytes], afterwards: Callable[[], None]) -> None:
        self._uicc = uicc
        self._tpdus = list(tpdus)
        self._afterwards = afterwards
        self._attempts = SEND_ATTEMPTS

    def send(self) -> None:
        """SEND SHORT MESSAGE, TS 31.111 6.4.10, with the next one."""
        self._attempts -= 1
        if not _queued(self._uicc, send_short_message(self._tpdus[0]), self._sent):
            self._afterwards()

    def _sent(self, response: TerminalResponse) -> None:
        if response.result.general < _FAILED:
            del self._tpdus[0]
            self._attempts = SEND_ATTEMPTS
        if self._tpdus and self._attempts:
            self.send()
        else:
            self._afterwards()


def carry_out(uicc: Uicc, execution: Execution) -> None:
    """The actions of a script, the REFRESH that the product adds where none is asked for, and what else it left."""
    commands = list(_actions(uicc, execution))
    mode = uicc.config.refresh_after_update
    if mode is not None and execution.changed and not _refreshes(commands):
        commands.append(_refresh(mode, execution))
    for command in commands:
        if uicc.proactive.supports(command):
            _queued(uicc, command)
    for follow_up in execution.afterwards:
        follow_up()


def _actions(uicc: Uicc, execution: Execution) -> Iterator[ProactiveCommand]:
    for value in execution.actions:
        command = action.command(value, uicc)
        if command is not None:
            yield command


def _refresh(mode: int, execution: Execution) -> ProactiveCommand:
    """REFRESH with what was written to; where that is too long a list, all files may have changed."""
    if mode not in _WITH_FILE_LIST:
        return refresh(mode, (), None if mode == RefreshMode.UICC_RESET else execution.application)
    listed = refresh(mode, execution.changed, execution.application)
    if len(listed.encode()) <= COMMAND_MAX:
        return listed
    return refresh(RefreshMode.NAA_INITIALISATION_AND_FULL_FILE_CHANGE, (), execution.application)


def _refreshes(commands: Sequence[ProactiveCommand]) -> bool:
    return any(command.type == CommandType.REFRESH for command in commands)


def _queued(
    uicc: Uicc, command: ProactiveCommand, done: Callable[[TerminalResponse], None] | None = None
) -> bool:
    """Queue a command, unless too many wait; what has no room is lost, as if the terminal had refused it.

    It is the profile's: when another one is enabled before the terminal fetches it, it is dropped.
    """
    if uicc.proactive.full:
        return False
    uicc.proactive.queue(command, done, wanted=uicc.is_enabled)
    return True
