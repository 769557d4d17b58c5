"""SM-SR addressing parameters of the ISD-R, SGP.02 4.1.1.10: a block of BER-TLVs for each way to the SM-SR.

    A3   SMS: 81 the address, type of number and digits as in TS 102 223 8.1
    A4   HTTPS, A5 CAT_TP, and others: kept as they come

Which tags stand inside the blocks is not settled between open implementations: `ADDRESS_TAGS` are those understood.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from apdu import TlvError, tlv

SMS, HTTPS = 0xA3, 0xA4
ADDRESS_TAGS = (0x81, 0x86, 0x06)
"""In the block for SMS: one open SM-SR writes 81; 06 and 86 are those of an address in TS 102 223."""
ADDRESS_LENGTHS = range(2, 12)
"""Bytes of an address that a short message can have, TS 23.040 9.1.2.5: type of number, and up to 20 digits."""


@dataclass(frozen=True)
class SmsrAddress:
    """The blocks by tag, each as its value."""

    blocks: Mapping[int, bytes] = field(default_factory=dict)

    @classmethod
    def parse(cls, data: bytes) -> SmsrAddress:
        """Blocks one after the other, none twice; TlvError for anything else, and an address for no short message."""
        found = tlv.parse_all(data)
        blocks = {each.tag: each.value for each in found if each.constructed}
        if len(blocks) != len(found) or not found:
            raise TlvError("no addressing parameters")
        for each in found:
            _check(each)
        return cls(blocks)

    def encode(self) -> bytes:
        """What `parse` reads; empty without any block."""
        return b"".join(tlv.encode(tag, value) for tag, value in self.blocks.items())

    def updated(self, other: SmsrAddress) -> SmsrAddress:
        """These, with the blocks of the other in the place of theirs; an empty block takes one away."""
        together = {**self.blocks, **other.blocks}
        return SmsrAddress({tag: value for tag, value in together.items() if value})

    @property
    def sms(self) -> bytes | None:
        """Address of the SM-SR for short messages: type of number (1 byte), then digits, nibbles swapped."""
        parts = tlv.parse_all(self.blocks.get(SMS, b""))
        return next((each.value for each in parts if each.tag in ADDRESS_TAGS and each.value), None)

    @property
    def https(self) -> bytes | None:
        """Value of the block for HTTPS."""
        return self.blocks.get(HTTPS)


def _check(block: tlv.Tlv) -> None:
    for each in block.children():
        if block.tag == SMS and each.tag in ADDRESS_TAGS and len(each.value) not in ADDRESS_LENGTHS:
            raise TlvError("an address of that length")
