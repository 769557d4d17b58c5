"""What a module of commands exports: INS -> class and function, TS 102 221 table 10.5."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module

from apdu import Command
from euicc.uicc.context import Context

Handler = Callable[[Context, Command], bytes]
"""Response data; StatusError for any other status word than 9000."""

INTERINDUSTRY = False
"""Class 0X, 4X or 6X."""
PROPRIETARY = True
"""Class 8X, CX or EX."""
Commands = dict[int, tuple[bool, Handler]]


def later(module: str, function: str) -> Handler:
    """A function of a module in `euicc.uicc.commands` that is loaded with the first command that needs it."""

    @cache
    def loaded() -> Handler:
        handler: Handler = getattr(import_module(f"euicc.uicc.commands.{module}"), function)
        return handler

    return lambda context, command: loaded()(context, command)
