"""What the card needs from the world around it: randomness and a clock. Injected, never global."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from hashlib import sha256

# The clock of a seeded card stands still here, so that two runs are byte-identical.
FIXED_CLOCK = datetime(2026, 1, 1, tzinfo=UTC)


class Env:
    """Source of random bytes and of the time.

    Without a seed both are the operating system's. With a seed (an integer or bytes of any length) the random
    bytes are SHA-256(seed || counter) in sequence and the clock stands at FIXED_CLOCK: two cards made with
    the same seed answer the same commands with the same bytes. A seeded card is for tests: its challenges can
    be predicted.
    """

    __slots__ = ("_counter", "_pool", "_seed")

    def __init__(self, seed: int | bytes | None = None) -> None:
        self._seed = None if seed is None else sha256(_seed_bytes(seed)).digest()
        self._counter = 0
        self._pool = b""

    def random(self, count: int) -> bytes:
        """`count` random bytes."""
        if self._seed is None:
            return os.urandom(count)
        while len(self._pool) < count:
            self._pool += sha256(self._seed + self._counter.to_bytes(8, "big")).digest()
            self._counter += 1
        drawn, self._pool = self._pool[:count], self._pool[count:]
        return drawn

    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.now(UTC) if self._seed is None else FIXED_CLOCK


def _seed_bytes(seed: int | bytes) -> bytes:
    """Integers and bytes do not share seeds: 0x41 and b"A" differ."""
    return b"b" + seed if isinstance(seed, bytes) else b"i" + str(seed).encode()
