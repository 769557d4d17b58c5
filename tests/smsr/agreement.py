"""What EIS and card must have in common when nothing goes on."""

from __future__ import annotations

from euicc.m2m.isd_p import LifeCycle
from euicc.runtime import keys
from euicc.testing.m2m.eis import Eis
from euicc.testing.m2m.es3 import ProfileState
from tests.smsr.world import EID, SR1, World

_STATES = {
    LifeCycle.SELECTABLE: ProfileState.CREATED,
    LifeCycle.PERSONALIZED: ProfileState.CREATED,
    LifeCycle.DISABLED: ProfileState.DISABLED,
    LifeCycle.ENABLED: ProfileState.ENABLED,
}


def agree(world: World, at: str = SR1) -> Eis:
    """The EIS, once it says the same as the card."""
    eis = world.servers[at].eis(EID)
    assert eis is not None
    isd_ps = world.isdr.isd_ps
    on_card = {each.aid: _STATES[isd_ps.state(each)] for each in isd_ps.all()}
    assert {each.isd_p: each.state for each in eis.profiles} == on_card
    holder = eis.fallback
    assert (holder.isd_p if holder else None) == world.card.nvm.get(keys.FALLBACK_ATTRIBUTE)
    return eis
