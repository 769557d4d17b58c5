"""Actions of expanded scripts, TS 102 226 5.2.1.2 and 5.2.1.3: proactive commands that a script asks for.

The card carries them out once the response to the script is out: before that no proactive command can reach the
terminal anyway. An action is the data objects of a command (with or without the tag D0 around them), or 01 to 7F, which
names a record of EF_RMA that holds them after their length. Other one-byte references (early response, proactive
session indication) are refused: this card always answers after execution, and interrupts no proactive session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apdu import TlvError, tlv
from apdu.cat import CommandType, ProactiveCommand
from apdu.cat.command import PROACTIVE_COMMAND
from euicc.runtime.proactive import COMMAND_MAX
from euicc.uicc.filesystem import Ef

if TYPE_CHECKING:
    from euicc.uicc.uicc import Uicc

ALLOWED = (CommandType.DISPLAY_TEXT, CommandType.PLAY_TONE, CommandType.REFRESH)
EF_RMA = bytes.fromhex("7F106F53")
_RECORDS = range(0x01, 0x80)


def command(action: bytes, uicc: Uicc) -> ProactiveCommand | None:
    """The proactive command that an action means; None when it means none, or one that scripts may not ask for."""
    objects = _record(action[0], uicc) if len(action) == 1 else action
    if objects[:1] != bytes((PROACTIVE_COMMAND,)):
        objects = tlv.encode(PROACTIVE_COMMAND, objects)
    try:
        found = ProactiveCommand.parse(objects)
    except TlvError:
        return None
    return found if found.type in ALLOWED and len(found.encode()) <= COMMAND_MAX else None


def acceptable(action: bytes, uicc: Uicc) -> bool:
    """Whether an action can be carried out: the terminal must be able to as well."""
    found = command(action, uicc)
    return found is not None and uicc.proactive.supports(found)


def _record(number: int, uicc: Uicc) -> bytes:
    """The data objects in a record of EF_RMA; empty when there is no such record."""
    ef = uicc.profile.filesystem.by_package_path(EF_RMA)
    if number not in _RECORDS or not isinstance(ef, Ef) or number > uicc.record_count(ef):
        return b""
    record = uicc.record(ef, number)
    return record[1 : 1 + record[0]]
