"""The cipher suites, RFC 5487 2.1 and 3.1: AES-128 with a plain pre-shared key and the PRF with SHA-256."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from euicc.crypto.tls_psk.protection import Cbc, Gcm, Protection, Random

_KEY = 16


@dataclass(frozen=True, slots=True)
class Suite:
    """A cipher suite.

    code: as in the hellos. mac_length, salt_length: bytes of the key block that each direction takes beside its AES
    key: the key of the MAC, the fixed part of the nonce. make: from AES key, MAC key, salt and randomness.
    """

    name: str
    code: int
    mac_length: int
    salt_length: int
    make: Callable[[bytes, bytes, bytes, Random], Protection]

    @property
    def key_block_length(self) -> int:
        """Bytes for both directions."""
        return 2 * (self.mac_length + _KEY + self.salt_length)

    def protections(self, block: bytes, random: Random) -> tuple[Protection, Protection]:
        """Of what the client sends, and of what the server sends, RFC 5246 6.3."""
        sizes = (self.mac_length, self.mac_length, _KEY, _KEY, self.salt_length, self.salt_length)
        parts, start = [], 0
        for size in sizes:
            parts.append(block[start : start + size])
            start += size
        client = self.make(parts[2], parts[0], parts[4], random)
        return client, self.make(parts[3], parts[1], parts[5], random)


PSK_AES128_GCM_SHA256 = Suite(
    "TLS_PSK_WITH_AES_128_GCM_SHA256", 0x00A8, 0, 4, lambda key, _mac, salt, _random: Gcm(key, salt)
)
PSK_AES128_CBC_SHA256 = Suite(
    "TLS_PSK_WITH_AES_128_CBC_SHA256", 0x00AE, 32, 0, lambda key, mac, _salt, random: Cbc(key, mac, random)
)
SUITES = (PSK_AES128_GCM_SHA256, PSK_AES128_CBC_SHA256)
"""Those that SGP.02 has for SCP81, the better first."""
