"""Every declared content against contents whose meaning is known, and against the contents of public test profiles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from apdu import ef
from apdu.ef import names
from apdu.ef.contents import CODECS
from apdu.ef.presentation import plain_json, words
from euicc.config import Config
from euicc.isdp.installer import build
from euicc.uicc.filesystem import Df, Ef
from tests.data import needs_ts48, ts48_packages
from tests.ef import more_vectors, vectors

VECTORS = (*vectors.VECTORS, *more_vectors.VECTORS)


@pytest.mark.parametrize(("path", "content", "value"), VECTORS)
def test_vector(path: str, content: str, value: Any) -> None:
    raw = bytes.fromhex(content)
    assert ef.decode(path, raw) == value
    assert ef.encode(path, value, len(raw)) == raw
    assert json.loads(json.dumps(plain_json(value))) == plain_json(value)
    assert words(value)


def test_every_codec_has_a_vector() -> None:
    known = [names.find(path) for path, _, _ in VECTORS]
    assert {file.name for file in known if file} == set(CODECS)


@pytest.mark.parametrize("name", sorted(CODECS))
def test_a_file_of_every_codec_is_known(name: str) -> None:
    assert ef.has_codec(name)


@pytest.mark.parametrize("path", ["EF.NETPAR", "ADF.CSIM/EF.SPN", "DF.GSM/EF.ECC", "EF.NOTHING"])
def test_no_codec(path: str) -> None:
    assert not ef.has_codec(path)
    with pytest.raises(ef.ContentError, match="is not declared"):
        ef.decode(path, b"\x00")
    with pytest.raises(ef.ContentError, match="is not declared"):
        ef.encode(path, None, 1)


ADFS = {"7FD0": "ADF.USIM", "7FB0": "ADF.ISIM", "7FC0": "ADF.CSIM"}
# The package says 28 bytes a record, and gives contents that were made for 24.
SPOILED = ("MF/DF.TELECOM/EF.ADN", "MF/DF.TELECOM/DF.PHONEBOOK/EF.EXT1")


def known_file(file: Ef) -> names.KnownFile | None:
    directory, at = "MF", file.parent
    fids: list[int] = []
    while isinstance(at, Df) and at.parent is not None:
        fids.insert(0, at.fid)
        at = at.parent
    for fid in fids:
        above = names.by_fid(directory, fid)
        directory = ADFS.get(f"{fid:04X}") or (above.path if above else "")
    return names.by_fid(directory, file.fid)


@needs_ts48
@pytest.mark.parametrize("package", ts48_packages(), ids=lambda package: str(package.stem))
def test_contents_of_ts48(package: Path) -> None:
    decoded = 0
    for file in build(package.read_bytes(), Config()).filesystem.files():
        known = known_file(file) if isinstance(file, Ef) else None
        if not isinstance(file, Ef) or known is None or not ef.has_codec(known) or known.path in SPOILED:
            continue
        length = file.body.record_length or file.body.size
        for at in range(0, file.body.size, length):
            content = file.body.content[at : at + length]
            assert ef.encode(known, ef.decode(known, content), length) == content, known.path
            decoded += 1
    assert decoded > 100
