"""The answer to reset marks an eUICC that speaks T=0, read by the rules of ISO/IEC 7816-3."""

from __future__ import annotations

from functools import reduce
from operator import xor

from euicc.runtime.atr import ATR


def parsed(atr: bytes) -> tuple[list[tuple[int | None, dict[str, int]]], bytes, bytes]:
    """Groups of interface bytes under the protocol that TD named; historical bytes; the rest."""
    groups: list[tuple[int | None, dict[str, int]]] = []
    presence, protocol, offset = atr[1] >> 4, None, 2
    while True:
        group: dict[str, int] = {}
        for bit, name in enumerate("ABCD"):
            if presence >> bit & 1:
                group[name], offset = atr[offset], offset + 1
        groups.append((protocol, group))
        if "D" not in group:
            break
        presence, protocol = group["D"] >> 4, group["D"] & 0x0F
    end = offset + (atr[1] & 0x0F)
    return groups, atr[offset:end], atr[end:]


def test_atr() -> None:
    groups, historical, rest = parsed(ATR)
    assert ATR[0] == 0x3B
    assert [protocol for protocol, _ in groups] == [None, 0, 15]
    assert groups[2][1]["B"] & 0x82 == 0x82
    assert historical[0] == 0x80
    assert len(rest) == 1
    assert reduce(xor, ATR[1:]) == 0
    assert bytes.fromhex("3B9F96801FC78031A073BE21136743200718000001A5") != ATR
