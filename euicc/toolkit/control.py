"""What an applet answers to call control and MO short message control, TS 31.111 7.3.1.6 and 7.3.2.3."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from apdu import tlv
from apdu.cat.comprehension import ComprehensionTlv, encode


class ControlResult(IntEnum):
    """Call control result, TS 31.111 7.3.1.6: what the terminal shall do."""

    ALLOWED = 0x00
    NOT_ALLOWED = 0x01
    ALLOWED_WITH_MODIFICATIONS = 0x02


@dataclass(frozen=True, slots=True)
class Control:
    """The answer of the card. objects: with modifications, all that the terminal shall use instead."""

    result: int = ControlResult.ALLOWED
    objects: tuple[ComprehensionTlv, ...] = ()

    def encode(self) -> bytes:
        """The response data of the ENVELOPE."""
        objects = encode(self.objects)
        return bytes((self.result,)) + tlv.encode_length(len(objects)) + objects
