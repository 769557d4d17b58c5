"""A program that runs beside a served card: started when the card can be reached, and the card goes when it ends."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

from euicc.runtime.atr import ATR

READER = "EUICC_READER"
VIRTUAL_READER = "Virtual PCD"
"""How the reader is called whose driver is vsmartcard's, unless somebody configured another name."""
PATIENCE = 20.0
"""Seconds until a card that nobody asked for yet counts as reachable."""
PAUSE = 0.05


@dataclass
class Reached:
    """Where the doors of a card are, as they open: variable of the environment -> address."""

    count: int
    addresses: dict[str, str] = field(default_factory=dict)
    all: Event = field(default_factory=Event)

    def at(self, variable: str, address: str) -> None:
        """One door is open."""
        self.addresses[variable] = address
        if len(self.addresses) == self.count:
            self.all.set()


def run(command: str, reached: Reached, stop: Callable[[], None]) -> int:
    """Run `command` in a shell when every door is open, then `stop`; its exit code.

    The doors are in its environment: EUICC_READER, EUICC_TCP, EUICC_MODEM.
    """
    try:
        reached.all.wait(PATIENCE)
        if READER in reached.addresses:
            reached.addresses[READER] = _reader()
        return subprocess.run(
            command, shell=True, env={**os.environ, **reached.addresses}, check=False
        ).returncode
    finally:
        stop()


def _reader() -> str:
    """The reader with our card, once pcscd has seen it there; without pyscard nobody can tell."""
    from apdu.transport import TransportUnavailable, pcsc

    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            found = [reader.name for reader in pcsc.readers() if reader.atr == ATR]
        except TransportUnavailable:
            break
        if found:
            return found[0]
        time.sleep(PAUSE)
    return VIRTUAL_READER
