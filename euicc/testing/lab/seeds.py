"""Seeds of many things from the seed of one."""

from __future__ import annotations

from hashlib import sha256

Seed = int | bytes | None
"""What cards and servers draw from, as euicc.env.Env takes it; None: the operating system."""


def derived(seed: Seed, *names: str | int) -> bytes | None:
    """The seed of what is called so, 32 bytes, whatever else was derived and in which order; None of None."""
    if seed is None:
        return None
    return sha256(repr((seed, *names)).encode()).digest()
