"""Every TS.48 package, installed and then read by APDU: contents, FCP and access rules as the package has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from apdu import tlv
from euicc.config import Config
from euicc.isdp.installer import build
from euicc.runtime.proactive import Proactive
from euicc.runtime.runtime import Runtime
from euicc.uicc.filesystem import Df, Ef, FileKind
from euicc.uicc.profile_data import UiccProfile
from tests.data import needs_ts48, ts48_packages
from tests.uicc.handmade import applet

USIM = "A0000000871002FF49FF0589"
READ_REFUSED = {"9000": False, "6982": True}
ORDER = [0x82, 0x83, 0x84, 0xA5, 0x8A, 0x8B, 0x80, 0x88, 0xC6]
"""Tags of an FCP in the order that basebands insist on."""

packages = pytest.mark.parametrize("package", ts48_packages(), ids=lambda package: str(package.stem))
pytestmark = needs_ts48


class Reader:
    """A terminal on channel 0 of a card with this profile."""

    def __init__(self, package: Path) -> None:
        self.profile: UiccProfile = build(package.read_bytes(), Config())
        self._runtime = Runtime(applet(lambda: self.profile), Proactive())
        self._runtime.reset()

    def __call__(self, command: str) -> str:
        return self._runtime.transmit(bytes.fromhex(command)).hex().upper()

    def select(self, file: Ef | Df) -> bytes:
        """SELECT as a terminal does, by AID and by path; the FCP."""
        path: list[str] = []
        at: Ef | Df = file
        while at.parent is not None and not (isinstance(at, Df) and at.aid):
            path.insert(0, f"{at.fid:04X}")
            at = at.parent
        assert isinstance(at, Df)
        if at.aid:
            answer = self(f"00A40404{len(at.aid):02X}{at.aid.hex()}00")
        else:
            answer = self("00A40004023F0000")
        if path:
            whole = "".join(["7FFF", *path] if at.aid else path)
            answer = self(f"00A40804{len(whole) // 2:02X}{whole}00")
        assert answer.endswith("9000"), answer
        return bytes.fromhex(answer)[:-2]

    def content(self, ef: Ef) -> bytes | None:
        """What READ BINARY or READ RECORD give of the current EF; None when it refuses with 6982."""
        if ef.kind is FileKind.TRANSPARENT:
            return self._binary(ef.body.size)
        pieces = [
            self(f"00B2{n:02X}04{ef.body.record_length:02X}") for n in range(1, ef.body.record_count + 1)
        ]
        if READ_REFUSED[pieces[0][-4:]]:
            return None
        return b"".join(bytes.fromhex(piece)[:-2] for piece in pieces)

    def _binary(self, size: int) -> bytes | None:
        data = b""
        while len(data) < size:
            piece = self(f"00B0{len(data):04X}{min(255, size - len(data)):02X}")
            if READ_REFUSED[piece[-4:]]:
                return None
            data += bytes.fromhex(piece)[:-2]
        return data


@packages
def test_identity(package: Path) -> None:
    card = Reader(package)
    iccid = bytes.fromhex(card("00B082000A"))[:10]
    assert bytes(b >> 4 | b << 4 & 0xF0 for b in iccid) == card.profile.iccid
    assert card(f"00A4040C0C{USIM}") == "9000"
    assert card("00B0870009") == "0809101010325406369000"
    assert card("00A4000C026F46") == "9000"
    assert card("00B000010A").endswith("9000")
    assert card("80F200010E") == f"840C{USIM}9000"


@packages
def test_every_file_is_reached_and_read(package: Path) -> None:
    card = Reader(package)
    read = refused = 0
    for file in card.profile.filesystem.files():
        fcp = card.select(file)
        tags = [element.tag for element in tlv.parse(fcp).children()]
        assert tags == sorted(tags, key=ORDER.index)
        if isinstance(file, Df):
            assert {0x82, 0x8A, 0x8B, 0xC6} <= set(tags)
            continue
        assert {0x82, 0x83, 0x8A, 0x8B, 0x80, 0x88} <= set(tags)
        if file.kind is FileKind.BER_TLV:
            continue
        content = card.content(file)
        assert content in (file.body.content, None)
        read, refused = read + (content is not None), refused + (content is None)
    assert read > 150
    assert 0 < refused < read


@packages
def test_pin1_is_disabled_and_shown_so(package: Path) -> None:
    card = Reader(package)
    status = tlv.find(card.select(card.profile.filesystem.mf), 0x62, 0xC6)
    assert status is not None
    elements = tlv.parse_all(status)
    mask, references = elements[0].value[0], [element.value for element in elements[1:]]
    assert not mask & 0x80 >> references.index(b"\x01")
    assert mask & 0x80 >> references.index(b"\x0a")


@packages
def test_links_read_the_same(package: Path) -> None:
    card = Reader(package)
    filesystem = card.profile.filesystem
    link, target = (filesystem.by_package_path(bytes.fromhex(path)) for path in ("7F106F42", "7FD06F42"))
    assert isinstance(link, Ef)
    assert isinstance(target, Ef)
    assert link.body is target.body
    first, second = card.select(link), card.select(target)
    assert tlv.find(first, 0x62, 0x82) == tlv.find(second, 0x62, 0x82)
