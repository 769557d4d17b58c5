"""Texts on cards: default alphabet of TS 23.038, plain and packed, and UCS2 in three ways (TS 102 221 annex A)."""

from __future__ import annotations

from apdu.ef.error import ContentError

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The basic characters of TS 23.038 6.2.1 by their code; 1B leads to the extension."""
ESCAPE = 0x1B
EXTENSION = {
    0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|", 0x65: "€",
}  # fmt: skip
"""Characters after the escape, TS 23.038 6.2.1.1."""
_CODES = {character: bytes([code]) for code, character in enumerate(BASIC) if code != ESCAPE}
_CODES |= {character: bytes([ESCAPE, code]) for code, character in EXTENSION.items()}

UCS2, UCS2_HALF_PAGE, UCS2_BASE = 0x80, 0x81, 0x82
_FILLER = b"\xff"
PACKED_BITS = 7


def in_default_alphabet(text: str) -> bool:
    """Whether the default alphabet has all its characters."""
    return all(character in _CODES for character in text)


def decode_default(codes: bytes) -> str:
    """Characters of the default alphabet, one to a byte, bit 8 zero; ContentError for others."""
    found, extended = [], False
    for code in codes:
        if code > 0x7F:
            raise ContentError(f"{code:02X} is no character of the default alphabet")
        if code == ESCAPE and not extended:
            extended = True
            continue
        # An unknown extension is shown as the basic character, TS 23.038 6.2.1.1; one escape more as a space.
        found.append(EXTENSION.get(code, " " if code == ESCAPE else BASIC[code]) if extended else BASIC[code])
        extended = False
    return "".join(found)


def encode_default(text: str) -> bytes:
    """The codes of a text, one to a byte; ContentError when the alphabet lacks a character."""
    try:
        return b"".join(_CODES[character] for character in text)
    except KeyError as error:
        raise ContentError(f"the default alphabet has no {error}") from error


def pack(codes: bytes) -> bytes:
    """Codes of 7 bits one after the other, TS 23.038 6.1.2."""
    bits = sum(code << PACKED_BITS * position for position, code in enumerate(codes))
    return bits.to_bytes((PACKED_BITS * len(codes) + 7) // 8, "little")


def unpack(data: bytes, spare_bits: int = 0) -> bytes:
    """The codes in packed data of which the last `spare_bits` are no character."""
    bits = int.from_bytes(data, "little")
    count = max(0, 8 * len(data) - spare_bits) // PACKED_BITS
    return bytes(bits >> PACKED_BITS * position & 0x7F for position in range(count))


def decode_alpha(data: bytes) -> str:
    """An alpha identifier, TS 102 221 annex A, with its filler; ContentError."""
    if data[:1] == bytes([UCS2]):
        return _decode_ucs2(data[1:])
    if data[:1] in (bytes([UCS2_HALF_PAGE]), bytes([UCS2_BASE])):
        return _decode_offsets(data)
    codes = data.rstrip(_FILLER)
    return decode_default(codes)


def encode_alpha(text: str, size: int | None = None) -> bytes:
    """An alpha identifier, filled up with FF to `size`; in UCS2 where the default alphabet lacks a character."""
    coded = encode_default(text) if in_default_alphabet(text) else bytes([UCS2]) + encode_ucs2(text)
    if size is None:
        return coded
    if len(coded) > size:
        raise ContentError(f"{text!r} does not fit into {size} bytes")
    return coded.ljust(size, _FILLER)


def encode_ucs2(text: str) -> bytes:
    """UCS2; ContentError for half a surrogate."""
    try:
        return text.encode("utf-16-be")
    except UnicodeEncodeError as error:
        raise ContentError(str(error)) from error


def _decode_ucs2(data: bytes) -> str:
    whole = data[: len(data) - len(data) % 2]
    while whole[-2:] == _FILLER * 2:
        whole = whole[:-2]
    try:
        return whole.decode("utf-16-be")
    except UnicodeDecodeError as error:
        raise ContentError(str(error)) from error


def _decode_offsets(data: bytes) -> str:
    """81: length, bits 15-8 of a half page; 82: length, a base of two bytes. Then codes, bit 8: offset from there."""
    header = 3 if data[0] == UCS2_HALF_PAGE else 4
    if len(data) < header or len(data) < header + data[1]:
        raise ContentError("an alpha identifier that ends early")
    base = data[2] << 7 if data[0] == UCS2_HALF_PAGE else int.from_bytes(data[2:4], "big")
    codes = data[header : header + data[1]]
    return "".join(
        chr(base + (code & 0x7F)) if code > 0x7F else decode_default(bytes([code])) for code in codes
    )
