"""A memory that is full: what the card installs, associates and creates finds no room, and the card says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from euicc.runtime import keys
from euicc.runtime.nvm import Key, Nvm, NvmFull
from euicc.testing.faults.power import Powered

GROWING: tuple[Key[Any], ...] = (
    keys.PROFILE,
    keys.PACKAGE,
    keys.EIM,
    keys.IMMEDIATE_ENABLE,
    keys.DEFAULT_DP_ADDRESS,
    keys.FILE_CREATED,
    keys.LOAD_FILE,
    keys.LOAD_RECEIVED,
    keys.REGISTRY_ENTRY,
    keys.SECURITY_DOMAIN_DATA,
    keys.SECURITY_DOMAIN_KEYS,
    keys.APPLET_MEMORY,
    keys.ISD_P,
    keys.TOKEN_USED,
)
"""What takes room when it comes. All else was given its room when the card or the profile was made: counters, marks,
PINs, the contents of files, and the lists of notifications and results, which drop their oldest entry
(`Config.notifications`, `Config.package_results`)."""


class MemoryFull:
    """A memory that has room for `free` more bytes, or for `writes` more values that take room.

    Exactly one of the two; ValueError otherwise. The card reports as much free memory as before, so that what depends
    on that report is let through: for a card that also says that it is small there is `Config(nvm_size=...)`.
    `refused`: how often something found no room.

        with MemoryFull(free=0).on(card) as full:
            lpa.download(code)      # InstallationFailed: insufficient memory for profile

    What is answered: installFailedDueToInsufficientMemoryForProfile in a signed result, which is stored;
    insufficientMemory where a function or an operation of a package has it, undefinedError where it has not; 6A84.
    """

    def __init__(self, *, free: int | None = None, writes: int | None = None) -> None:
        if (free is None) == (writes is None) or min(free or 0, writes or 0) < 0:
            raise ValueError("a memory is full after so many bytes or so many writes, 0 or more")
        self.free, self.writes = free, writes
        self.refused = 0

    @contextmanager
    def on(self, card: Powered | Nvm) -> Iterator[MemoryFull]:
        """Fills the memory for the time of a block; a card's own refusals stay as they are."""
        nvm = card if isinstance(card, Nvm) else card.nvm
        limit = _Bytes(nvm, self) if self.writes is None else _Writes(nvm, self)
        nvm.admit = limit.admit
        try:
            yield self
        finally:
            nvm.admit = None

    def refuse(self) -> NvmFull:
        """One more that finds no room."""
        self.refused += 1
        return NvmFull()

    def __repr__(self) -> str:
        return f"MemoryFull(free={self.free})" if self.writes is None else f"MemoryFull(writes={self.writes})"


class _Bytes:
    def __init__(self, nvm: Nvm, full: MemoryFull) -> None:
        self._nvm = nvm
        self._full = full
        self._most = _used(nvm) + (full.free or 0)

    def admit(self, key: Key[Any], value: object, index: str) -> None:
        growth = _growth(self._nvm, key, value, index)
        if growth > 0 and _used(self._nvm) + growth > self._most:
            raise self._full.refuse()


class _Writes:
    def __init__(self, nvm: Nvm, full: MemoryFull) -> None:
        self._nvm = nvm
        self._full = full
        self._left = full.writes or 0

    def admit(self, key: Key[Any], value: object, index: str) -> None:
        if _growth(self._nvm, key, value, index) <= 0:
            return
        if not self._left:
            raise self._full.refuse()
        self._left -= 1


def _growth(nvm: Nvm, key: Key[Any], value: object, index: str) -> int:
    """By how many bytes the memory grows with this value."""
    if key not in GROWING:
        return 0
    return len(key.encode(value)) - _size(nvm, key, index)


def _size(nvm: Nvm, key: Key[Any], index: str) -> int:
    value = nvm.get(key, index)
    return 0 if value is None else len(key.encode(value))


def _used(nvm: Nvm) -> int:
    return sum(_size(nvm, key, index) for key in GROWING for index in nvm.indexes(key))
