"""Reading, writing, searching, increasing, deactivating in the model of a UICC."""

from __future__ import annotations

from collections.abc import Callable

from euicc.testing.machines.uicc.profile import CYCLIC, DEACTIVATE, INCREASE, READ, TRANSPARENT, UPDATE
from euicc.testing.machines.uicc.selection import current, named, target, use
from euicc.testing.machines.uicc.state import EFS, Apdu, Channel, Refused, State


def _binary(model: State, channel: Channel, apdu: Apdu, access: int) -> tuple[str, int, bytes]:
    sfi, offset = None, apdu.p1 << 8 | apdu.p2
    if apdu.p1 & 0x80:
        if apdu.p1 & 0x60:
            raise Refused(0x6A86)
        sfi, offset = apdu.p1 & 0x1F, apdu.p2
    path = target(channel, sfi)
    if EFS[path].kind != TRANSPARENT:
        raise Refused(0x6981)
    model.check(path, apdu.ins, access)
    content = model.body(path)
    if offset >= len(content):
        raise Refused(0x6B00)
    return path, offset, content


def read_binary(model: State, channel: Channel, apdu: Apdu) -> bytes:
    """READ BINARY, TS 102 221 11.1.3."""
    path, offset, content = _binary(model, channel, apdu, READ)
    left = content[offset:]
    wanted = apdu.le or 256
    if wanted != 256 and wanted > len(left):
        raise Refused(0x6C00 | len(left))
    use(channel, path)
    return left[:wanted]


def update_binary(model: State, channel: Channel, apdu: Apdu) -> bytes:
    """UPDATE BINARY, 11.1.4."""
    if not apdu.data:
        raise Refused(0x6700)
    path, offset, content = _binary(model, channel, apdu, UPDATE)
    end = offset + len(apdu.data)
    if end > len(content):
        raise Refused(0x6700)
    model.write(path, content[:offset] + apdu.data + content[end:])
    use(channel, path)
    return b""


def _records(model: State, channel: Channel, apdu: Apdu, access: int) -> tuple[str, list[bytes], int | None]:
    path = target(channel, apdu.p2 >> 3 or None)
    length = EFS[path].record_length
    if not length:
        raise Refused(0x6981)
    model.check(path, apdu.ins, access)
    content = model.body(path)
    pointer = channel.record if channel.ef == path else None
    return path, [content[at : at + length] for at in range(0, len(content), length)], pointer


def _number(apdu: Apdu, path: str, count: int, pointer: int | None) -> tuple[int, int | None]:
    """The record a mode means, and where it leaves the pointer."""
    mode = apdu.p2 & 7
    if mode == 4:
        number, after = apdu.p1 or pointer or 0, pointer
    else:
        first, step = (1, 1) if mode == 2 else (count, -1)
        number = first if pointer is None else pointer + step
        if EFS[path].kind == CYCLIC:
            number = (number - 1) % count + 1
        after = number
    if not 1 <= number <= count:
        raise Refused(0x6A83)
    return number, after


def read_record(model: State, channel: Channel, apdu: Apdu) -> bytes:
    """READ RECORD, 11.1.5."""
    if apdu.p2 & 7 not in (2, 3, 4):
        raise Refused(0x6A86)
    path, records, pointer = _records(model, channel, apdu, READ)
    number, after = _number(apdu, path, len(records), pointer)
    record = records[number - 1]
    if apdu.le not in (None, 256, len(record)):
        raise Refused(0x6C00 | len(record))
    use(channel, path)
    channel.record = after
    return record


def update_record(model: State, channel: Channel, apdu: Apdu) -> bytes:
    """UPDATE RECORD, 11.1.6."""
    if apdu.p2 & 7 not in (2, 3, 4):
        raise Refused(0x6A86)
    path, records, pointer = _records(model, channel, apdu, UPDATE)
    if EFS[path].kind == CYCLIC and apdu.p2 & 7 != 3:
        raise Refused(0x6981)
    number, after = _number(apdu, path, len(records), pointer)
    if len(apdu.data) != len(records[0]):
        raise Refused(0x6700)
    if EFS[path].kind == CYCLIC:
        records, after = [apdu.data, *records[:-1]], 1
    else:
        records[number - 1] = apdu.data
    model.write(path, b"".join(records))
    use(channel, path)
    channel.record = after
    return b""


def search_record(model: State, channel: Channel, apdu: Apdu) -> bytes:
    """SEARCH RECORD, 11.1.7."""
    mode = apdu.p2 & 7
    if mode not in (4, 5, 6):
        raise Refused(0x6A86)
    if len(apdu.data) < (3 if mode == 6 else 1):
        raise Refused(0x6700)
    if mode == 6 and apdu.data[0] & 0xF7 not in (4, 5, 6, 7):
        raise Refused(0x6A80)
    path, records, pointer = _records(model, channel, apdu, READ)
    everything = list(range(1, len(records) + 1))
    kind = apdu.data[0] & 7 if mode == 6 else mode
    origin = apdu.p1 or pointer
    if kind in (4, 5) and origin not in everything:
        raise Refused(0x6A83)
    order = {
        4: [number for number in everything if number >= (origin or 0)],
        5: [number for number in reversed(everything) if number <= (origin or 0)],
        6: [number for number in everything if pointer is None or number > pointer],
        7: [number for number in reversed(everything) if pointer is None or number < pointer],
    }[kind]
    found = [number for number in order if _matches(records[number - 1], mode, apdu.data)]
    use(channel, path)
    if not found:
        raise Refused(0x6282)
    channel.record = found[0]
    return bytes(found)


def _matches(record: bytes, mode: int, data: bytes) -> bool:
    if mode != 6:
        return record.startswith(data)
    offset = data[1]
    if data[0] & 8:
        if data[1] not in record:
            return False
        offset = record.index(data[1]) + 1
    return record[offset:].startswith(data[2:])


def increase(model: State, channel: Channel, apdu: Apdu) -> bytes:
    """INCREASE, 11.1.8."""
    if apdu.p2 or (apdu.p1 and (not apdu.p1 & 0x80 or apdu.p1 & 0x60)):
        raise Refused(0x6A86)
    path = target(channel, apdu.p1 & 0x1F if apdu.p1 else None)
    if EFS[path].kind != CYCLIC:
        raise Refused(0x6981)
    model.check(path, INCREASE, UPDATE)
    content, length = model.body(path), EFS[path].record_length
    if not 1 <= len(apdu.data) <= length:
        raise Refused(0x6700)
    total = int.from_bytes(content[:length], "big") + int.from_bytes(apdu.data, "big")
    if total >= 1 << 8 * length:
        raise Refused(0x9850)
    newest = total.to_bytes(length, "big")
    model.write(path, newest + content[:-length])
    use(channel, path)
    channel.record = 1
    return newest + apdu.data


def life_cycle(access: int) -> Callable[[State, Channel, Apdu], bytes]:
    """DEACTIVATE FILE and ACTIVATE FILE, 11.1.14 and 11.1.15."""

    def change(model: State, channel: Channel, apdu: Apdu) -> bytes:
        if apdu.p1 not in (0x00, 0x08, 0x09) or apdu.p2:
            raise Refused(0x6A86)
        by_name = bool(apdu.data) or apdu.p1
        path = named(channel, apdu.p1, apdu.data) if by_name else current(channel)
        if path not in EFS:
            raise Refused(0x6981)
        model.check(path, apdu.ins, access)
        (model.lasting.deactivated.add if access == DEACTIVATE else model.lasting.deactivated.discard)(path)
        if by_name:
            channel.df, channel.ef, channel.record = path[:-4], path, None
        return b""

    return change
