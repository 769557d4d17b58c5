"""The IMEI in a default notification is what the terminal tells, if that is one."""

from __future__ import annotations

import pytest

from apdu import Command, Response, instruction, tlv
from euicc import Card
from euicc.testing.ota import Handset
from tests.m2m.attended import LOCAL_INFORMATION, NORMAL, attended, payloads, report

IMEI = "4A09512430325781"


class Telling:
    """A card whose terminal answers PROVIDE LOCAL INFORMATION with this as the IMEI."""

    def __init__(self, card: Card, imei: bytes) -> None:
        self._card = card
        self._imei = imei
        self._type = 0

    def reset(self) -> bytes:
        return self._card.reset()

    def transmit(self, raw: bytes) -> bytes:
        command = Command.parse(raw)
        if command.ins == instruction.TERMINAL_RESPONSE and self._type == LOCAL_INFORMATION:
            data = command.data + tlv.encode(0x14, self._imei)
            raw = Command(command.cla, command.ins, command.p1, command.p2, data).encode()
        answer = self._card.transmit(raw)
        if command.ins == instruction.FETCH:
            self._type = Response.parse(answer).data[5]
        return answer


@pytest.mark.parametrize(
    ("imei", "told"),
    [(IMEI, "1408" + IMEI), ("", ""), (IMEI[2:], ""), (IMEI + "00", ""), ("11" * 225, "")],
)
def test_an_imei_of_eight_bytes_is_told_and_nothing_else(imei: str, told: str) -> None:
    here = attended()
    here.handset = Handset(Telling(here.card, bytes.fromhex(imei)))
    report(here, NORMAL)
    (payload,) = payloads(here)
    assert payload.hex().upper()[2 * 45 :] == told
