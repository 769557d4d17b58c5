"""A security domain with given keys, as the card's receiver needs one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from euicc.ota.algorithms import AES_KEY, DES_KEY
from euicc.ota.security import CIPHERING_KEY, INTEGRITY_KEY
from euicc.testing.ota import Algorithm, KeySet
from euicc.uicc.application_data import KeyComponent, SecurityDomainKey

MNO_SD = bytes.fromhex("A000000151000000")


@dataclass(frozen=True)
class HandmadeDomain:
    keys: tuple[SecurityDomainKey, ...]
    aid: bytes = MNO_SD

    def versions(self) -> Iterable[int]:
        return {key.version for key in self.keys}

    def key(self, version: int, identifier: int) -> SecurityDomainKey | None:
        found = [key for key in self.keys if (key.version, key.identifier) == (version, identifier)]
        return found[0] if found else None


def domain(*key_sets: KeySet, counter: bytes | None = None) -> HandmadeDomain:
    """With the keys that a platform has."""
    return HandmadeDomain(tuple(key for key_set in key_sets for key in _keys(key_set, counter)))


def _keys(key_set: KeySet, counter: bytes | None) -> list[SecurityDomainKey]:
    checksum = key_set.integrity_algorithm or key_set.algorithm
    parts = (
        (CIPHERING_KEY, key_set.algorithm, key_set.kic),
        (INTEGRITY_KEY, checksum, key_set.kid),
    )
    return [
        SecurityDomainKey(
            usage_qualifier=b"\x18",
            identifier=identifier,
            version=key_set.version,
            components=(_component(algorithm, value, key_set.checksum_length),),
            counter=counter,
        )
        for identifier, algorithm, value in parts
    ]


def _component(algorithm: Algorithm, value: bytes, mac_length: int) -> KeyComponent:
    return KeyComponent(AES_KEY if algorithm is Algorithm.AES else DES_KEY, value, mac_length)
