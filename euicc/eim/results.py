"""eUICC Package Results that wait for their acknowledgement, SGP.32 2.11.2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from euicc.refusals import Reason, Refused
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.runtime.nvm import Nvm


class PackageResultStore:
    """Results by sequence number, byte by byte as answered; what writes needs an open NVM transaction.

    most: how many are kept. One more takes the place of the oldest.
    """

    def __init__(self, nvm: Nvm, most: int) -> None:
        self._nvm = nvm
        self._most = most

    def add(self, sequence_number: int, result: bytes) -> None:
        """Keep a signed result (tag BF51) under the number it carries."""
        self._nvm.set(keys.PACKAGE_RESULT, result, _index(sequence_number))
        for oldest in self._nvm.indexes(keys.PACKAGE_RESULT)[: -self._most]:
            self._nvm.delete(keys.PACKAGE_RESULT, oldest)

    def all(self) -> list[bytes]:
        """Every result, in the order of their numbers."""
        indexes = self._nvm.indexes(keys.PACKAGE_RESULT)
        return [self._nvm.get(keys.PACKAGE_RESULT, index) for index in indexes]

    def get(self, sequence_number: int) -> bytes | None:
        """The result with this number."""
        return self._nvm.get(keys.PACKAGE_RESULT, _index(sequence_number)) or None

    def remove(self, sequence_number: int) -> None:
        """Forget a result; Refused(NOT_FOUND) when there is none with this number."""
        if self.get(sequence_number) is None:
            raise Refused(Reason.NOT_FOUND)
        self._nvm.delete(keys.PACKAGE_RESULT, _index(sequence_number))


def _index(sequence_number: int) -> str:
    """Fixed width, so that the sorted indexes of the NVM are in the order of the numbers."""
    return f"{sequence_number:08x}"
