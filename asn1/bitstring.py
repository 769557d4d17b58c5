"""BIT STRING values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


class BitString:
    """A BIT STRING value, X.680 22. Bit 0 is the most significant bit of the first octet. Immutable.

    `data` holds ceil(length / 8) octets whose unused low bits are zero; `length` counts bits. A set of named bits
    is best made with `of` and asked with `in`.
    """

    __slots__ = ("data", "length")
    data: bytes
    length: int

    def __init__(self, data: bytes, length: int | None = None) -> None:
        """`data` of whole octets, or only its first `length` bits; ValueError where data and length disagree."""
        bits = len(data) * 8 if length is None else length
        unused = len(data) * 8 - bits
        if not 0 <= unused <= 7:
            raise ValueError(f"{len(data)} octets cannot hold {bits} bits")
        if unused and data[-1] & ((1 << unused) - 1):
            data = data[:-1] + bytes([data[-1] & -1 << unused])
        object.__setattr__(self, "data", data)
        object.__setattr__(self, "length", bits)

    @classmethod
    def named(cls, octets: bytes) -> BitString:
        """The shortest BIT STRING with the bits that are set in these octets, as DER has named bits, X.690 11.2.2."""
        octets = octets.rstrip(b"\0")
        last = octets[-1] if octets else 0
        found = cls.__new__(cls)
        object.__setattr__(found, "data", octets)
        object.__setattr__(found, "length", len(octets) * 8 - (last & -last).bit_length() + 1 if last else 0)
        return found

    @classmethod
    def of(cls, *bits: int) -> BitString:
        """The shortest BIT STRING in which exactly these bits are set; `of()` is empty."""
        if not bits:
            return cls(b"", 0)
        length = max(bits) + 1
        octets = bytearray((length + 7) // 8)
        for bit in bits:
            octets[bit >> 3] |= 0x80 >> (bit & 7)
        return cls(bytes(octets), length)

    def trimmed(self) -> BitString:
        """The same set of bits without trailing zero bits."""
        return self.named(self.data)

    def __contains__(self, bit: object) -> bool:
        return (
            isinstance(bit, int)
            and 0 <= bit < self.length
            and bool(self.data[bit >> 3] & (0x80 >> (bit & 7)))
        )

    def __iter__(self) -> Iterator[int]:
        """The numbers of the bits that are set, ascending."""
        return (bit for bit in range(self.length) if bit in self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BitString):
            return NotImplemented
        return self.length == other.length and self.data == other.data

    def __hash__(self) -> int:
        return hash((self.length, self.data))

    def __repr__(self) -> str:
        return (
            f"BitString.of({', '.join(map(str, self))})"
            if self == self.trimmed()
            else (f"BitString(bytes.fromhex({self.data.hex()!r}), {self.length})")
        )

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("a BitString is immutable")

    def __reduce__(self) -> tuple[Any, ...]:
        return BitString, (self.data, self.length)
