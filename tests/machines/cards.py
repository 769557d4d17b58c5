"""Emulated cards for the machines, and what stands before them to make them wrong."""

from __future__ import annotations

from apdu import Transport
from euicc import Card, PowerLoss
from euicc.testing.machines import (
    CardManagementMachine,
    DownloadMachine,
    EimMachine,
    FilesMachine,
    MemoryPower,
    Power,
    ProfileFacts,
)
from euicc.testing.machines.uicc.package import package
from tests.flows.installed import enabled
from tests.isdr.installed import iccid, install


class EmulatedCard(CardManagementMachine):
    """A new card for each example, with two profiles."""

    def transport(self) -> Transport:
        self.card = Card.manufacture(seed=1)
        for number in (1, 2):
            install(self.card, number)
        return self.card

    def power(self) -> Power:
        return MemoryPower(lambda: self.card.nvm, PowerLoss)

    def install(self, place: int, facts: ProfileFacts) -> bytes:
        number = 5 + place
        install(
            self.card,
            number,
            profile_class=facts.profile_class,
            pprs=facts.rules or None,
            told=facts.told,
        )
        return iccid(number)


class DownloadingCard(DownloadMachine):
    """A new card for each example."""

    def transport(self) -> Transport:
        self.card = Card.manufacture(pki=self.pki, seed=1)
        return self.card

    def power(self) -> Power:
        return MemoryPower(lambda: self.card.nvm, PowerLoss)


class CardWithFiles(FilesMachine):
    """A new card for each example, its profile enabled."""

    def transport(self) -> Transport:
        self.card = enabled(package())
        return self.card

    def power(self) -> Power:
        return MemoryPower(lambda: self.card.nvm, PowerLoss)


class IotDevice(EimMachine):
    """A new IoT card for each example, and the IPA of this package."""

    def transport(self) -> Transport:
        self.card = Card.manufacture(pki=self.pki, seed=1, variant="sgp32")
        return self.card

    def power(self) -> Power:
        return MemoryPower(lambda: self.card.nvm, PowerLoss)
