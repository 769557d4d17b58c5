"""One subscriber with Milenage: a card that has the key, and what the network knows of it."""

from __future__ import annotations

from typing import Any

from euicc.testing.profile_builder import Aka, Subscription
from tests.aka import network
from tests.aka.device import Device, auts

MILENAGE = 1
K, OP = bytes(range(16)), bytes(range(16, 32))
NETWORK = network.Milenage(K, OP)


def card(**aka: Any) -> Device:
    """A device whose card has K and OPc, and these parameters besides."""
    return Device(Subscription(k=K, opc=NETWORK.opc, aka=Aka(MILENAGE, **aka)))


def sqn(seq: int, ind: int = 0) -> int:
    return seq << 5 | ind


def known(device: Device, functions: network.Functions = NETWORK) -> int | None:
    """SQN_MS, asked for with the one sequence number that is never fresh."""
    return network.resynchronised(functions, bytes(16), auts(device.challenged(functions, 0)))
