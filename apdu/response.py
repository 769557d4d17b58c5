"""Response APDUs (ISO/IEC 7816-4 5.1)."""

from __future__ import annotations

from apdu.status import StatusError, describe, is_success
from apdu.transport import TransportError


class Response:
    """Response APDU, ISO/IEC 7816-4 5.1: the data field and the status word."""

    __slots__ = ("data", "sw")

    def __init__(self, data: bytes, sw: int) -> None:
        self.data = data
        self.sw = sw

    @classmethod
    def parse(cls, raw: bytes) -> Response:
        """Response from its bytes, the last two of them SW1 SW2; TransportError when there are fewer."""
        if len(raw) < 2:
            raise TransportError(f"a response of {len(raw)} bytes has no status word")
        return cls(raw[:-2], raw[-2] << 8 | raw[-1])

    def encode(self) -> bytes:
        """Data field followed by SW1 SW2."""
        return self.data + self.sw.to_bytes(2, "big")

    @property
    def sw1(self) -> int:
        """First byte of the status word."""
        return self.sw >> 8

    @property
    def sw2(self) -> int:
        """Second byte of the status word."""
        return self.sw & 0xFF

    @property
    def successful(self) -> bool:
        """Normal ending: 9000, or 91xx which also announces a proactive command."""
        return is_success(self.sw)

    def checked(self) -> bytes:
        """The data field of a normal ending; StatusError with the data otherwise."""
        if not is_success(self.sw):
            raise StatusError(self.sw, self.data)
        return self.data

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Response):
            return NotImplemented
        return self.sw == other.sw and self.data == other.data

    def __hash__(self) -> int:
        return hash((self.data, self.sw))

    def __repr__(self) -> str:
        return f"Response(data={self.data.hex()!r}, sw={describe(self.sw)!r})"
