"""Short messages of the card, and for it: SEND SHORT MESSAGE and SMS-PP download (TS 31.111 6.4.10 and 7.1.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from apdu import Response, status
from apdu.cat import (
    CommandType,
    Envelope,
    Facility,
    ProactiveCommand,
    Result,
    TerminalResponse,
    profile,
    text,
)
from apdu.cat.commands import SMS_PACKING
from apdu.cat.objects import Address, SmsTpdu
from apdu.tlv import TlvError
from ipa.toolkit.handler import Handler, required

Send = Callable[[bytes, str], Result]
"""Sends an SMS TPDU through the service centre of this number, "" for the one of the subscription. Its Result:
performed once the network has taken it, 35 with the cause when the network refuses, 20 or 21 when it cannot be sent."""

# SMS-SUBMIT, TS 23.040 9.2.2.2
SUBMIT, MESSAGE_TYPE, VALIDITY_FORMAT, USER_DATA_HEADER = 0x01, 0x03, 0x18, 0x40
VALIDITY_BYTES = {0x00: 0, 0x08: 7, 0x10: 1, 0x18: 7}
PACKED_CLASS_0_BIT = 0x04  # of the data coding scheme F4: 8 bits a character

# SMS-DELIVER-REPORT, TS 23.040 9.2.2.1a
PARAMETERS = 0x07  # TP-PI: protocol identifier, data coding scheme and user data are there
DATA_DOWNLOAD, CLASS_2 = 0x7F, 0xF6
TOOLKIT_BUSY, DOWNLOAD_ERROR = 0xD4, 0xD5
REPORTED_AS_ERROR = {status.TOOLKIT_BUSY: TOOLKIT_BUSY}
RESPONSE_PACKET_HEADER = bytes.fromhex("027100")


@dataclass(frozen=True)
class DeliverReport:
    """What the card answered to a short message: `data` for the sender, b"" for none, and its status word."""

    sw: int
    data: bytes = b""

    @classmethod
    def of(cls, response: Response) -> DeliverReport:
        """Of the response to ENVELOPE."""
        return cls(response.sw, response.data)

    @property
    def busy(self) -> bool:
        """The card cannot take it now: it is to be sent again."""
        return self.sw == status.TOOLKIT_BUSY

    @property
    def acknowledged(self) -> bool:
        """RP-ACK, otherwise RP-ERROR: 9000, 91xx, warnings and 6Fxx are acknowledged, TS 31.111 7.1.1.1."""
        return status.is_success(self.sw) or self.sw >> 8 in (0x62, 0x63, 0x6F)

    @property
    def tpdu(self) -> bytes:
        """SMS-DELIVER-REPORT for RP-ACK or RP-ERROR, TS 23.040 9.2.2.1a, with the card's data as user data."""
        header = USER_DATA_HEADER if self.data.startswith(RESPONSE_PACKET_HEADER) else 0
        cause = b"" if self.acknowledged else bytes((REPORTED_AS_ERROR.get(self.sw, DOWNLOAD_ERROR),))
        if not self.data:
            return bytes((header,)) + cause + b"\x00"
        fields = bytes((PARAMETERS, DATA_DOWNLOAD, CLASS_2, len(self.data)))
        return bytes((header,)) + cause + fields + self.data


class ShortMessages:
    """SEND SHORT MESSAGE by a function that has a network. Without one the terminal only brings messages."""

    def __init__(self, send: Send | None = None) -> None:
        self._send = send

    def facilities(self) -> tuple[Facility, ...]:
        """SMS-PP download."""
        return (profile.SMS_PP_DOWNLOAD,)

    def handlers(self) -> Mapping[int, Handler]:
        """SEND SHORT MESSAGE, if it can be."""
        send = self._send
        if send is None:
            return {}
        return {CommandType.SEND_SHORT_MESSAGE: lambda command: _answer(send, command)}

    def due(self) -> tuple[Envelope, ...]:
        """Nothing: messages come from elsewhere."""
        return ()

    def reset(self) -> None:
        """Nothing is kept."""


def _answer(send: Send, command: ProactiveCommand) -> TerminalResponse:
    tpdu = required(command, SmsTpdu).value
    centre = command.find(Address)
    if command.qualifier & SMS_PACKING:
        tpdu = packed(tpdu)
    result = send(tpdu, centre.number if centre else "")
    return TerminalResponse.to(command, result.general, additional=result.additional)


def packed(tpdu: bytes) -> bytes:
    """An SMS-SUBMIT whose user data, 8 bits a character, are packed to 7, TS 31.111 6.4.10. TlvError."""
    if not tpdu or tpdu[0] & MESSAGE_TYPE != SUBMIT or tpdu[0] & USER_DATA_HEADER or len(tpdu) < 3:
        raise TlvError("not an SMS-SUBMIT of plain text")
    scheme = 5 + (tpdu[2] + 1) // 2
    length = scheme + 1 + VALIDITY_BYTES[tpdu[0] & VALIDITY_FORMAT]
    if len(tpdu) <= length or len(tpdu) != length + 1 + tpdu[length]:
        raise TlvError("an SMS-SUBMIT of another length than it says")
    characters = tpdu[length + 1 :]
    coding = bytes((tpdu[scheme] & ~PACKED_CLASS_0_BIT,))
    return tpdu[:scheme] + coding + tpdu[scheme + 1 : length + 1] + text.pack(characters)
