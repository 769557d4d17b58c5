"""A card, and a card served by another process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from euicc import Card
from tests.transports.served import Served, serving


@pytest.fixture
def card() -> Card:
    return Card.manufacture()


@pytest.fixture
def served(tmp_path: Path, card: Card) -> Iterator[Served]:
    card.save(tmp_path / "a.card")
    with serving(tmp_path / "a.card") as running:
        yield running
