"""The laboratory of SGP.02: an EUM that makes cards, SM-SRs that manage them, an SM-DP with profiles, devices.

lab = M2mLab()
car = lab.device("car", Subscription(imsi=..., iccid=...), operator="B")
order = lab.order(Subscription(imsi=..., iccid=...))
response = lab.ask(SMDP, "A", DownloadProfile(car.eid, SMSR, order.iccid, enable=True))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apdu import Transport
from euicc import Card
from euicc import eid as eids
from euicc.env import Env
from euicc.testing.lab.m2m import M2mWorld
from euicc.testing.lab.seeds import Seed, derived
from euicc.testing.m2m import eum
from euicc.testing.m2m.device import Device
from euicc.testing.m2m.es3 import ProfileInfo, ProfileState
from euicc.testing.m2m.es3 import Subscription as Address
from euicc.testing.m2m.pki import M2mPki
from euicc.testing.m2m.registry import MEMORY, Registry
from euicc.testing.m2m.sms_network import SmsNetwork
from euicc.testing.profile_builder import Subscription, build
from euicc.testing.smdp_m2m import Order, Smdp, SmdpIdentity
from euicc.testing.smsr import Patience, Smsr, SmsrIdentity

SMSR, OTHER_SMSR, SMDP = "SM-SR", "other SM-SR", "SM-DP"
_NUMBER = "+4999000{:05}"
"""Test numbers of servers and subscriptions."""


@dataclass(frozen=True)
class Equipped:
    """A device, and the card in it."""

    device: Device
    card: Card

    @property
    def eid(self) -> bytes:
        """Of the card."""
        return self.card.identity.eid


class M2mLab(M2mWorld):
    """Everybody that an M2M card has to do with; all that is random comes from `seed`.

    pki: who vouches for them. smdp: the SM-DP. smsrs: SMSR, which has the cards, and OTHER_SMSR, to hand them over to.
    paths: files of their EIS registries, by name; without one a registry lives in memory.
    """

    def __init__(
        self,
        seed: Seed = None,
        *,
        network: SmsNetwork | None = None,
        pki: M2mPki | None = None,
        patience: Patience | None = None,
        paths: dict[str, str] | None = None,
    ) -> None:
        super().__init__(network)
        self.pki = pki or M2mPki()
        self._seed = seed
        self._numbers = 0
        self._cards = 0
        for name in (SMSR, OTHER_SMSR):
            registry = Registry((paths or {}).get(name, MEMORY))
            self.add_smsr(Smsr(self._smsr(name), registry, patience=patience, random=self._random(name)))
        identity = SmdpIdentity(SMDP, self.pki.sm_dp(), (self.pki.ci,))
        self.smdp = Smdp(identity, random=self._random(SMDP))
        self.add_smdp(self.smdp)

    def device(
        self,
        name: str,
        subscription: Subscription,
        *,
        operator: str = "operator",
        door: Callable[[Card], Transport] = lambda card: card,
        **more: Any,
    ) -> Equipped:
        """A vehicle as it is delivered: its card has a profile, enabled, which holds the fallback attribute.

        The EUM has registered the card at SMSR, and the device is switched on. door: what the device reaches the card
        through. more: as for Device.
        """
        self._cards += 1
        eid = eids.with_check_digits(f"8904903200{self._cards:020}")
        issued = self.pki.issue(eid)
        card = Card.manufacture(eid, variant="sgp02", m2m=issued.identity, seed=derived(self._seed, name))
        profile = card.preload(build(subscription).package, enabled=True)
        told = ProfileInfo(
            subscription.iccid,
            profile.aid,
            ProfileState.ENABLED,
            operator,
            subscription=self._address(subscription),
            fallback=True,
        )
        self.smsrs[SMSR].register(eum.register(issued, self.pki.eum(eid), [told]), self.now)
        return Equipped(self.add_device(name, door(card), **more), card)

    def order(self, subscription: Subscription, profile_type: str = "") -> Order:
        """A profile that is ready at the SM-DP; ValueError when there is one with its ICCID."""
        package = build(subscription).package
        return self.smdp.orders.add(Order(package, profile_type, self._address(subscription)))

    def _address(self, subscription: Subscription) -> Address:
        """The number that the network gives to a subscription."""
        number = self._number()
        self.network.subscribe(subscription.imsi, number)
        return Address(subscription.imsi, number)

    def _smsr(self, name: str) -> SmsrIdentity:
        return SmsrIdentity(name, self._number(), self.pki.sm_sr(name.encode()), (self.pki.ci,))

    def _number(self) -> str:
        self._numbers += 1
        return _NUMBER.format(self._numbers)

    def _random(self, name: str) -> Any:
        return Env(derived(self._seed, name)).random
