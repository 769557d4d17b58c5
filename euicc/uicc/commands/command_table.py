"""What a module of commands exports: INS -> class and function, TS 102 221 table 10.5."""

from __future__ import annotations

from collections.abc import Callable

from apdu import Command
from euicc.uicc.context import Context

Handler = Callable[[Context, Command], bytes]
"""Response data; StatusError for any other status word than 9000."""

INTERINDUSTRY = False
"""Class 0X, 4X or 6X."""
PROPRIETARY = True
"""Class 8X, CX or EX."""
Commands = dict[int, tuple[bool, Handler]]
