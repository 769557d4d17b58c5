"""A phone with its card and its SM-DP+, in one process."""

from __future__ import annotations

from functools import cache
from typing import Any

from apdu import Transport
from euicc import Card, Config
from euicc.testing.lab import InProcess
from euicc.testing.pki import Pki
from euicc.testing.profile_builder import TestProfile
from euicc.testing.smdp import SmDpPlus
from ipa.driver import Servers
from ipa.lpa import Lpa
from tests.flows32.scene import SMDP, operator


@cache
def pki() -> Pki:
    return Pki.default()


class Consumer:
    """A card of a user, and the SM-DP+ that has a profile of each of two operators for it."""

    def __init__(self, **choices: Any) -> None:
        self.card = Card.manufacture(pki=pki(), seed=5, config=Config(**choices))
        self.smdp = SmDpPlus(pki(), SMDP)
        self.network = InProcess((self.smdp,), ())

    def lpa(self, transport: Transport | None = None, servers: Servers | None = None, **options: Any) -> Lpa:
        """The device after a restart."""
        return Lpa(transport or self.card, servers=servers or self.network, **options)

    def code(self, number: int = 1) -> str:
        """An activation code for the profile of this operator."""
        return self.smdp.activation_code(self.smdp.order(operator(number).package))

    def install(self, number: int = 1) -> TestProfile:
        """Downloads a profile."""
        self.lpa().download(self.code(number))
        return operator(number)

    def states(self) -> dict[bytes, bool]:
        """Whether each profile is enabled, by ICCID."""
        return {each.iccid: each.enabled for each in self.card.isdr.profiles.all()}
