"""The schema of what persists: one name per key, and what is written can be read."""

from __future__ import annotations

import pytest

from euicc.config import Config
from euicc.identity import Identity
from euicc.runtime import keys
from euicc.runtime.nvm import Key

KEYS = {name: key for name, key in vars(keys).items() if isinstance(key, Key)}


def test_every_key_has_a_name_of_its_own() -> None:
    assert len({key.name for key in KEYS.values()}) == len(KEYS)
    assert all(key.name == name.lower().replace("_", "-") for name, key in KEYS.items())
    assert "format" not in {key.name for key in KEYS.values()}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (keys.CONFIG, Config(variant="sgp32")),
        (keys.IDENTITY, Identity.default()),
        (keys.DEFAULT_DP_ADDRESS, "smdp.example"),
        (keys.DEFAULT_DP_ADDRESS, ""),
        (keys.SEQUENCE_NUMBER, 4_000_000_000),
        (keys.PACKAGE, bytes(range(256))),
        (keys.PENDING_SWITCH, b""),
    ],
)
def test_values_survive_being_written(key: Key[object], value: object) -> None:
    assert key.decode(key.encode(value)) == value
