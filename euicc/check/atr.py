"""An ATR taken apart, ISO/IEC 7816-3 8.2."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import xor

from euicc.check.catalogue import Finding

CONVENTIONS = (0x3B, 0x3F)
GLOBAL_BYTES = 15
T0 = 0


@dataclass(frozen=True)
class Atr:
    """`protocols`: T of each TD. `interface`: (T, letter) -> value of the first such byte after that T; T None is
    before any TD. `check`: whether a TCK is there and right, None without one.
    """

    protocols: tuple[int, ...]
    interface: dict[tuple[int | None, str], int]
    historical: bytes
    check: bool | None

    @property
    def needs_check(self) -> bool:
        """TCK is there unless T=0 is the only protocol."""
        return any(each != T0 for each in self.protocols)


def parse(raw: bytes) -> Atr:
    """Finding when the bytes are not one ATR."""
    if len(raw) < 2 or raw[0] not in CONVENTIONS:
        raise Finding(f"{raw.hex().upper() or 'nothing'} is no ATR")
    try:
        return _parse(raw)
    except IndexError:
        raise Finding(f"the ATR {raw.hex().upper()} ends too early") from None


def _parse(raw: bytes) -> Atr:
    offset, protocol, indicator = 2, None, raw[1] >> 4
    protocols: list[int] = []
    interface: dict[tuple[int | None, str], int] = {}
    while indicator:
        present = [letter for bit, letter in enumerate("ABCD") if indicator & 1 << bit]
        indicator = 0
        for letter in present:
            value = raw[offset]
            offset += 1
            interface.setdefault((protocol, letter), value)
            if letter == "D":
                indicator, following = value >> 4, value & 0x0F
                protocols.append(following)
        protocol = protocols[-1] if protocols else None
    end = offset + (raw[1] & 0x0F)
    rest = raw[end:]
    if len(raw) < end or len(rest) > 1:
        raise Finding(
            f"the ATR {raw.hex().upper()} has {len(raw)} bytes; its bytes T0 and TD announce {end} and TCK"
        )
    check = reduce(xor, raw[1:]) == 0 if rest else None
    return Atr(tuple(protocols), interface, raw[offset:end], check)
