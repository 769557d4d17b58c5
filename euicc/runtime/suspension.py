"""What a suspended UICC remembers while it has no power, TS 102 221 11.1.22."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class ChannelState:
    """Where a logical channel stood: paths as `Df.path`, the active application by its AID, the record pointer."""

    number: int
    df: bytes
    adf: bytes | None
    ef: bytes | None
    record: int | None


@dataclass(frozen=True)
class Suspension:
    """The state that a resumed UICC goes on with.

    token: SHA-256 of the resume token. until: when the accepted duration ends, in seconds since 1970. isd_p: AID of the
    profile, empty when none is enabled. verified: the PINs, as `Pins.verified`. lpad, ipad, terminal_profile: what the
    terminal declared. No value of a PIN and no key is in it.
    """

    token: bytes
    until: float
    isd_p: bytes
    verified: tuple[str, ...]
    lpad: int
    ipad: int
    terminal_profile: bytes | None
    channels: tuple[ChannelState, ...]

    def to_bytes(self) -> bytes:
        """JSON, bytes in hexadecimal."""
        return json.dumps(asdict(self), default=bytes.hex).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Suspension:
        """What `to_bytes` wrote."""
        stored: dict[str, Any] = json.loads(data)
        return cls(
            bytes.fromhex(stored["token"]),
            stored["until"],
            bytes.fromhex(stored["isd_p"]),
            tuple(stored["verified"]),
            stored["lpad"],
            stored["ipad"],
            _bytes(stored["terminal_profile"]),
            tuple(_channel(each) for each in stored["channels"]),
        )


def _channel(stored: dict[str, Any]) -> ChannelState:
    paths = (bytes.fromhex(stored["df"]), _bytes(stored["adf"]), _bytes(stored["ef"]))
    return ChannelState(stored["number"], *paths, stored["record"])


def _bytes(stored: str | None) -> bytes | None:
    return None if stored is None else bytes.fromhex(stored)
