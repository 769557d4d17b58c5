"""Card files that were damaged: an error that says so, whatever was hit, and nobody keeps the file open."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from euicc import Card
from euicc.runtime.card_file import CardFileError
from tests.isdr.installed import install

PAGE = 4096


@pytest.fixture
def path(tmp_path: Path) -> Path:
    card = Card.manufacture(seed=1)
    install(card, 1)
    card.save(tmp_path / "card")
    return tmp_path / "card"


def refused(path: Path) -> str:
    with pytest.raises(CardFileError) as refusal:
        Card.open(path)
    with closing(sqlite3.connect(path, timeout=0)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
    return str(refusal.value)


def overwrite(path: Path, row: str, value: object) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        assert database.execute("UPDATE nvm SET value = ? WHERE key = ?", (value, row)).rowcount


def test_a_page_that_is_not_one_of_sqlite(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[PAGE : PAGE + 8] = b"\xff" * 8
    path.write_bytes(content)
    assert refused(path)


def test_a_schema_in_letters_that_are_none(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content.replace(b"CREATE TABLE nvm", b"CREATE \xffABLE nvm"))
    assert refused(path)


@pytest.mark.parametrize("value", [b"", b"\x00", b"\x30\x80", b"[]", b'{"variant": 1}', b"\xff\xfe"])
@pytest.mark.parametrize("row", ["config", "identity"])
def test_a_value_that_no_card_wrote(path: Path, row: str, value: bytes) -> None:
    overwrite(path, row, value)
    assert "damaged" in refused(path)


@pytest.mark.parametrize("value", ["text", 5, 1.5])
def test_a_value_that_is_no_bytes(path: Path, value: object) -> None:
    overwrite(path, "identity", value)
    assert "damaged" in refused(path)


def test_a_format_that_is_no_number(path: Path) -> None:
    overwrite(path, "format", "x")
    assert "is not a card file" in refused(path)
