"""Commands for card content: load files, INSTALL, LOAD and DELETE as an operator writes them."""

from __future__ import annotations

from hashlib import sha256

from euicc.card import Card
from euicc.globalplatform.registry import Entry, Registry
from tests.globalplatform.cards import SSD_MODULE, SSD_PACKAGE, mno_sd, remote, run

PACKAGE = bytes.fromhex("A00000000101")
MODULE = bytes.fromhex("A0000000010101")
INSTANCE = bytes.fromhex("A0000000010102")
NEW_SSD = bytes.fromhex("A0000001515350AA")
NONE = b"\x02\xc9\x00"


def component(tag: int, content: bytes) -> bytes:
    return bytes([tag]) + len(content).to_bytes(2, "big") + content


def load_file(version: bytes = b"\x02\x01") -> bytes:
    """The beginning of a Java Card load file; `version` is minor, then major."""
    header = bytes.fromhex("DECAFFED 0102 00") + version + bytes([len(PACKAGE)]) + PACKAGE
    applet = b"\x01" + bytes([len(MODULE)]) + MODULE + b"\x00\x08"
    return component(1, header) + component(2, bytes(20)) + component(3, applet) + component(7, bytes(300))


def lv(*fields: bytes) -> bytes:
    return b"".join(bytes([len(field)]) + field for field in fields)


def apdu(ins: int, p1: int, p2: int, data: bytes) -> str:
    return (bytes([0x80, ins, p1, p2, len(data)]) + data).hex()


def install(p1: int, *fields: bytes) -> str:
    return apdu(0xE6, p1, 0, lv(*fields))


def for_load(package: bytes = PACKAGE, domain: bytes = b"", hash_value: bytes = b"") -> str:
    return install(0x02, package, domain, hash_value, b"", b"")


FOR_LOAD = for_load()


def for_install(
    p1: int = 0x0C,
    parameters: bytes = NONE[1:],
    of: bytes = SSD_PACKAGE,
    module: bytes = SSD_MODULE,
    instance: bytes = INSTANCE,
    privileges: bytes = b"\x00",
) -> str:
    return install(p1, of, module, instance, privileges, parameters, b"")


def blocks(content: bytes, size: int = 200) -> list[str]:
    pieces = [content[start : start + size] for start in range(0, len(content), size)]
    last = len(pieces) - 1
    return [
        apdu(0xE8, 0x80 if number == last else 0, number & 0xFF, piece) for number, piece in enumerate(pieces)
    ]


def tlv_c4(content: bytes) -> bytes:
    return b"\xc4\x82" + len(content).to_bytes(2, "big") + content


def answers(card: Card, *commands: str) -> list[str]:
    of, session = mno_sd(card), remote()
    return [run(of, session, command) for command in commands]


def entry(card: Card, aid: bytes) -> Entry | None:
    return Registry(card.uicc.running).find(aid)


def loaded(card: Card) -> None:
    begin = install(0x02, PACKAGE, b"", sha256(load_file()).digest(), b"", b"")
    assert set(answers(card, begin, *blocks(tlv_c4(load_file())))) == {"009000"}
