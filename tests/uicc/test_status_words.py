"""Each status word in its situation, through the card: one table, held complete.

TABLE is what TS 102 221 10.2.1 and TS 31.102 7.3 have for a UICC. SITUATIONS shows how the card comes to each; NEVER
says why it gives the others to nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from apdu import status
from apdu.cat import commands
from asn1.generated import pe
from euicc import Card
from tests.flows.installed import enabled
from tests.isdp.packages import (
    USIM_AID,
    USIM_FID,
    basic,
    content,
    encode,
    gfm,
    inserted,
    mf,
    pin,
    pins,
    records,
    replaced,
    usim,
)

TABLE = frozenset({
    *(0x9000, 0x9100, 0x9200, 0x9300, 0x6100, 0x6C00, 0x6200, 0x6281, 0x6282, 0x6283, 0x6284, 0x6285),
    *(0x62F1, 0x62F2, 0x62F3, 0x63F1, 0x63F2, 0x63C0, 0x6400, 0x6500, 0x6581, 0x6700, 0x6881, 0x6882),
    *(0x6981, 0x6982, 0x6983, 0x6984, 0x6985, 0x6986, 0x6989, 0x6A80, 0x6A81, 0x6A82, 0x6A83, 0x6A84),
    *(0x6A86, 0x6A87, 0x6A88, 0x6B00, 0x6D00, 0x6E00, 0x6F00, 0x9850, 0x9862, 0x9863, 0x9864),
})  # fmt: skip
"""Those that count by their first word."""
RANGES = (0x9100, 0x6100, 0x6C00, 0x63C0)

NEVER = {
    0x9200: "there is no data transfer session: the card has no smart card web server",
    0x6281: "data are stored whole or not at all, and never come back corrupted",
    0x6284: "every file has control information",
    0x62F3: "a warning's data wait for GET RESPONSE without a status word of their own",
    0x6400: "a command that fails has one of the other reasons",
    0x6500: "a command that fails leaves the memory as it was",
    0x6581: "a memory that fails takes the whole card with it: CardFileError, and no answer",
    0x6989: "no file asks for secure messaging, and there is no MANAGE SECURE CHANNEL",
    0x9863: "there is no secure channel whose session could expire",
}

SELECT_USIM = f"00A4040C{len(USIM_AID):02X}{USIM_AID.hex()}"
OBJECTS, BYTES, RECORDS, COUNTER, CLOSED = "6FF8", "6F50", "6F51", "6F52", "6F53"
OPEN_RULE, CLOSED_RULE = b"\x01", b"\x0d"
RULE = bytes.fromhex("800101A406830101950108" + "800158A40683010A950108")
RULES = records(22, bytes.fromhex("80017F9000"), *(RULE,) * 11, bytes.fromhex("80017F9700"), RULE)
ALL_OF_THE_TERMINAL = "8010000014" + "FF" * 20
PIN1 = b"12345678".hex()


def select(fid: str) -> str:
    return f"00A4000C02{fid}"


MENU = "80C2000009" + "D307820201819001" + "01"
SHORT_MESSAGE = "80C2000019" + "D117820283818B11" + "0404914321" + "00F1" + "32101021436580" + "02C834"
"""SMS-PP download of a message that is for nobody in the card."""
ONE_MORE_CHANNEL = "0070000001"


def waiting(card: Card) -> None:
    """A proactive command waits."""
    card.proactive.queue(commands.more_time())


def busy(card: Card) -> None:
    """So many wait that the toolkit can take nothing more."""
    while not card.proactive.full:
        waiting(card)


SITUATIONS: dict[int, dict[str, tuple[str | Callable[[Card], None], ...]]] = {
    0x9000: {"normal": ("80F2000C",), "after a verification": (f"0028000108{PIN1}",)},
    0x9100: {"a proactive command waits": (ALL_OF_THE_TERMINAL, waiting, "80F2000C")},
    0x9300: {"the toolkit is busy": (ALL_OF_THE_TERMINAL, busy, MENU)},
    0x6100: {"SELECT without Le": ("00A40004023F00",)},
    0x6C00: {
        "wrong Le": ("00B0820009", "00B082000B"),
        "of a record": (SELECT_USIM, select(RECORDS), "00B2010409"),
    },
    0x6200: {"a short message without a secured packet": (SHORT_MESSAGE,)},
    0x6282: {"nothing found": (SELECT_USIM, select(RECORDS), "00A2010402FFFF00")},
    0x6283: {"SELECT of a deactivated file": (SELECT_USIM, select(BYTES), "00040000", select(BYTES))},
    0x6285: {"SELECT of a terminated file": (SELECT_USIM, select(BYTES), "00E80000", select(BYTES))},
    0x62F1: {
        "more to retrieve": (SELECT_USIM, select(OBJECTS), "80DB00800A8008" + "01" * 8, "80CB0080018004")
    },
    0x62F2: {
        "more to retrieve, and a proactive command waits": (
            *(SELECT_USIM, select(OBJECTS), "80DB00800A8008" + "01" * 8, ALL_OF_THE_TERMINAL, waiting),
            "80CB0080018004",
        )
    },
    0x63F1: {"more to set": (SELECT_USIM, select(OBJECTS), "80DB00800480080101")},
    0x63F2: {
        "more to set, and a proactive command waits": (
            *(SELECT_USIM, select(OBJECTS), ALL_OF_THE_TERMINAL, waiting),
            "80DB00800480080101",
        )
    },
    0x63C0: {
        "wrong PIN": ("0020000A08" + "00" * 8,),
        "tries left": ("00200001",),
        "wrong PUK": ("002C000110" + "00" * 16,),
    },
    0x6700: {
        "wrong length of a PIN": ("002000010100",),
        "of a record": (SELECT_USIM, select(RECORDS), "00DC01040100"),
        "of an APDU": ("00A40000053F00",),
        "of what AUTHENTICATE takes": (SELECT_USIM, "008800810100"),
        "beyond the file": (SELECT_USIM, select(BYTES), "00D60003020000"),
    },
    0x6881: {"channel not open": ("01A4000C023F00",)},
    0x6882: {"secure messaging": ("04A4000C023F00",)},
    0x6981: {
        "READ BINARY of records": (SELECT_USIM, select(RECORDS), "00B0000000"),
        "READ RECORD of bytes": (SELECT_USIM, select(BYTES), "00B2010400"),
        "INCREASE of bytes": (SELECT_USIM, select(BYTES), "803200000101"),
        "RETRIEVE DATA of bytes": (SELECT_USIM, select(BYTES), "80CB0080018000"),
        "UPDATE RECORD of a cyclic EF in another mode": (SELECT_USIM, select(COUNTER), "00DC010403000000"),
    },
    0x6982: {
        "reading": (SELECT_USIM, select(CLOSED), "00B0000000"),
        "writing": (SELECT_USIM, select("6F07"), "00D600000108"),
    },
    0x6983: {
        "PIN blocked": (*(["0028000108" + "00" * 8] * 3), f"0028000108{PIN1}"),
        "PUK blocked": (*(["002C000110" + "00" * 16] * 10), "002C0001"),
    },
    0x6984: {"PIN disabled": (f"0020000108{PIN1}",)},
    0x6985: {
        "content of a deactivated file": (SELECT_USIM, select(BYTES), "00040000", "00B0000000"),
        "PIN enabled already": (f"0028000108{PIN1}", f"0028000108{PIN1}"),
        "no response waits": ("00C0000000",),
        "no application active": ("80F2000100",),
        "AUTHENTICATE outside an application": ("008800812210" + "00" * 16 + "10" + "00" * 16 + "00",),
    },
    0x6986: {"no EF selected": ("00B0000000",)},
    0x6A80: {
        "TERMINAL CAPABILITY of something else": ("80AA0000028000",),
        "search indication": (SELECT_USIM, select(RECORDS), "00A201060300000000"),
    },
    0x6A81: {"no channel free": (*([ONE_MORE_CHANNEL] * 19), ONE_MORE_CHANNEL)},
    0x6A82: {
        "no such file": ("00A4000C022FFF",),
        "no such application": ("00A4040C05A0000000FF",),
        "7FFF without an application": ("00A4000C027FFF",),
        "no such SFI": ("00B09D0000",),
    },
    0x6A83: {"no such record": (SELECT_USIM, select(RECORDS), "00B2030400")},
    0x6A84: {"no room for an object": (SELECT_USIM, select(OBJECTS), "80DB0080428040" + "01" * 64)},
    0x6A86: {
        "SELECT": ("00A4020C023F00",),
        "READ RECORD": (SELECT_USIM, select(RECORDS), "00B2010100"),
        "VERIFY": ("0020010108" + "00" * 8,),
        "AUTHENTICATE": (SELECT_USIM, "008800012210" + "00" * 16 + "10" + "00" * 16 + "00"),
        "closing the basic channel": ("00708000",),
    },
    0x6A87: {"SELECT by DF name without one": ("00A4040C",)},
    0x6A88: {
        "no such PIN": ("0020000508" + "00" * 8,),
        "no such object": (SELECT_USIM, select(OBJECTS), "80CB0080018100"),
        "a key without PUK": ("002C000A",),
    },
    0x6B00: {
        "reading behind the file": (SELECT_USIM, select(BYTES), "00B0000400"),
        "writing behind the file": (SELECT_USIM, select(BYTES), "00D600040100"),
    },
    0x6D00: {"no such command": ("001A0000",)},
    0x6E00: {"no such class": ("A0A40000023F00",), "the other class": ("00F2000C",)},
    0x6F00: {"the profile is terminated": ("00FE0000", "80F2000C")},
    0x9850: {"the counter is full": (SELECT_USIM, select(COUNTER), "803200000101")},
    0x9862: {"wrong MAC": (SELECT_USIM, "008800812210" + "00" * 16 + "10" + "00" * 16 + "00")},
    0x9864: {
        "a context that the profile has not": (
            SELECT_USIM,
            "008800842310" + "DD10" + "00" * 16 + "10" + "00" * 16,
        ),
        "too long a suspension": ("8076000004" + "031F" + "0404" + "00",),
    },
}


def _file(fid: str, kind: str, rule: bytes, size: int, **more: Any) -> pe.Fcp:
    return pe.Fcp(
        file_descriptor=bytes.fromhex(kind),
        file_id=bytes.fromhex(fid),
        security_attributes_referenced=rule,
        ef_file_size=bytes((size,)),
        **more,
    )


@cache
def package() -> bytes:
    """A profile in which PIN1 is disabled, with one file of each kind."""
    largest = pe.ProprietaryInfo(maximum_file_size=b"\x20")
    files = gfm(
        USIM_FID,
        _file(OBJECTS, "7921", OPEN_RULE, 32, proprietary_ef_info=largest),
        _file(BYTES, "4121", OPEN_RULE, 4),
        _file(RECORDS, "42210003", OPEN_RULE, 6),
        content(b"abcdef"),
        _file(COUNTER, "46210003", OPEN_RULE, 6),
        content(b"\xff" * 6),
        _file(CLOSED, "4121", CLOSED_RULE, 4),
    )
    root = pe.Fcp(pin_status_template_do=b"\x01\x0a", security_attributes_referenced=b"\x2f\x06\x01")
    elements = replaced(basic(), "mf", mf(ef_arr=RULES, mf=(pe.FileItem(file_descriptor=root),)))
    elements = replaced(
        elements, "pin_codes", pins(pin(0x01, pin_attributes=6, unblocking_pin_reference=1), pin(0x0A))
    )
    elements = replaced(elements, "usim", usim(ef_arr=RULES, ef_ust=(content(b"\x00" * 14),)))
    return encode(inserted(elements, "security_domain", ("generic_file_management", files)))


def of_row(sw: int) -> int:
    """The row of the table that a status word belongs to."""
    return next((first for first in RANGES if first in (sw & 0xFF00, sw & 0xFFF0)), sw)


ROWS = [(sw, name, steps) for sw, named in SITUATIONS.items() for name, steps in named.items()]


@pytest.mark.parametrize(("sw", "name", "steps"), ROWS, ids=[f"{sw:04X} {name}" for sw, name, _ in ROWS])
def test_situation(sw: int, name: str, steps: tuple[str | Callable[[Card], None], ...]) -> None:
    card = enabled(package())
    answer = b""
    for step in steps:
        if isinstance(step, str):
            answer = card.transmit(bytes.fromhex(step))
        else:
            step(card)
    assert f"{of_row(int.from_bytes(answer[-2:], 'big')):04X}" == f"{sw:04X}", answer.hex()


def test_every_row_of_the_table_has_a_situation_or_a_reason() -> None:
    assert SITUATIONS.keys() | NEVER.keys() == TABLE
    assert not SITUATIONS.keys() & NEVER.keys()
    assert all(SITUATIONS.values())
    assert all(status.describe(sw) for sw in TABLE)
