"""The Card Application Toolkit as both sides speak it: commands of the card, what the terminal answers and tells.

`ProactiveCommand`, `TerminalResponse` and `Envelope` are parsed and encoded here (TS 102 223, TS 31.111), with their
COMPREHENSION-TLV data objects (`ComprehensionTlv`, typed in `apdu.cat.objects` and `apdu.cat.bearer`).
`apdu.cat.commands` builds each command, `apdu.cat.codes` has the names of all coded values.

    command = ProactiveCommand.parse(fetched)
    duration = command.find(Duration)
    answer = TerminalResponse.to(command, GeneralResult.PERFORMED, duration)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apdu.cat.codes import CommandType, Device, EnvelopeTag, Event, GeneralResult, RefreshMode
    from apdu.cat.command import ProactiveCommand
    from apdu.cat.comprehension import ComprehensionTlv
    from apdu.cat.envelope import Envelope
    from apdu.cat.profile import Facility, TerminalProfile
    from apdu.cat.response import Result, TerminalResponse
    from apdu.cat.tags import Tag

__all__ = [
    "CommandType",
    "ComprehensionTlv",
    "Device",
    "Envelope",
    "EnvelopeTag",
    "Event",
    "Facility",
    "GeneralResult",
    "ProactiveCommand",
    "RefreshMode",
    "Result",
    "Tag",
    "TerminalProfile",
    "TerminalResponse",
]

# Loaded on first use: a card that no terminal asks needs none of it.
_HOMES = {
    "CommandType": "apdu.cat.codes",
    "ComprehensionTlv": "apdu.cat.comprehension",
    "Device": "apdu.cat.codes",
    "Envelope": "apdu.cat.envelope",
    "EnvelopeTag": "apdu.cat.codes",
    "Event": "apdu.cat.codes",
    "Facility": "apdu.cat.profile",
    "GeneralResult": "apdu.cat.codes",
    "ProactiveCommand": "apdu.cat.command",
    "RefreshMode": "apdu.cat.codes",
    "Result": "apdu.cat.response",
    "Tag": "apdu.cat.tags",
    "TerminalProfile": "apdu.cat.profile",
    "TerminalResponse": "apdu.cat.response",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
