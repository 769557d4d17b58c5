"""A walk finds every file of a card, with its content and its access rule."""

from __future__ import annotations

from contextlib import suppress
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apdu import ApduChannel, TransportError, status
from apdu.ef.access_rules import in_words
from euicc import Card
from euicc.config import Config
from euicc.isdp.installer import build
from euicc.testing import profile_builder
from euicc.uicc.filesystem import Df, Ef, FileKind
from ipa import file_tree
from ipa.file_presentation import file_lines, file_row
from ipa.file_tree import FoundFile, Place
from tests.apdu.scripted import ScriptedCard
from tests.data import needs_ts48, ts48_packages
from tests.ef.cards import card_with

PACKAGE = profile_builder.build().package


def walked(card: Card, path: str | None = None, *, scan: bool = False) -> list[FoundFile]:
    channel = ApduChannel(card)
    starts = file_tree.places(channel, path) if path else (None,)
    return [found for start in starts for found in file_tree.walk(channel, start, scan=scan)]


def paths(found: list[FoundFile]) -> list[str]:
    return [each.place.path for each in found]


@pytest.fixture
def card() -> Card:
    return card_with(PACKAGE)


def test_the_tree_of_the_built_in_profile(card: Card) -> None:
    found = walked(card)
    shown = paths(found)
    assert len(set(shown)) == len(shown)
    assert [each for each in shown if each.count("/") == 0] == ["MF", "ADF.USIM", "ADF.ISIM"]
    for path in (
        "MF/EF.ICCID",
        "MF/DF.TELECOM/EF.ADN",
        "ADF.USIM/DF.5GS/EF.Routing_Indicator",
        "ADF.ISIM/EF.IMPI",
    ):
        assert path in shown
    for each in found:
        assert each.place.path.rpartition("/")[0] in ("", *shown[: shown.index(each.place.path)])


def test_a_file_with_its_rule(card: Card) -> None:
    (found,) = walked(card, "EF.IMSI")
    assert found.elements == (bytes.fromhex("080910101032540636"),)
    assert found.rules is not None
    assert in_words(found.rules) == "read PIN1; update, deactivate, activate, delete ADM1"
    assert found.refusal is None


def test_what_may_not_be_read(card: Card) -> None:
    (found,) = walked(card, "MF/DF.TELECOM/EF.SUME")
    assert (found.elements, found.refusal) == (None, status.SECURITY_STATUS_NOT_SATISFIED)


def test_the_phone_book_has_its_own_numbers(card: Card) -> None:
    found = {
        each.place.fids[-2:].hex(): each.place.name for each in walked(card, "MF/DF.TELECOM/DF.PHONEBOOK")
    }
    assert (found["4f3a"], found["4f09"], found["4f21"], found["4f4a"]) == (
        "EF.ADN",
        "EF.PBC",
        "EF.UID",
        "EF.EXT1",
    )


def test_rules_that_a_file_has_itself() -> None:
    """Tag AB in place of a reference to EF.ARR."""
    card = ScriptedCard(
        ("00A40804026F0100", "621E 82024121 83026F01 80020001 AB10 8001019000 800102A40683010A950108 9000"),
        ("00B0000001", "2A9000"),
    )
    (found,) = file_tree.walk(ApduChannel(card), Place("MF/6F01", b"\x6f\x01"))
    assert found.elements == (b"\x2a",)
    assert found.rules is not None
    assert in_words(found.rules) == "read always; update ADM1"


@pytest.mark.parametrize("path", ["ADF.USIM/DF.5GS", "7FFF/5FC0", "7fff/5fc0/"])
def test_a_part_of_the_tree(card: Card, path: str) -> None:
    shown = paths(walked(card, path))
    assert shown[0] == "ADF.USIM/DF.5GS"
    assert len(shown) > 5
    assert all(each.startswith("ADF.USIM/DF.5GS") for each in shown)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("3F00/2FE2", ["MF/EF.ICCID"]),
        ("2FE2", ["MF/EF.ICCID"]),
        ("7F10/6F99", []),
        ("ADF.CSIM", []),
        ("EF.URSP", []),
    ],
)
def test_one_file_by_its_numbers(card: Card, path: str, shown: list[str]) -> None:
    assert paths(walked(card, path)) == shown


@pytest.mark.parametrize("path", ["EF.NOTHING", "7F1", "7F10/xyzw", "/"])
def test_no_path(card: Card, path: str) -> None:
    with pytest.raises(ValueError, match="neither a name"):
        walked(card, path)


ANSWERS = st.sampled_from(
    [
        bytes.fromhex("9000"),
        bytes.fromhex("6A82"),
        bytes.fromhex("6982"),
        bytes.fromhex("6C05"),
        bytes.fromhex("6108"),
        bytes.fromhex("6F068404A00000009000"),
        bytes.fromhex("620682027821C6009000"),
        bytes.fromhex("620B8202412183026F018001059000"),
        bytes.fromhex("620D8205422100050283026F028001009000"),
        bytes.fromhex("620882027921 83026F03 9000"),
        bytes.fromhex("61094F07A0000000871002 9000"),
        bytes.fromhex("5C0180 9000"),
    ]
) | st.binary(max_size=12)


class Babbler:
    """A card that answers anything."""

    def __init__(self, answers: list[bytes], random: Random) -> None:
        self._answers, self._random = answers, random

    def reset(self) -> bytes:
        return b"\x3b\x00"

    def transmit(self, command: bytes, /) -> bytes:
        return self._random.choice(self._answers)


@given(st.lists(ANSWERS, min_size=1, max_size=6), st.integers())
def test_a_card_that_answers_anything(answers: list[bytes], seed: int) -> None:
    channel = ApduChannel(Babbler(answers, Random(seed)))
    with suppress(TransportError):
        for found in islice(file_tree.walk(channel), 200):
            assert list(file_lines(found))
            assert file_row(found)["path"] == found.place.path


def test_a_card_without_profile() -> None:
    card = Card.manufacture()
    card.reset()
    assert paths(walked(card)) == ["MF", "MF/EF.DIR", "MF/EF.PL", "MF/EF.ARR", "MF/EF.UMPC"]


@needs_ts48
@pytest.mark.parametrize("package", ts48_packages(), ids=lambda package: str(package.stem))
def test_every_file_of_ts48(package: Path) -> None:
    content = package.read_bytes()
    filesystem = build(content, Config()).filesystem
    expected = {
        (file.parent.path if file.parent else b"") + file.fid.to_bytes(2, "big"): file
        for file in filesystem.files()
        if file.kind is not FileKind.MF
    }
    temporary = {adf.aid: adf.fid.to_bytes(2, "big") for adf in filesystem.adfs.values()}
    readable = 0
    for found in walked(card_with(content), scan=True):
        application = found.place.application
        path = found.place.fids if application is None else temporary[application.aid] + found.place.fids[2:]
        if found.place.path == "MF":
            continue
        file = expected.pop(path)
        assert found.fcp.is_directory == isinstance(file, Df)
        # One package has a file whose rule is not there: it is closed.
        assert found.rules or found.refusal == status.SECURITY_STATUS_NOT_SATISFIED
        if isinstance(file, Ef) and file.kind is not FileKind.BER_TLV and found.elements is not None:
            assert b"".join(found.elements) == file.body.content
            assert (found.fcp.sfi, found.fcp.size) == (file.sfi, file.body.size)
            readable += 1
    assert not expected
    assert readable > 150
