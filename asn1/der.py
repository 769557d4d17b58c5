"""Tags, lengths and the contents of simple types in BER and DER, X.690.

A tag is an int made of its identifier octets as they stand on the wire: 0x5A, 0xBF2D, 0x9F70.

Reading functions expect a buffer with PADDING behind the message, so that a header can be read without asking for
the end of the buffer first; the check of the length against the parent then refuses whatever reached past it.
"""

from __future__ import annotations

from collections.abc import Callable

from asn1.bitstring import BitString

PADDING = bytes(8)
CONSTRUCTED = 0x20  # in the first identifier octet
LONGEST_ARC = (
    19  # octets: the 128 bits of a UUID under 2.25; anything longer is an attack on big-number arithmetic
)


class Asn1Error(Exception):
    """The bytes are not what the schema says, or a value does not fit it. The codec raises nothing else."""


def tag_octets(tag: int) -> bytes:
    """The identifier octets of a tag."""
    return tag.to_bytes((tag.bit_length() + 7) // 8 or 1, "big")


def header(data: bytes, position: int, end: int) -> tuple[int, int, int]:
    """Tag, start and end of the contents of the TLV at `position`, which must lie before `end`. X.690 8.1.

    Long form lengths need not be minimal. Asn1Error for an indefinite or huge length, or one past `end`.
    """
    tag = data[position]
    start = position + 1
    if tag & 0x1F == 0x1F:
        tag, start = _long_tag(data, tag, start)
    length = data[start]
    start += 1
    if length & 0x80:
        size = length & 0x7F
        if not 1 <= size <= 4:
            raise Asn1Error(f"length octet {length:02X} at {start - 1}")
        length = int.from_bytes(data[start : start + size], "big")
        start += size
    stop = start + length
    if stop > end:
        raise Asn1Error(f"element {tag:X} at {position} does not end inside its parent")
    return tag, start, stop


def _long_tag(data: bytes, tag: int, position: int) -> tuple[int, int]:
    for _ in range(3):
        octet = data[position]
        tag = tag << 8 | octet
        position += 1
        if not octet & 0x80:
            return tag, position
    raise Asn1Error(f"tag of more than four octets before {position}")


def tag_size(encoded: bytes) -> int:
    """How many octets the tag of a well-formed TLV takes."""
    size = 1
    if encoded[0] & 0x1F == 0x1F:
        while encoded[size] & 0x80:
            size += 1
        size += 1
    return size


def length_octets(length: int) -> bytes:
    """The minimal definite length octets."""
    if length < 0x80:
        return bytes((length,))
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(octets),)) + octets


def one_tlv(data: bytes) -> tuple[int, int, int]:
    """Tag, start and end of the contents of the one TLV which `data`, unpadded, consists of."""
    if not data:
        raise Asn1Error("no bytes")
    tag, start, stop = header(data + PADDING, 0, len(data))
    if stop != len(data):
        raise Asn1Error(f"{len(data) - stop} bytes behind the message")
    return tag, start, stop


# -- contents of simple types: readers take (buffer, start, end) ------------------------------------------------------


def read_boolean(data: bytes, start: int, end: int) -> bool:
    """BOOLEAN, X.690 8.2: any octet but zero is TRUE."""
    if end - start != 1:
        raise Asn1Error(f"BOOLEAN of {end - start} octets")
    return data[start] != 0


def write_boolean(value: object) -> bytes:
    """BOOLEAN, X.690 11.1: TRUE is FF."""
    if value is True:
        return b"\xff"
    if value is False:
        return b"\0"
    raise Asn1Error(f"{type(value).__name__} is not a BOOLEAN")


def read_null(data: bytes, start: int, end: int) -> bool:
    """NULL, X.690 8.8, as True: it is there."""
    if end != start:
        raise Asn1Error(f"NULL of {end - start} octets")
    return True


def write_null(value: object) -> bytes:
    """NULL, X.690 8.8."""
    if value is not True:
        raise Asn1Error(f"{type(value).__name__} is not a NULL, which is True")
    return b""


def read_integer(data: bytes, start: int, end: int) -> int:
    """INTEGER, X.690 8.3; superfluous leading octets are accepted."""
    if end == start:
        raise Asn1Error("empty INTEGER")
    return int.from_bytes(data[start:end], "big", signed=True)


def write_integer(value: object) -> bytes:
    """INTEGER, X.690 8.3: two's complement, shortest."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise Asn1Error(f"{type(value).__name__} is not an INTEGER")
    bits = value.bit_length() if value >= 0 else (value + 1).bit_length()
    return value.to_bytes(bits // 8 + 1, "big", signed=True)


def read_octets(data: bytes, start: int, end: int) -> bytes:
    """OCTET STRING, X.690 8.7, primitive."""
    return data[start:end]


def write_octets(value: object) -> bytes:
    """OCTET STRING, X.690 8.7."""
    if not isinstance(value, bytes):
        raise Asn1Error(f"{type(value).__name__} is not an OCTET STRING")
    return value


def _unused_bits(data: bytes, start: int, end: int) -> int:
    if end == start:
        raise Asn1Error("BIT STRING without its octet of unused bits")
    unused = data[start]
    if unused > 7 or (unused and end - start == 1):
        raise Asn1Error(f"BIT STRING with {unused} unused bits in {end - start - 1} octets")
    return unused


def read_bits(data: bytes, start: int, end: int) -> BitString:
    """BIT STRING, X.690 8.6, primitive."""
    unused = _unused_bits(data, start, end)
    return BitString(data[start + 1 : end], (end - start - 1) * 8 - unused)


def write_bits(value: object) -> bytes:
    """BIT STRING, X.690 8.6."""
    if not isinstance(value, BitString):
        raise Asn1Error(f"{type(value).__name__} is not a BIT STRING")
    return bytes((len(value.data) * 8 - value.length,)) + value.data


def read_named_bits(data: bytes, start: int, end: int) -> BitString:
    """BIT STRING with named bits: trailing zero bits mean nothing (X.680 22.7) and are dropped."""
    unused = _unused_bits(data, start, end)
    if unused and data[end - 1] & ((1 << unused) - 1):  # set bits among the unused ones
        return read_bits(data, start, end).trimmed()
    return BitString.named(data[start + 1 : end])


def write_named_bits(value: object) -> bytes:
    """BIT STRING with named bits, X.690 11.2.2: no trailing zero bits."""
    return write_bits(value.trimmed() if isinstance(value, BitString) else value)


def read_oid(data: bytes, start: int, end: int) -> str:
    """OBJECT IDENTIFIER, X.690 8.19, in dotted form."""
    if end == start or data[end - 1] & 0x80:
        raise Asn1Error("OBJECT IDENTIFIER without an end")
    arcs: list[int] = []
    arc, first = 0, start
    for position in range(start, end):
        octet = data[position]
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc, first = 0, position + 1
        elif position - first >= LONGEST_ARC or (position == first and octet == 0x80):
            raise Asn1Error(f"arc of an OBJECT IDENTIFIER at {first} is too long")
    root = min(arcs[0] // 40, 2)
    return ".".join(map(str, (root, arcs[0] - 40 * root, *arcs[1:])))


def write_oid(value: object) -> bytes:
    """OBJECT IDENTIFIER, X.690 8.19, from its dotted form."""
    parts = value.split(".") if isinstance(value, str) else []
    if len(parts) < 2 or not all(part.isascii() and part.isdigit() and len(part) <= 39 for part in parts):
        raise Asn1Error(f"{value!r} is not an OBJECT IDENTIFIER")
    root, second, *arcs = map(int, parts)
    if root > 2 or (root < 2 and second > 39):
        raise Asn1Error(f"{value!r} is not an OBJECT IDENTIFIER")
    return b"".join(map(_arc_octets, (40 * root + second, *arcs)))


def _arc_octets(arc: int) -> bytes:
    octets = [arc & 0x7F]
    while arc := arc >> 7:
        octets.append(arc & 0x7F | 0x80)
    return bytes(reversed(octets))


CHARACTER_ENCODINGS = {
    "UTF8String": "utf-8",
    "NumericString": "ascii",
    "PrintableString": "ascii",
    "IA5String": "ascii",
    "VisibleString": "ascii",
    "TeletexString": "latin-1",
    "BMPString": "utf-16-be",
    "UniversalString": "utf-32-be",
    "UTCTime": "ascii",
    "GeneralizedTime": "ascii",
}


def string_reader(kind: str) -> Callable[[bytes, int, int], str]:
    """A reader for a character string type, X.690 8.23."""
    encoding = CHARACTER_ENCODINGS[kind]

    def read_string(data: bytes, start: int, end: int) -> str:
        try:
            return data[start:end].decode(encoding)
        except UnicodeDecodeError as error:
            raise Asn1Error(f"{kind} at {start}: {error.reason}") from None

    return read_string


def string_writer(kind: str) -> Callable[[object], bytes]:
    """A writer for a character string type, X.690 8.23."""
    encoding = CHARACTER_ENCODINGS[kind]

    def write_string(value: object) -> bytes:
        if not isinstance(value, str):
            raise Asn1Error(f"{type(value).__name__} is not a {kind}")
        try:
            return value.encode(encoding)
        except UnicodeEncodeError as error:
            raise Asn1Error(f"{kind}: {error.reason}") from None

    return write_string
