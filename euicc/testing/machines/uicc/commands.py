"""Random commands for the card and its model: most of them sensible where the model stands, some of them not."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from euicc.testing.machines.uicc.model import Model
from euicc.testing.machines.uicc.profile import (
    ADM1,
    APPLICATIONS,
    CYCLIC,
    DIRECTORIES,
    FIXED,
    LINEAR,
    PIN1,
    PIN2,
    PUK_TRIES,
    TRANSPARENT,
    UNIVERSAL,
    VALUES,
)
from euicc.testing.machines.uicc.state import EFS, PIN_OF, Channel

REFERENCES = (PIN1, PIN1, PIN1, PIN2, PIN2, UNIVERSAL, ADM1, FIXED, 0x03, 0x82, 0x41, 0x00)
FIDS = sorted({path[at : at + 4] for path in (*EFS, *DIRECTORIES) for at in range(0, len(path), 4)})
WITHOUT_LE = 0.1
UNKNOWN = ("2F01", "6F99", "7F20")


def command(random: Random, model: Model, makers: Makers | None = None) -> bytes:
    """One command APDU, of any kind or of those that `makers` make."""
    number = (
        min(model.channels)
        if random.random() < (0.6 if makers is not CHANNELS else 0.2)
        else random.choice((*model.channels, random.randrange(6)))
    )
    make = _get_response if model.waiting and random.random() < 0.5 else random.choice(makers or MAKERS)
    ins, p1, p2, data, le = make(random, model, model.channels.get(number) or Channel())
    if random.random() < 0.03:
        p1 = random.randrange(256) if ins != 0x70 and (ins, p1) != (0xA4, 0x04) else p1
    if random.random() < 0.03 and ins not in (0x70, 0xA4):
        p2 = random.randrange(256)
    if le is not None and random.random() < WITHOUT_LE:
        le = None
    cla = (0x80 if ins in (0x32, 0xF2) else 0x00) | (number if number < 4 else 0x40 | number - 4)
    lengths = (bytes((len(data),)) + data if data else b"") + (b"" if le is None else bytes((le & 0xFF,)))
    return bytes((cla, ins, p1, p2)) + lengths


Made = tuple[int, int, int, bytes, int | None]
"""INS, P1, P2, data, Le."""
Makers = tuple[Callable[[Random, Model, Channel], Made], ...]


def _select_path(random: Random, model: Model, channel: Channel) -> Made:
    path = random.choice([*EFS, *DIRECTORIES])
    if path[:4] in APPLICATIONS:
        path = "7FFF" + path[4:]
    return 0xA4, 0x08, 0x04, bytes.fromhex(path or "3F00"), 256


def _select_application(random: Random, model: Model, channel: Channel) -> Made:
    aid = random.choice([*APPLICATIONS.values()]) if random.random() < 0.9 else b"\xa0\x00\x00\x09"
    return 0xA4, 0x04, random.choice((0x04, 0x0C)), aid, 256


def _select_fid(random: Random, model: Model, channel: Channel) -> Made:
    fid = random.choice((*FIDS, "3F00", "7FFF") if random.random() < 0.95 else UNKNOWN)
    return 0xA4, random.choice((0x00, 0x00, 0x01, 0x09)), random.choice((0x04, 0x0C)), bytes.fromhex(fid), 256


def _select_otherwise(random: Random, model: Model, channel: Channel) -> Made:
    data = random.choice((b"", b"\x3f", b"\x3f\x00\x2f\x05", b"\x3f\x00", b"\x5f\x3b\x4f\x20"))
    return (
        0xA4,
        random.choice((0x00, 0x01, 0x03, 0x03, 0x08, 0x09, 0x02)),
        random.choice((0x00, 0x04, 0x08)),
        data,
        256,
    )


def _status(random: Random, model: Model, channel: Channel) -> Made:
    return 0xF2, random.choice((0, 1, 2)), random.choice((0, 1, 0x0C)), b"", random.choice((256, 256, 14, 40))


def _get_response(random: Random, model: Model, channel: Channel) -> Made:
    return 0xC0, 0, 0, b"", random.choice((256, len(model.waiting) or 1, 5, 40))


def _place(random: Random, channel: Channel) -> tuple[int, int]:
    """P1 P2 of a command on bytes."""
    if random.random() < 0.7:
        return 0x80 | _sfi(random, channel, TRANSPARENT), random.randrange(12)
    return 0, random.randrange(12)


def _sfi(random: Random, channel: Channel, *kinds: int) -> int:
    """Mostly of a suitable EF in the current directory."""
    suitable = [ef.sfi for path, ef in EFS.items() if path[:-4] == channel.df and ef.kind in kinds and ef.sfi]
    if suitable and random.random() < 0.8:
        return random.choice(suitable)
    return random.choice([ef.sfi or 0x1F for ef in EFS.values()])


def _read_binary(random: Random, model: Model, channel: Channel) -> Made:
    p1, p2 = _place(random, channel)
    return 0xB0, p1, p2, b"", random.choice((256, 256, random.randrange(1, 20)))


def _letters(random: Random, count: int) -> bytes:
    """Few different ones, so that a search may find them."""
    return bytes(random.choice(b"ab\x00") for _ in range(count))


def _update_binary(random: Random, model: Model, channel: Channel) -> Made:
    p1, p2 = _place(random, channel)
    return 0xD6, p1, p2, _letters(random, random.randrange(6)), None


def _record(random: Random, channel: Channel, *modes: int) -> tuple[int, int]:
    """P1 P2 of a command on records."""
    mode = random.choice(modes)
    number = random.choice((0, 0, 1, 2, 3, 4, 5)) if mode == 4 or random.random() < 0.05 else 0
    here = channel.ef is not None and EFS[channel.ef].record_length and random.random() < 0.8
    return number, (0 if here else _sfi(random, channel, LINEAR, CYCLIC)) << 3 | mode


def _read_record(random: Random, model: Model, channel: Channel) -> Made:
    p1, p2 = _record(random, channel, 2, 3, 4, 4)
    return 0xB2, p1, p2, b"", random.choice((256, 256, 3, 4, 5))


def _update_record(random: Random, model: Model, channel: Channel) -> Made:
    p1, p2 = _record(random, channel, 2, 3, 3, 4)
    return 0xDC, p1, p2, _letters(random, random.choice((3, 4, 5))), None


def _search_record(random: Random, model: Model, channel: Channel) -> Made:
    p1, p2 = _record(random, channel, 4, 4, 5, 6, 6)
    start = p1 or random.choice((0, 0, 1, 1, 2, 3))
    if p2 & 7 != 6:
        return 0xA2, start, p2, random.choice((b"a", b"b", b"\x00", b"ab", b"t", b"o")), 256
    indication = random.choice((4, 5, 6, 7, 12, 13, 14, 15, 16))
    byte = random.choice((0, 1, 2)) if indication < 8 else ord("a")
    return (
        0xA2,
        start,
        p2,
        bytes((indication, byte)) + random.choice((b"", b"b", b"\x00", b"a", b"e", b"bc")),
        256,
    )


def _increase(random: Random, model: Model, channel: Channel) -> Made:
    p1 = 0x80 | _sfi(random, channel, CYCLIC) if random.random() < 0.7 else 0
    return 0x32, p1, 0, random.choice((b"\x01", b"\x00\x00\x01", b"\x0f\x00\x00", b"\x00" * 4, b"")), 256


def _life_cycle(random: Random, model: Model, channel: Channel) -> Made:
    ins = random.choice((0x04, 0x44, 0x44))
    if random.random() < 0.6:
        return ins, 0, 0, b"", None
    _, p1, _, data, _ = random.choice((_select_path, _select_fid))(random, model, channel)
    return ins, p1, 0, data, None


def _pin_value(random: Random, model: Model, reference: int) -> bytes:
    """Mostly the right one."""
    known = [at for at in PIN_OF if at[1] == reference]
    if known and random.random() < 0.6:
        return model.lasting.pins[random.choice(known)].value
    return random.choice(VALUES)


def _verify(random: Random, model: Model, channel: Channel) -> Made:
    reference = random.choice(REFERENCES)
    if random.random() < 0.2:
        return random.choice((0x20, 0x2C)), 0, reference, b"", None
    ins = random.choice((0x20, 0x20, 0x20, 0x26, 0x28, 0x28))
    p1 = 0x91 if ins == 0x26 and random.random() < 0.4 else 0
    value = _pin_value(random, model, reference)
    return ins, p1, reference, value if random.random() < 0.97 else value[:-1], None


def _change(random: Random, model: Model, channel: Channel) -> Made:
    reference = random.choice(REFERENCES)
    first = _pin_value(random, model, reference)
    ins = random.choice((0x24, 0x24, 0x2C))
    if ins == 0x2C:
        wrong = random.random() < 0.2
        first = VALUES[0] if wrong else random.choice([value for value, _ in PUK_TRIES.values()])
    return ins, 0, reference, first + random.choice(VALUES), None


def _manage_channel(random: Random, model: Model, channel: Channel) -> Made:
    if len(model.channels) < 4 and random.random() < 0.6:
        return 0x70, 0x00, random.choice((0, 0, random.randrange(1, 7))), b"", 1
    return 0x70, 0x80, random.randrange(7), b"", None


RECORDS: Makers = (
    *(_read_record,) * 4,
    *(_update_record,) * 2,
    *(_search_record,) * 3,
    *(_increase,) * 2,
)
PINS: Makers = (*(_verify,) * 4, *(_change,) * 4, _read_binary, _read_record, _update_binary, _select_path)
FILES: Makers = (
    *(_get_response,) * 2,
    _status,
    *(_select_path,) * 5,
    *(_select_application,) * 3,
    *(_select_fid,) * 4,
    _select_otherwise,
    _life_cycle,
    *(_read_binary,) * 3,
    *(_update_binary,) * 2,
)
MAKERS: Makers = (_get_response, _status, *FILES, *RECORDS, *PINS, _manage_channel)
CHANNELS: Makers = (_manage_channel, *(_select_path,) * 2, *(_read_record,) * 3, _search_record)
THEMES = (MAKERS, RECORDS, PINS, FILES, CHANNELS)
