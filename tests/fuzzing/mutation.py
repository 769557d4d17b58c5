"""Changes to an input that leave most of it as it was: of bytes, of TLVs with their lengths right, of parts."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from random import Random

from apdu import TlvError, tlv
from tests.fuzzing.frames import Frame, join, split
from tests.fuzzing.target import Mutate

INTERESTING = bytes.fromhex("00017f808182848530a0a1a23f5fbfff")
INSERTED = (b"\0", b"\x30\0", b"\xff" * 5, b"\x7f\xff\xff\xff", b"\x82\xff\xff")
MOST_PARTS = 40


def octets(random: Random, data: bytes) -> bytes:
    """A few bytes changed, taken out, put in or repeated."""
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        if not changed:
            return random.randbytes(random.randrange(9))
        random.choice(_OCTETS)(random, changed, random.randrange(len(changed)))
    return bytes(changed)


def _any(random: Random, data: bytearray, place: int) -> None:
    data[place] = random.randrange(256)


def _interesting(random: Random, data: bytearray, place: int) -> None:
    data[place] = random.choice(INTERESTING)


def _bit(random: Random, data: bytearray, place: int) -> None:
    data[place] ^= 1 << random.randrange(8)


def _shorter(random: Random, data: bytearray, place: int) -> None:
    del data[place : place + random.choice((1, 1, 2, 8, len(data)))]


def _longer(random: Random, data: bytearray, place: int) -> None:
    data[place:place] = random.choice((*INSERTED, bytes(data[place : place + 8]), random.randbytes(3)))


_OCTETS: tuple[Callable[[Random, bytearray, int], None], ...] = (_any, _interesting, _bit, _shorter, _longer)


def text(random: Random, data: bytes) -> bytes:
    """Bytes of a text: mostly as before, and now and then a piece of it twice, or another sign."""
    changed = bytearray(data)
    place = random.randrange(len(changed) + 1)
    piece = bytes(changed[place : place + random.choice((1, 4, 20, 80))])
    match random.randrange(4):
        case 0:
            changed[place:place] = piece * random.choice((1, 1, 2, 40))
        case 1:
            del changed[place : place + len(piece)]
        case 2:
            changed[place : place + 1] = random.choice(b"0159azAZ\"'{}[]:,;=?+-_ \r\n\t\\/*#").to_bytes(
                1, "big"
            )
        case _:
            return octets(random, data)
    return bytes(changed)


def tlvs(random: Random, data: bytes) -> bytes:
    """One data object, however deep, changed, doubled, moved or gone; the lengths around it fit again."""
    try:
        objects = [each.encoded for each in tlv.parse_all(data)]
    except TlvError:
        return octets(random, data)
    if not objects or not random.randrange(12):
        return octets(random, data)
    place = random.randrange(len(objects))
    one = tlv.parse(objects[place])
    if (tlv.is_constructed(one.tag) and random.randrange(6)) or (one.value and not random.randrange(8)):
        objects[place] = tlv.encode(one.tag, tlvs(random, one.value))
    else:
        random.choice(_OBJECTS)(random, objects, place)
    return b"".join(objects)


def _value(random: Random, objects: list[bytes], place: int) -> None:
    one = tlv.parse(objects[place])
    objects[place] = tlv.encode(one.tag, octets(random, one.value))


def _tag(random: Random, objects: list[bytes], place: int) -> None:
    one = tlv.parse(objects[place])
    tag = random.choice((one.tag ^ 1 << random.randrange(6), *tlv_tags(objects)))
    objects[place] = octets(random, objects[place]) if tag <= 0 else _retagged(tag, one.value)


def tlv_tags(objects: Sequence[bytes]) -> tuple[int, ...]:
    """The tags of these."""
    return tuple(tlv.parse(each).tag for each in objects)


def _retagged(tag: int, value: bytes) -> bytes:
    return tag.to_bytes((tag.bit_length() + 7) // 8, "big") + tlv.encode_length(len(value)) + value


def _gone(_: Random, objects: list[bytes], place: int) -> None:
    del objects[place]


def _twice(random: Random, objects: list[bytes], place: int) -> None:
    objects[place:place] = [objects[place]] * random.choice((1, 1, 1, 30))


def _moved(random: Random, objects: list[bytes], place: int) -> None:
    objects.insert(random.randrange(len(objects)), objects.pop(place))


def _another(random: Random, objects: list[bytes], place: int) -> None:
    objects.insert(
        place,
        random.choice((b"\x30\x00", b"\x80\x01\x01", b"\x5f\x37\x01\x00", b"\x02\x01\xff", b"\xa0\x00")),
    )


_OBJECTS: tuple[Callable[[Random, list[bytes], int], None], ...] = (
    *(_value,) * 5,
    _tag,
    _gone,
    _twice,
    _moved,
    _another,
)


def apdu(random: Random, command: bytes) -> bytes:
    """A command whose Lc fits again where its data was changed, or of which anything was changed."""
    if len(command) <= 5 or not random.randrange(4):
        return octets(random, command)
    header, data, le = command[:4], command[5 : 5 + command[4]], command[5 + command[4] :]
    match random.randrange(5):
        case 0:
            header = octets(random, header)[:4].ljust(4, b"\0")
        case 1:
            data = octets(random, data)
        case _:
            data = tlvs(random, data)
    return header + bytes((len(data) & 0xFF,)) + data[:255] + le


def after(size: int, mutate: Mutate) -> Mutate:
    """The first bytes of an input, which choose something, change rarely; the rest by `mutate`."""

    def changed(random: Random, data: bytes) -> bytes:
        if not random.randrange(10):
            return octets(random, data[:size])[:size].ljust(size, b"\0") + data[size:]
        return data[:size] + mutate(random, data[size:])

    return changed


def framed(*kinds: Mutate) -> Mutate:
    """Parts, each kind changed by what is given for it, in order of the kinds; their order, too."""

    def changed(random: Random, data: bytes) -> bytes:
        parts = list(split(data))[:MOST_PARTS]
        if not parts:
            return join([Frame(random.randrange(len(kinds)), random.randbytes(8))])
        place = random.randrange(len(parts))
        kind, payload = parts[place]
        match random.randrange(12):
            case 0:
                del parts[place]
            case 1:
                parts.insert(place, parts[random.randrange(len(parts))])
            case 2:
                parts.insert(random.randrange(len(parts)), parts.pop(place))
            case 3:
                parts[place] = Frame(random.randrange(256), payload)
            case _:
                parts[place] = Frame(kind, kinds[kind % len(kinds)](random, payload))
        return join(parts)

    return changed


def json_body(random: Random, data: bytes) -> bytes:
    """A JSON object: what a field in base64 or hexadecimal says, or another kind of value; now and then its text."""
    body = _json_object(data)
    if not body or not random.randrange(6):
        return text(random, data)
    name = random.choice([*body])
    value = body[name]
    match random.randrange(10):
        case 0:
            del body[name]
        case 1:
            body[name] = random.choice(_JSON_VALUES)
        case _ if isinstance(value, dict):
            body[name] = json.loads(_object_or_itself(random, value))
        case _ if isinstance(value, str):
            body[name] = _string(random, value)
        case _:
            return text(random, data)
    return json.dumps(body).encode()


_JSON_VALUES: tuple[object, ...] = (
    None,
    True,
    -1,
    0,
    10**30,
    1e308,
    "",
    "\ud800",
    [],
    {},
    [[]],
    [{}],
    {"a": {}},
)


def _json_object(data: bytes) -> dict[str, object]:
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _object_or_itself(random: Random, value: dict[str, object]) -> bytes:
    changed = json_body(random, json.dumps(value).encode())
    return changed if _json_object(changed) else json.dumps(value).encode()


def _string(random: Random, value: str) -> str:
    try:
        if len(value) % 2 == 0 and random.randrange(2):
            return octets(random, bytes.fromhex(value)).hex().upper()
    except ValueError:
        pass  # then it is base64, or a text
    try:
        return b64encode(tlvs(random, b64decode(value, validate=True))).decode()
    except ValueError:
        return text(random, value.encode("utf-8", "replace")).decode("utf-8", "replace")
