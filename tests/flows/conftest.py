"""The doors, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from apdu import Transport
from tests.flows.doors import DOORS, Device


@pytest.fixture(params=DOORS)
def door(request: pytest.FixtureRequest) -> Callable[[Transport], AbstractContextManager[Device]]:
    """A way from a device to a card."""
    name: str = request.param
    return lambda card: DOORS[name](card, request)
