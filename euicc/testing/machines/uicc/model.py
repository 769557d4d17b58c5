"""A model of a UICC: files, access rules, PINs, channels, in few lines and with nothing of the card's code.

It is told each command APDU and says what the answer must be.
"""

from __future__ import annotations

from collections.abc import Callable

from euicc.testing.machines.uicc import content, pins
from euicc.testing.machines.uicc.profile import ACTIVATE, DEACTIVATE
from euicc.testing.machines.uicc.selection import select, status
from euicc.testing.machines.uicc.state import Apdu, Channel, Refused, State

CHANNELS = 20


class Model(State):
    """One card, command by command."""

    def transmit(self, raw: bytes) -> bytes:
        """The answer, with status word."""
        apdu = Apdu.of(raw)
        waiting, self.waiting = self.waiting, b""
        try:
            if apdu.ins == 0xC0:
                return self._get_response(apdu, waiting)
            return self._answer(apdu, self._run(apdu))
        except Refused as refused:
            if apdu.le is None or len(refused.data) > apdu.le:
                self.waiting = refused.data or self.waiting
                return refused.sw.to_bytes(2, "big")
            return refused.data + refused.sw.to_bytes(2, "big")

    def _answer(self, apdu: Apdu, data: bytes) -> bytes:
        """With the status word, or 61xx when the data do not fit what the terminal asked for."""
        if data and apdu.le is not None and not apdu.data and apdu.le not in (256, len(data)):
            raise Refused(0x6C00 | len(data))
        if not data or (apdu.le is not None and len(data) <= apdu.le):
            return data + b"\x90\x00"
        self.waiting = data
        return bytes((0x61, len(data)))

    def _get_response(self, apdu: Apdu, waiting: bytes) -> bytes:
        self.waiting = waiting
        self._channel(apdu)
        if apdu.p1 or apdu.p2:
            raise Refused(0x6A86)
        if apdu.le is None:
            raise Refused(0x6700)
        if not waiting:
            raise Refused(0x6985)
        if len(waiting) < apdu.le < 256:
            raise Refused(0x6C00 | len(waiting))
        self.waiting = waiting[apdu.le :]
        return waiting[: apdu.le] + (bytes((0x61, len(self.waiting))) if self.waiting else b"\x90\x00")

    def _channel(self, apdu: Apdu) -> tuple[int, Channel]:
        number = (apdu.cla & 0x0F) + 4 if apdu.cla & 0x40 else apdu.cla & 0x03
        if number not in self.channels:
            raise Refused(0x6881)
        return number, self.channels[number]

    def _run(self, apdu: Apdu) -> bytes:
        number, channel = self._channel(apdu)
        if apdu.ins == 0x70:
            return self._manage_channel(number, channel, apdu)
        command = COMMANDS[apdu.ins]
        return command(self, channel, apdu)

    def _manage_channel(self, number: int, channel: Channel, apdu: Apdu) -> bytes:
        if apdu.p1 == 0x80:
            closed = apdu.p2 or number
            if closed == 0:
                raise Refused(0x6A86)
            if self.channels.pop(closed, None) is None:
                raise Refused(0x6881)
            return b""
        opened = apdu.p2 or min(set(range(CHANNELS)) - self.channels.keys())
        if opened in self.channels:
            raise Refused(0x6A86)
        self.channels[opened] = Channel() if number == 0 else Channel(channel.df, channel.adf)
        return b"" if apdu.p2 else bytes((opened,))


COMMANDS: dict[int, Callable[[State, Channel, Apdu], bytes]] = {
    0xA4: select,
    0xF2: status,
    0xB0: content.read_binary,
    0xB2: content.read_record,
    0xD6: content.update_binary,
    0xDC: content.update_record,
    0xA2: content.search_record,
    0x32: content.increase,
    0x04: content.life_cycle(DEACTIVATE),
    0x44: content.life_cycle(ACTIVATE),
    0x20: pins.verify,
    0x24: pins.change_pin,
    0x26: pins.disable_pin,
    0x28: pins.enable_pin,
    0x2C: pins.unblock_pin,
}
