"""A model of a UICC: files, access rules, PINs, channels, in few lines and with nothing of the card's code.

It is told each command APDU and says what the answer must be.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.uicc import model_content, model_pins
from tests.uicc.model_select import select
from tests.uicc.model_state import Apdu, Channel, Refused, State
from tests.uicc.modelled import ACTIVATE, DEACTIVATE

CHANNELS = 20


class Model(State):
    """One card, command by command."""

    def transmit(self, raw: bytes) -> bytes:
        """The answer, with status word."""
        apdu = Apdu.of(raw)
        try:
            return self._run(apdu) + b"\x90\x00"
        except Refused as refused:
            return refused.data + refused.sw.to_bytes(2, "big")

    def _run(self, apdu: Apdu) -> bytes:
        number = (apdu.cla & 0x0F) + 4 if apdu.cla & 0x40 else apdu.cla & 0x03
        channel = self.channels.get(number)
        if channel is None:
            raise Refused(0x6881)
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
    0xB0: model_content.read_binary,
    0xB2: model_content.read_record,
    0xD6: model_content.update_binary,
    0xDC: model_content.update_record,
    0xA2: model_content.search_record,
    0x32: model_content.increase,
    0x04: model_content.life_cycle(DEACTIVATE),
    0x44: model_content.life_cycle(ACTIVATE),
    0x20: model_pins.verify,
    0x24: model_pins.change_pin,
    0x26: model_pins.disable_pin,
    0x28: model_pins.enable_pin,
    0x2C: model_pins.unblock_pin,
}
