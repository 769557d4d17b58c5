"""The card: an embedded eUICC behind an APDU interface."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from euicc.card import Card
    from euicc.config import Config
    from euicc.env import Env
    from euicc.identity import Identity
    from euicc.refusals import Reason, Refused
    from euicc.runtime.card_file import CardFileError
    from euicc.runtime.nvm import PowerLoss

__all__ = ["Card", "CardFileError", "Config", "Env", "Identity", "PowerLoss", "Reason", "Refused"]

# Loaded on first use: who imports one module of the card (euicc.crypto for a server) does not load the
# others.
_HOMES = {
    "Card": "euicc.card",
    "CardFileError": "euicc.runtime.card_file",
    "Config": "euicc.config",
    "Env": "euicc.env",
    "Identity": "euicc.identity",
    "PowerLoss": "euicc.runtime.nvm",
    "Reason": "euicc.refusals",
    "Refused": "euicc.refusals",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
