"""Where the cards are while nobody drives: each in a file of its own, or in the memory of this process."""

from __future__ import annotations

import resource
from pathlib import Path
from typing import Protocol

from euicc import Card
from examples.fleet.factory import Factory


class Garage(Protocol):
    """Gives each card out, new from the factory when there is none yet, and takes it back."""

    def take(self, number: int) -> Card:
        """The card of the vehicle with this number, powered on."""
        ...

    def put_back(self, number: int, card: Card) -> None:
        """It is not needed for now."""
        ...


class Files:
    """Cards in a directory: whatever they commit is there after this process was killed."""

    def __init__(self, directory: Path, factory: Factory) -> None:
        self._directory = directory
        self._factory = factory
        # An open card is three files, and hundreds of vehicles are on their way at the same time.
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    def take(self, number: int) -> Card:
        """As `Garage.take`."""
        path = self._path(number)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._factory.card(number).save(path)
        # No seed: what a seeded card drew before it would draw again each time it is opened.
        return Card.open(path)

    def put_back(self, number: int, card: Card) -> None:
        """As `Garage.put_back`."""
        card.close()

    def _path(self, number: int) -> Path:
        # Not all in one directory.
        return self._directory / f"{number // 1000:04}" / f"{number:07}.card"


class Memory:
    """Cards that are gone when they are put back."""

    def __init__(self, factory: Factory) -> None:
        self._factory = factory

    def take(self, number: int) -> Card:
        """As `Garage.take`."""
        return self._factory.card(number)

    def put_back(self, number: int, card: Card) -> None:
        """As `Garage.put_back`."""
        card.close()
