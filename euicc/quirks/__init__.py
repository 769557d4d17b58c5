"""Quirks: what real cards do otherwise than the standards say; `Config(quirks=("no-61xx",))` makes such a card.

The core of the card knows nothing of them. `QUIRKS` tells of each what it does and where it was seen.
"""

from __future__ import annotations

from euicc.quirks.quirk import Quirk
from euicc.quirks.table import QUIRKS, check, configured, fronted, varied

__all__ = ["QUIRKS", "Quirk", "check", "configured", "fronted", "varied"]
