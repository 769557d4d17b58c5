"""A symmetric key of a security domain on the card, as the server that shares it has it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class ServerKey:
    """version: KVN; identifier: KID; type: 80 DES, 85 PSK, 88 AES; counter: what the card's counter began with."""

    version: int
    identifier: int
    type: int
    value: bytes = field(repr=False)
    counter: int = 0
