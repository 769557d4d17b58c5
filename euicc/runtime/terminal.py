"""What the terminal says about itself, TS 102 221 11.1.19 (TERMINAL CAPABILITY)."""

from __future__ import annotations

from dataclasses import dataclass

from apdu import StatusError, TlvError, status, tlv

_TERMINAL_CAPABILITY = 0xA9
_LPA_CAPABILITIES = 0x83
_IPA_CAPABILITIES = 0x84


@dataclass(frozen=True)
class Terminal:
    """What was declared since reset.

    lpad: first byte of the eUICC-related capabilities (tag 83): 01 LUId, 02 LPDd, 04 LDSd. ipad: that of the
    IoT-related ones (tag 84): 01 IPAd, SGP.32 3.8.2. 0 where nothing was declared.
    """

    lpad: int = 0
    ipad: int = 0

    def declared(self, data: bytes) -> Terminal:
        """With what the data of another TERMINAL CAPABILITY add; members of no interest to an eUICC are
        skipped.

        StatusError 6A80 when it is not the template A9.
        """
        try:
            if tlv.find(data, _TERMINAL_CAPABILITY) is None:
                raise StatusError(status.INCORRECT_DATA)
            lpad = tlv.find(data, _TERMINAL_CAPABILITY, _LPA_CAPABILITIES)
            ipad = tlv.find(data, _TERMINAL_CAPABILITY, _IPA_CAPABILITIES)
        except TlvError:
            raise StatusError(status.INCORRECT_DATA) from None
        return Terminal(self.lpad | _first_byte(lpad), self.ipad | _first_byte(ipad))


def _first_byte(value: bytes | None) -> int:
    return value[0] if value else 0
