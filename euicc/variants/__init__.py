"""The kinds of card, each a table of functions and rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from euicc.variants.sgp22 import SGP22
from euicc.variants.sgp32 import SGP32
from euicc.variants.sgp32_v1_0 import SGP32_V1_0
from euicc.variants.variant import Variant

if TYPE_CHECKING:
    from euicc.config import Config

_BY_NAME = {variant.name: variant for variant in (SGP22, SGP32, SGP32_V1_0)}


def variant_of(config: Config) -> Variant:
    """The kind of card that these product choices make."""
    return _BY_NAME[config.variant]
