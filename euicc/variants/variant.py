"""What makes a card one of SGP.22 or of SGP.32: its functions and its rules, as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from euicc.isdr.functions import FunctionTable
    from euicc.profiles.states import ResetOption, Rules
    from euicc.runtime.terminal import Terminal


@dataclass(frozen=True)
class Variant:
    """One kind of card.

    functions: what the ISD-R answers to. rules: which changes of profile state it allows.
    reset_options: what a memory reset of this interface may take away.
    declaration: what the terminal declared of the role that this kind of card is made for; 0 for nothing.
    """

    name: str
    functions: FunctionTable
    rules: Rules
    reset_options: frozenset[ResetOption]
    declaration: Callable[[Terminal], int]
