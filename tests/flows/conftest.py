"""The doors, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from apdu import Transport
from tests.flows.doors import DOORS, Device
from tests.modem.doors import MODEM_DOORS

WAYS = {**DOORS, **MODEM_DOORS}


@pytest.fixture(params=WAYS)
def door(request: pytest.FixtureRequest) -> Callable[[Transport], AbstractContextManager[Device]]:
    """A way from a device to a card."""
    name: str = request.param
    return lambda card: WAYS[name](card, request)
