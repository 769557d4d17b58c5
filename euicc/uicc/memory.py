"""What one profile remembers besides its package: files that were written, PINs, sequence numbers, counters.

A view of the card's memory that is confined to one ISD-P, so that whatever is built on it goes with the profile when
that is deleted. Which keys there are: `keys.PROFILE_MEMORY`.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, TypeVar

from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.runtime.nvm import Key, Nvm

T = TypeVar("T")


class ProfileMemory:
    """The values of the profile in the ISD-P `aid`; empty when no profile is enabled. Rules as for `Nvm`.

    nvm: the memory of the card, of which this is a part.
    """

    __slots__ = ("_prefix", "nvm")

    def __init__(self, nvm: Nvm, aid: bytes) -> None:
        self.nvm = nvm
        self._prefix = aid.hex() + "/"

    def get(self, key: Key[T], name: str = "") -> T:
        """The value under `key` and `name`, or the key's default."""
        return self.nvm.get(key, self._prefix + name)

    def set(self, key: Key[T], value: T, name: str = "") -> None:
        """Write a value (None erases it); RuntimeError outside a transaction."""
        self.nvm.set(key, value, self._prefix + name)

    def delete(self, key: Key[T], name: str = "") -> None:
        """Erase a value, if there is one; RuntimeError outside a transaction."""
        self.nvm.delete(key, self._prefix + name)

    def names(self, key: Key[T]) -> list[str]:
        """The names under which `key` has values for this profile, sorted."""
        start = len(self._prefix)
        return [index[start:] for index in self.nvm.indexes(key) if index.startswith(self._prefix)]

    def transaction(self) -> AbstractContextManager[None]:
        """`with memory.transaction():` all writes of the block happen, or none; inside another it joins that one."""
        return self.nvm.transaction()

    def erase(self) -> None:
        """Forget everything; needs an open transaction."""
        for key in keys.PROFILE_MEMORY:
            for name in self.names(key):
                self.delete(key, name)
