"""Replay counters, TS 102 225 5.1.4: one for each key set of a security domain.

A counter is raised in a transaction of its own before anything of the packet is executed: when the power goes in
between, the packet is lost, but never executed twice. Packets that no key authenticates have a counter of
their own (key version 0), so that nobody without a key can move, or block, one that protects something. PUT KEY erases
the counter of a key set that it replaces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from euicc.ota.packet import COUNTER_MAX, CounterMode
from euicc.ota.security import CIPHERING_KEY, INTEGRITY_KEY, KeySource
from euicc.ota.status import PacketRefused, ResponseStatus
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.uicc.memory import ProfileMemory

CHECKED = (CounterMode.HIGHER, CounterMode.ONE_HIGHER)


def accept(
    memory: ProfileMemory, domain: KeySource, key_version: int, mode: CounterMode, counter: int
) -> None:
    """Compare the counter of a packet with the stored one, and store it; durable on return.

    PacketRefused COUNTER_BLOCKED, COUNTER_LOW or COUNTER_HIGH; then nothing changed. Modes without a check
    change nothing.
    """
    if mode not in CHECKED:
        return
    current = stored(memory, domain, key_version)
    if current == COUNTER_MAX:
        raise PacketRefused(ResponseStatus.COUNTER_BLOCKED)
    if counter <= current:
        raise PacketRefused(ResponseStatus.COUNTER_LOW)
    if mode is CounterMode.ONE_HIGHER and counter != current + 1:
        raise PacketRefused(ResponseStatus.COUNTER_HIGH)
    with memory.transaction():
        memory.set(keys.OTA_COUNTER, counter, _name(domain.aid, key_version))


def stored(memory: ProfileMemory, domain: KeySource, key_version: int) -> int:
    """The counter of the last packet accepted for a key set; before the first, what its keys began with."""
    counter = memory.get(keys.OTA_COUNTER, _name(domain.aid, key_version))
    return _initial(domain, key_version) if counter is None else counter


def _initial(domain: KeySource, key_version: int) -> int:
    """The key counter value of the package."""
    found = [domain.key(key_version, identifier) for identifier in (CIPHERING_KEY, INTEGRITY_KEY)]
    counters = [int.from_bytes(key.counter, "big") for key in found if key is not None and key.counter]
    return min(max(counters, default=0), COUNTER_MAX)


def _name(aid: bytes, key_version: int) -> str:
    return f"{aid.hex()}/{key_version:02X}"
