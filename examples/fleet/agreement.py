"""Whether EIS, card and network say the same of a vehicle, and who still has keys that open its card."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from apdu import aid as aids
from euicc.m2m.isd_p import LifeCycle
from euicc.m2m.isdr import M2mIsdR
from euicc.runtime import keys
from euicc.testing.m2m.eis import Eis
from euicc.testing.m2m.es3 import ProfileState
from euicc.testing.network import Admission
from euicc.testing.ota import KeySet, Protection, pack
from euicc.testing.ota.sms import Numbering, deliveries
from euicc.testing.smsr import es5
from examples.fleet.operators import Operator
from examples.fleet.vehicle import Vehicle

STATES = {
    LifeCycle.SELECTABLE: ProfileState.CREATED,
    LifeCycle.PERSONALIZED: ProfileState.CREATED,
    LifeCycle.DISABLED: ProfileState.DISABLED,
    LifeCycle.ENABLED: ProfileState.ENABLED,
}
_TAR = slice(12, 15)
_NUMBER = "+882900000000"


@dataclass(frozen=True)
class Contents:
    """ISD-Ps with their states, the holder of the fallback attribute, and versions of the ISD-R's keys."""

    isd_ps: dict[bytes, ProfileState]
    fallback: bytes | None
    key_versions: frozenset[int]

    @classmethod
    def of_card(cls, isdr: M2mIsdR) -> Contents:
        """What the card itself has, read from its memory and not over the air."""
        states = {each.aid: STATES[isdr.isd_ps.state(each)] for each in isdr.isd_ps.all()}
        return cls(states, isdr.nvm.get(keys.FALLBACK_ATTRIBUTE), frozenset(isdr.key_ring.versions()))

    @classmethod
    def of_eis(cls, eis: Eis) -> Contents:
        """What the SM-SR says."""
        return cls(
            {each.isd_p: each.state for each in eis.profiles},
            eis.fallback.isd_p if eis.fallback else None,
            frozenset(each.version for each in eis.isd_r.key_sets),
        )


def disagreements(vehicle: Vehicle, operator: Operator, number: int, eis: Eis, audited: Eis) -> Iterator[str]:
    """All in which they differ. operator: whose the vehicle is to be; eis, audited: before and after an audit."""
    isdr = vehicle.card.isdr
    assert isinstance(isdr, M2mIsdR)
    card, enabled = Contents.of_card(isdr), eis.enabled
    if Contents.of_eis(eis) != card:
        yield f"the EIS says {Contents.of_eis(eis)}, the card has {card}"
    if eis.profiles != audited.profiles:
        yield "the audit changed the EIS"
    if enabled is None or enabled.operator != operator.name or enabled.iccid != operator.iccid(number):
        yield f"not {operator.title}'s profile is enabled"
    if vehicle.imsi != operator.imsi(number) or vehicle.attach() is not Admission.ADMITTED:
        yield f"the network of {operator.title} does not admit it"


def still_served(operator: Operator, number: int) -> Iterator[str]:
    """That an operator has not barred the subscription of a vehicle that it has no more."""
    if operator.network.attach(operator.imsi(number), lambda challenge: None) is not Admission.BARRED:
        yield f"{operator.title} still serves it"


def opens(vehicle: Vehicle, key_set: KeySet, counter: int) -> bool:
    """Whether the card answers a packet under these keys, in the report or by a message of its own."""
    before = vehicle.air.sms.count
    packet = pack(Protection(), key_set, aids.ISD_R[_TAR], counter, es5.script(es5.get_status()))
    tpdus = deliveries(packet.encoded, _NUMBER, Numbering(1))
    answers = [vehicle.deliver(tpdu) for tpdu in tpdus]
    return any(answers) or vehicle.air.sms.count > before
