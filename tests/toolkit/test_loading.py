"""What a card does not need it does not load."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

PROGRAM = """
import sys
from euicc import Card
card = Card.manufacture()
card.reset()
card.transmit(bytes.fromhex("00A4000C023F00"))
print(*(name for name in sys.modules if name.startswith(("apdu.cat", "apdu.ef", "euicc.toolkit", "euicc.ota"))))
"""


def test_a_card_without_a_terminal_loads_no_toolkit() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("package", ["apdu.cat", "euicc.toolkit"])
def test_what_a_package_names_is_there_and_nothing_else(package: str) -> None:
    module = import_module(package)
    assert all(getattr(module, name) is not None for name in module.__all__)
    with pytest.raises(AttributeError):
        _ = module.Nothing
