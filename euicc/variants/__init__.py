"""The kinds of card, each a table of functions and rules; loaded when a card of that kind is."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from euicc.config import Config
    from euicc.variants.variant import Variant

_HOMES = {
    "sgp22": ("euicc.variants.sgp22", "SGP22"),
    "sgp32": ("euicc.variants.sgp32", "SGP32"),
    "sgp32-v1.0": ("euicc.variants.sgp32_v1_0", "SGP32_V1_0"),
    "sgp02": ("euicc.variants.sgp02", "SGP02"),
}
"""Module and name of each table, by Config.variant."""


def variant_of(config: Config) -> Variant:
    """The kind of card that these product choices make."""
    module, name = _HOMES[config.variant]
    variant: Variant = getattr(import_module(module), name)
    if not config.quirks:
        return variant
    from euicc.quirks import varied

    return varied(variant, config.quirks)
