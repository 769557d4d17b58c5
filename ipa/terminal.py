"""The terminal around a card: start-up, proactive commands, REFRESH (TS 102 221 11, TS 102 223 6)."""

from __future__ import annotations

from apdu import (
    ApduChannel,
    Command,
    StatusError,
    TlvError,
    Transport,
    TransportError,
    aid,
    instruction,
    open_channel,
    tlv,
)
from ipa.errors import NotAnEuicc

PROPRIETARY = 0x80

# TERMINAL CAPABILITY, TS 102 221 11.1.19.2.4: who on the device's side manages the eUICC.
TERMINAL_CAPABILITY_TEMPLATE = 0xA9
LPA_IN_DEVICE = bytes.fromhex("830107")  # LUId, LPDd and LDSd

# TERMINAL PROFILE, TS 102 223 5.2: profile download (byte 1) and REFRESH (byte 3), nothing else.
REFRESH_ONLY = bytes.fromhex("010080")

PROACTIVE_COMMAND = 0xD0
COMMAND_DETAILS = 0x81
DEVICE_IDENTITIES = 0x82
RESULT = 0x83
COMPREHENSION_REQUIRED = 0x80
FROM_TERMINAL_TO_UICC = bytes.fromhex("8281")
REFRESH_COMMAND = 0x01
PERFORMED = b"\x00"
BEYOND_CAPABILITIES = b"\x30"

# A card that always has one more proactive command is not followed for ever.
PROACTIVE_COMMANDS_MAX = 64
RESETS_MAX = 3


class Terminal:
    """The device's side of one card: brought up on the first use, and again after each change of profiles.

    `profile`: TERMINAL PROFILE to send at start-up, None to send none; a card sends REFRESH only to a terminal that
    sent one. `capability`: data objects for TERMINAL CAPABILITY. `channel_number`: the logical channel for the ISD-R;
    None lets the card assign one, 0 uses the basic channel.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        profile: bytes | None = REFRESH_ONLY,
        capability: bytes = LPA_IN_DEVICE,
        channel_number: int | None = None,
    ) -> None:
        self._transport = transport
        self._profile = profile
        self._capability = capability
        self._channel_number = channel_number
        self._channel: ApduChannel | None = None
        self.fci = b""
        """The FCI that the ISD-R gave when it was selected last."""

    def store_data(self, request: bytes) -> bytes:
        """One ES10 command to the ISD-R; StatusError. Proactive commands that the card has are dealt with after it."""
        channel = self._channel or self.bring_up()
        answer = channel.store_data(request)
        if channel.proactive_pending and self._serve(channel.proactive_pending):
            self.close()
        return answer

    def bring_up(self) -> ApduChannel:
        """Reset, TERMINAL CAPABILITY, TERMINAL PROFILE, a logical channel with the ISD-R selected, SGP.22 5.7.1.

        NotAnEuicc when there is no ISD-R, StatusError when there is no channel.
        """
        for _ in range(RESETS_MAX):
            if not self._start():
                break
        channel = self._select_isd_r()
        self._channel = channel
        return channel

    def refresh(self) -> None:
        """Lets the card finish a change of profiles, SGP.22 3.2.1: a reset, whether or not it sent a REFRESH."""
        self.bring_up()

    def close(self) -> None:
        """Gives up the channel: the next use resets the card and begins anew."""
        self._channel = None

    def _start(self) -> bool:
        """Resets the card and tells it about the terminal; whether it wants to be reset again."""
        self._transport.reset()
        basic = ApduChannel(self._transport)
        self._declare(basic)
        if self._profile is None:
            return False
        basic.send(Command(PROPRIETARY, instruction.TERMINAL_PROFILE, 0, 0, self._profile))
        return self._serve(basic.proactive_pending)

    def _select_isd_r(self) -> ApduChannel:
        number = self._channel_number
        basic = ApduChannel(self._transport)
        channel = basic if number == 0 else open_channel(self._transport, number)
        try:
            self.fci = channel.select(aid.ISD_R)
        except StatusError as error:
            raise NotAnEuicc(str(error)) from error
        return channel

    def _declare(self, basic: ApduChannel) -> None:
        """TERMINAL CAPABILITY. Its status does not matter: a card that does not know the command does without."""
        template = tlv.encode(TERMINAL_CAPABILITY_TEMPLATE, self._capability)
        basic.send(Command(PROPRIETARY, instruction.TERMINAL_CAPABILITY, 0, 0, template))

    def _serve(self, pending: int) -> bool:
        """Fetches and answers proactive commands until there are none; whether a REFRESH was among them."""
        basic = ApduChannel(self._transport)
        refreshed = False
        for _ in range(PROACTIVE_COMMANDS_MAX):
            if not pending:
                return refreshed
            command = basic.send(Command(PROPRIETARY, instruction.FETCH, 0, 0, le=pending)).checked()
            kind, response = answer_to(command)
            refreshed = refreshed or kind == REFRESH_COMMAND
            basic.send(Command(PROPRIETARY, instruction.TERMINAL_RESPONSE, 0, 0, response)).checked()
            pending = basic.proactive_pending
        raise TransportError(f"the card has more than {PROACTIVE_COMMANDS_MAX} proactive commands")


def answer_to(command: bytes) -> tuple[int, bytes]:
    """The type of a proactive command and the TERMINAL RESPONSE to it, TS 102 223 6.8; TransportError if it is none.

    REFRESH is performed, everything else is beyond the terminal's capabilities.
    """
    try:
        parts = {part.tag | COMPREHENSION_REQUIRED: part.value for part in _parts(command)}
    except TlvError as error:
        raise TransportError(f"not a proactive command: {error}") from error
    details = parts.get(COMMAND_DETAILS, b"")
    if len(details) != 3:
        raise TransportError("a proactive command without command details")
    result = PERFORMED if details[1] == REFRESH_COMMAND else BEYOND_CAPABILITIES
    return details[1], b"".join(
        (
            tlv.encode(COMMAND_DETAILS, details),
            tlv.encode(DEVICE_IDENTITIES, FROM_TERMINAL_TO_UICC),
            tlv.encode(RESULT, result),
        )
    )


def _parts(command: bytes) -> list[tlv.Tlv]:
    template = tlv.parse(command)
    if template.tag != PROACTIVE_COMMAND:
        raise TlvError(f"tag {template.tag:X}")
    return template.children()
