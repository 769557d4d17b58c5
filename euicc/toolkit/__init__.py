"""The toolkit of the card, TS 102 223: envelopes, and applications that send proactive commands.

`ToolkitApplet` is what an application of one's own is derived from, `Until` and `Procedure` what its procedures are
made of, `Toolkit` its handle on the card. `euicc.toolkit.bip` has channels to the network.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from euicc.toolkit.applet import ToolkitApplet
    from euicc.toolkit.control import Control
    from euicc.toolkit.handle import Toolkit
    from euicc.toolkit.procedure import CardReset, CommandNotAllowed, Procedure, ToolkitError, Until

__all__ = [
    "CardReset",
    "CommandNotAllowed",
    "Control",
    "Procedure",
    "Toolkit",
    "ToolkitApplet",
    "ToolkitError",
    "Until",
]

# Loaded on first use: a card that no applet was put on needs none of it.
_HOMES = {
    "CardReset": "euicc.toolkit.procedure",
    "CommandNotAllowed": "euicc.toolkit.procedure",
    "Control": "euicc.toolkit.control",
    "Procedure": "euicc.toolkit.procedure",
    "Toolkit": "euicc.toolkit.handle",
    "ToolkitApplet": "euicc.toolkit.applet",
    "ToolkitError": "euicc.toolkit.procedure",
    "Until": "euicc.toolkit.procedure",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
