"""Any sequence of changes of profile state from test mode on, where the most rules apply."""

from __future__ import annotations

from apdu import Transport
from euicc import Card
from tests.isdr.es10 import enable, open_isdr
from tests.isdr.installed import OPERATIONAL, TEST, install
from tests.machines.cards import EmulatedCard
from tests.machines.planted import ci


class ProfileLife(EmulatedCard):
    """An operational profile was enabled, then a test profile."""

    def transport(self) -> Transport:
        self.card = Card.manufacture(seed=1)
        install(self.card, 1, profile_class=OPERATIONAL)
        install(self.card, 2, profile_class=TEST)
        isdr = open_isdr(self.card)
        isdr.store_data(enable(1))
        isdr.store_data(enable(2))
        return self.card

    def tidy_up(self) -> None:
        """It begins as `transport` made it."""

    def learn(self) -> None:
        super().learn()
        self.model.before_test = self.known[0]


TestProfileLife = ProfileLife.TestCase
TestProfileLife.settings = ci(40, 40)
