"""What a quirk is: a peculiarity of cards in the field, as data that a card can be manufactured with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from euicc.card import Card, Front
    from euicc.config import Config
    from euicc.variants.variant import Variant

EVERY_VARIANT = ("sgp22", "sgp32", "sgp32-v1.0")


@dataclass(frozen=True)
class Quirk:
    """One peculiarity. `does`: how the card acts; `seen`: where cards, or what pretends to be one, do it.

    real: seen on cards, not only on emulators or in code generators. variants: the kinds of card it makes sense for.
    How it is made, at least one of: `front`, which stands between the wire and the runtime; `variant`, which changes
    the card's functions; `config`, which changes choices of the product.
    """

    name: str
    does: str
    seen: str
    real: bool = True
    variants: tuple[str, ...] = EVERY_VARIANT
    front: Callable[[Card, Front], Front] | None = None
    variant: Callable[[Variant], Variant] | None = None
    config: Callable[[Config], Config] | None = None
