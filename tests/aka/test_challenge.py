"""GET CHALLENGE, TS 102 221 11.1.15."""

from __future__ import annotations

import pytest

from tests.aka.subscriber import card


@pytest.mark.parametrize(("le", "length"), [(1, 1), (8, 8), (16, 16), (255, 255), (0, 8)])
def test_as_many_bytes_as_asked_for(le: int, length: int) -> None:
    device = card()
    first, second = device.send("00840000", le=le), device.send("00840000", le=le)
    assert (first.sw, len(first.data)) == (0x9000, length)
    assert (second.sw, len(second.data)) == (0x9000, length)
    assert length < 8 or first.data != second.data


def test_it_needs_no_application() -> None:
    device = card()
    device.card.reset()
    assert device.send("00840000", le=8).sw == 0x9000


@pytest.mark.parametrize(("header", "sw"), [("00840100", 0x6A86), ("00840001", 0x6A86), ("80840000", 0x6E00)])
def test_status_words(header: str, sw: int) -> None:
    assert card().send(header).sw == sw
    assert card().send("00840000", b"\x01").sw == 0x6700
