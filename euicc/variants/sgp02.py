"""The M2M eUICC of SGP.02 v4.2: its ISD-R is reached over the air, and knows no ES10."""

from __future__ import annotations

from dataclasses import replace

from euicc.m2m.isdr import M2mIsdR
from euicc.profiles.states import Rules
from euicc.variants.sgp22 import SGP22

SGP02 = replace(
    SGP22,
    name="sgp02",
    functions={},
    rules=Rules(enable=(), disable=(), delete=()),
    reset_options=frozenset(),
    declaration=lambda terminal: 0,
    isdr=M2mIsdR,
)
"""The rules of its profile states are not those of SGP.22: they stand in `euicc.m2m`."""
