"""The M2M eUICC of SGP.02 v4.2: its ISD-R is reached over the air, and knows no ES10."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from euicc.ecasd.applet import Ecasd
from euicc.m2m import ecasd
from euicc.m2m.identity import M2mIdentity
from euicc.m2m.isdr import M2mIsdR, identity_of
from euicc.profiles.states import Rules
from euicc.runtime import keys
from euicc.variants.sgp22 import SGP22

if TYPE_CHECKING:
    from euicc.card import Card
    from euicc.runtime.nvm import Nvm


def _ecasd(card: Card) -> Ecasd[M2mIdentity]:
    return Ecasd(lambda: identity_of(card.nvm), ecasd.DATA_OBJECTS)


def _personalize(nvm: Nvm, eid: bytes, given: M2mIdentity | None) -> None:
    identity = M2mIdentity.default(eid) if given is None else given
    if identity.eid != eid:
        raise ValueError(f"an M2mIdentity for {identity.eid.hex()}, but a card with the EID {eid.hex()}")
    nvm.set(keys.M2M_IDENTITY, identity)


SGP02 = replace(
    SGP22,
    name="sgp02",
    functions={},
    rules=Rules(enable=(), disable=(), delete=()),
    reset_options=frozenset(),
    declaration=lambda terminal: 0,
    isdr=M2mIsdR,
    ecasd=_ecasd,
    personalize=_personalize,
)
"""The rules of its profile states are not those of SGP.22: they stand in `euicc.m2m`."""
