"""Keys of the ISD-R or of an ISD-P, as they are now, SGP.02 2.2.5.

A key set is what has one version (KVN), by what it is for:

    01 to 0F   SCP80          30 to 3F   SCP03
    40 to 4F   SCP81 (PSK)    70         tokens
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from euicc.globalplatform import key_set
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.uicc.application_data import SecurityDomainKey
    from euicc.uicc.memory import ProfileMemory

SCP80_VERSIONS = range(0x01, 0x10)
SCP03_VERSIONS = range(0x30, 0x40)
SCP81_VERSIONS = range(0x40, 0x50)
TOKEN_VERSION = 0x70


def _none() -> tuple[SecurityDomainKey, ...]:
    return ()


class KeyRing:
    """The keys of the domain `aid`, kept in `memory`; as `euicc.ota.security.KeySource`.

    first: what it has until keys come or go. Whatever writes needs an open NVM transaction.
    """

    def __init__(
        self,
        memory: ProfileMemory,
        aid: bytes,
        first: Callable[[], tuple[SecurityDomainKey, ...]] = _none,
    ) -> None:
        self._memory = memory
        self._aid = aid
        self._first = first

    @property
    def aid(self) -> bytes:
        """AID of the domain, 16 bytes."""
        return self._aid

    @property
    def keys(self) -> tuple[SecurityDomainKey, ...]:
        """Every key."""
        stored = self._memory.get(keys.SECURITY_DOMAIN_KEYS, self._aid.hex())
        return self._first() if stored is None else stored

    def versions(self) -> tuple[int, ...]:
        """The key versions there are, in the order of their first keys."""
        return tuple(dict.fromkeys(key.version for key in self.keys))

    def key_set(self, version: int) -> tuple[SecurityDomainKey, ...]:
        """The keys with this version."""
        return tuple(key for key in self.keys if key.version == version)

    def key(self, version: int, identifier: int) -> SecurityDomainKey | None:
        """The key with this version (KVN) and identifier (KID)."""
        return _find(self.keys, (version, identifier))

    def put(self, given: Iterable[SecurityDomainKey]) -> None:
        """Add keys; they take the place of those with their versions and identifiers."""
        new = tuple(given)
        names = {_name(key) for key in new}
        self.replace((*(key for key in self.keys if _name(key) not in names), *new))

    def keep(self, wanted: Callable[[SecurityDomainKey], bool]) -> None:
        """Delete all keys that are not wanted."""
        self.replace(tuple(key for key in self.keys if wanted(key)))

    def replace(self, whole: tuple[SecurityDomainKey, ...]) -> None:
        """Have exactly these keys from now on.

        Where the key that authenticates is another one, counters begin anew; only there, or what was sent before could
        be sent again.
        """
        before = self.keys
        self._memory.set(keys.SECURITY_DOMAIN_KEYS, whole, self._aid.hex())
        for version in {key.version for key in (*before, *whole)}:
            name = (version, key_set.MAC)
            if _find(before, name) != _find(whole, name):
                self._restart(version)

    def _restart(self, version: int) -> None:
        """Forget how far the counters of a key set have come."""
        name = f"{self._aid.hex()}/{version:02X}"
        self._memory.delete(keys.OTA_COUNTER, name)
        self._memory.delete(keys.SCP03_COUNTER, name)


def can_be_managed(present: Iterable[SecurityDomainKey]) -> bool:
    """Whether an SM-SR reaches an ISD-R with these keys: KIc and KID of one version for SCP80, AES or DES."""
    usable = {_name(key) for key in present if _is_for_blocks(key)}
    return any({(version, key_set.ENC), (version, key_set.MAC)} <= usable for version in SCP80_VERSIONS)


def _is_for_blocks(key: SecurityDomainKey) -> bool:
    component = key_set.symmetric(key)
    return component is not None and key_set.block_size(component.type) is not None


def _find(present: Iterable[SecurityDomainKey], name: tuple[int, int]) -> SecurityDomainKey | None:
    return next((key for key in present if _name(key) == name), None)


def _name(key: SecurityDomainKey) -> tuple[int, int]:
    return key.version, key.identifier
