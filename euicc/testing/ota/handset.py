"""The smallest device that an OTA platform can reach a card through: it hands short messages over, and fetches.

For a platform that is tried out without a whole device; a real one has a proactive loop of its own.
"""

from __future__ import annotations

from collections.abc import Callable

from apdu import Command, Response, TlvError, Transport, instruction, status, tlv
from euicc.testing.ota.sms import envelope, response_packets

_SEND_SHORT_MESSAGE = 0x13
_UICC_RESET = bytes((0x01, 0x04))
"""Type and qualifier of REFRESH with UICC reset."""
_DETAILS, _TPDU = 0x01, 0x0B
_COMPREHENSION = 0x80
_TERMINAL_TO_UICC = bytes.fromhex("8281")
_DONE = 0x00
ALL_FACILITIES = b"\xff" * 20
"""TERMINAL PROFILE of a device that knows every proactive command."""


class Handset:
    """A card's device. sent: SMS-SUBMIT TPDUs of the card; commands: the proactive commands (tag D0) it fetched.

    answer: the general result of a proactive command by its type; default: 00.
    """

    def __init__(self, card: Transport, profile: bytes | None = ALL_FACILITIES) -> None:
        """Over a card that was reset; `profile` is its TERMINAL PROFILE, None: none is sent."""
        self._card = card
        self._profile = profile
        self.sent: list[bytes] = []
        self.commands: list[bytes] = []
        self.answer: Callable[[int], int] = lambda command_type: _DONE
        self._introduce()

    def reset(self) -> None:
        """Reset the card, and say again what this device knows."""
        self._card.reset()
        self._introduce()

    def deliver(self, tpdu: bytes) -> bytes:
        """Hand an SMS-DELIVER to the card, then do what it wants; user data for the SMS-DELIVER-REPORT."""
        return self.transmit(envelope(tpdu)).data

    def transmit(self, command: Command) -> Response:
        """A command with everything that follows from it: GET RESPONSE, and proactive commands."""
        response = Response.parse(self._card.transmit(command.encode()))
        last = response
        data = response.data
        while last.sw1 == status.RESPONSE_AVAILABLE_XX >> 8:
            get = Command(0x00, instruction.GET_RESPONSE, 0, 0, le=last.sw2 or 256)
            last = Response.parse(self._card.transmit(get.encode()))
            data += last.data
        whole = Response(data, last.sw)
        while last.sw1 == status.PROACTIVE_COMMAND_XX >> 8:
            last = self._proactive(last.sw2 or 256)
        return whole

    def _introduce(self) -> None:
        if self._profile is not None:
            self.transmit(Command(0x80, instruction.TERMINAL_PROFILE, 0, 0, self._profile))

    def _proactive(self, length: int) -> Response:
        """FETCH and TERMINAL RESPONSE; what the card answers to the latter."""
        fetch = Command(0x80, instruction.FETCH, 0, 0, le=length)
        command = Response.parse(self._card.transmit(fetch.encode())).checked()
        self.commands.append(command)
        objects = _objects(command)
        details = objects[_DETAILS]
        if details[1] == _SEND_SHORT_MESSAGE:
            self.sent.append(objects[_TPDU])
        result = self.answer(details[1])
        data = (
            tlv.encode(_COMPREHENSION | _DETAILS, details)
            + tlv.encode(0x82, _TERMINAL_TO_UICC)
            + tlv.encode(0x83, bytes((result,)))
        )
        response = self._card.transmit(Command(0x80, instruction.TERMINAL_RESPONSE, 0, 0, data).encode())
        if details[1:] == _UICC_RESET and result == _DONE:
            self.reset()
            return Response(b"", status.SUCCESS)
        return Response.parse(response)

    def user_data_sent(self) -> list[bytes]:
        """The response packets in the short messages that the card sent, as `sms.response_packets`."""
        return response_packets(self.sent)


def _objects(command: bytes) -> dict[int, bytes]:
    """The data objects of a proactive command by tag without the comprehension flag."""
    outer = tlv.parse(command)
    if outer.tag != 0xD0:
        raise TlvError(f"no proactive command: {outer.tag:X}")
    return {element.tag & ~_COMPREHENSION: element.value for element in outer.children()}
