"""Modems with a new card, and with one whose profile is enabled."""

from __future__ import annotations

import pytest

from apdu.transport.modem import Modem
from euicc import Card
from ipa.lpa import Lpa
from tests.flows.in_process import InProcess
from tests.flows.life import ICCID, PROFILE, new_card, new_server
from tests.modem.typist import Typist


def card_with_profile(enable: bool = True) -> Card:
    card, server = new_card(), new_server()
    order = server.order(PROFILE.package)
    with Lpa(card, servers=InProcess(server)) as lpa:
        lpa.download(server.activation_code(order))
        if enable:
            lpa.enable(ICCID)
    return card


@pytest.fixture
def new() -> Typist:
    """A modem with a factory-new card."""
    return Typist(Modem(new_card()))


@pytest.fixture(scope="session")
def enabled() -> Typist:
    """A modem with a card whose profile is enabled; only for reading."""
    return Typist(Modem(card_with_profile()))
