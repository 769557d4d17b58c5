from __future__ import annotations

import pytest

from apdu import ApduChannel
from euicc import Card
from tests.isdr.es10 import open_isdr


@pytest.fixture
def card() -> Card:
    return Card.manufacture(seed=1)


@pytest.fixture
def isdr(card: Card) -> ApduChannel:
    """A logical channel of `card` on which the ISD-R is selected."""
    return open_isdr(card)
