"""How well a conversation with a security domain is protected, and what it holds between two commands, GPCS 10.2."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntFlag
from typing import Self


class SecurityLevel(IntFlag):
    """Current Security Level, GPCS 10.2.2; the lower bits are those of P1 in EXTERNAL AUTHENTICATE."""

    NONE = 0x00
    C_MAC = 0x01
    C_ENC = 0x02
    R_MAC = 0x10
    R_ENC = 0x20
    AUTHENTICATED = 0x80


@dataclass(slots=True)
class StoreDataChain:
    """Blocks of STORE DATA received so far: `structure` is b5 and b4 of their P1."""

    structure: int
    data: bytearray = field(default_factory=bytearray)
    next_block: int = 0


@dataclass(slots=True)
class Session:
    """One conversation: a secure channel on the local interface, or the script of a secured packet.

    level: what is certain about each of its commands. key_version: the key set that protects it, whose key 03
    (DEK, KIK) deciphers keys; None without one. key_owner: AID of the domain that has that key set; None: the one
    that executes, or as long as that has no keys the one above it.
    The rest spans commands. chain: an unfinished STORE DATA. listing: what GET STATUS [next occurrence] will still
    answer. target: AID that INSTALL [for personalization] named.
    """

    level: SecurityLevel = SecurityLevel.NONE
    key_version: int | None = None
    key_owner: bytes | None = None
    chain: StoreDataChain | None = None
    listing: list[bytes] = field(default_factory=list)
    target: bytes | None = None

    @classmethod
    def secured_packet(
        cls, checked: bool, ciphered: bool, key_version: int, key_owner: bytes | None = None
    ) -> Self:
        """The session of an SCP80 packet, TS 102 225.

        checked: it had a cryptographic checksum or a digital signature that was right; a redundancy check alone
        says nothing about the sender. ciphered: it was enciphered. key_version: that of its KIc and KID.
        """
        level = SecurityLevel.AUTHENTICATED | SecurityLevel.C_MAC if checked else SecurityLevel.NONE
        return cls(level | (SecurityLevel.C_ENC if ciphered else SecurityLevel.NONE), key_version, key_owner)

    def has(self, level: SecurityLevel) -> bool:
        """Whether the conversation is protected at least like this."""
        return level in self.level
