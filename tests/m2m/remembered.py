"""All that a card of SGP.02 remembers, to compare."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from euicc.runtime import keys
from euicc.runtime.nvm import Key
from tests.m2m.managed import Managed

KEYS = [value for value in vars(keys).values() if isinstance(value, Key) and value is not keys.OTA_COUNTER]


def contents(here: Managed) -> dict[str, dict[str, Any]]:
    """All values, but for the counters of packets, and how often the card tried to tell something."""
    nvm = here.card.nvm
    found = {key.name: {index: nvm.get(key, index) for index in nvm.indexes(key)} for key in KEYS}
    pending = here.isdr.notifications_m2m.pending
    if pending is not None:
        found[keys.M2M_NOTIFICATION.name] = {"": replace(pending, attempts=0)}
    return found


def is_one_of(found: object, *expected: object) -> bool:
    """As a bool: what differs would fill pages."""
    return found in expected
