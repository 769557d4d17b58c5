"""What a modem understands of the card's proactive commands: REFRESH, and politely nothing else (TS 102 223 6)."""

from __future__ import annotations

from dataclasses import dataclass

from apdu import TlvError, tlv

PROACTIVE_COMMAND = 0xD0
COMMAND_DETAILS = 0x81
DEVICE_IDENTITIES = 0x82
RESULT = 0x83
COMPREHENSION_REQUIRED = 0x80
FROM_TERMINAL_TO_UICC = bytes((0x82, 0x81))
REFRESH = 0x01
PERFORMED = b"\x00"
BEYOND_CAPABILITIES = b"\x30"

# Qualifiers of REFRESH that end in a reset of the card, TS 102 223 6.4.7: UICC reset, and eUICC profile state change,
# which leaves the choice to the terminal.
RESETTING = (0x04, 0x09)


@dataclass(frozen=True, slots=True)
class ProactiveCommand:
    """Command details of a proactive command, TS 102 223 8.6: number, type and qualifier, 3 bytes."""

    details: bytes

    @classmethod
    def parse(cls, encoded: bytes) -> ProactiveCommand:
        """The command that was fetched; TlvError when it is none."""
        template = tlv.parse(encoded)
        if template.tag != PROACTIVE_COMMAND:
            raise TlvError(f"tag {template.tag:X}")
        parts = {part.tag | COMPREHENSION_REQUIRED: part.value for part in template.children()}
        details = parts.get(COMMAND_DETAILS, b"")
        if len(details) != 3:
            raise TlvError("no command details")
        return cls(details)

    @property
    def refreshes(self) -> bool:
        """Whether it is REFRESH."""
        return self.details[1] == REFRESH

    @property
    def resets(self) -> bool:
        """Whether the card is to be reset for it."""
        return self.refreshes and self.details[2] in RESETTING

    def response(self) -> bytes:
        """TERMINAL RESPONSE, TS 102 223 6.8: performed, or beyond the terminal's capabilities."""
        result = PERFORMED if self.refreshes else BEYOND_CAPABILITIES
        parts = (
            (COMMAND_DETAILS, self.details),
            (DEVICE_IDENTITIES, FROM_TERMINAL_TO_UICC),
            (RESULT, result),
        )
        return b"".join(tlv.encode(tag, value) for tag, value in parts)
