"""Access rules of EF_ARR, TS 102 221 9.2 and ISO/IEC 7816-4."""

from __future__ import annotations

import pytest

from apdu import instruction
from euicc.uicc.access import Access, permits
from euicc.uicc.filesystem import MF_FID, Body, Df, Ef, FileKind, FileSystem
from euicc.uicc.profile_data import UiccProfile
from tests.uicc.handmade import running

PIN1 = "A406830101950108"
ADM1 = "A40683010A950108"


def reads(
    rule: str, *verified: int, access: Access = Access.READ, ins: int = instruction.READ_BINARY
) -> bool:
    """Whether a file under this EF_ARR record opens when these keys are satisfied."""
    mf = Df(MF_FID, FileKind.MF)
    record = bytes.fromhex(rule).ljust(64, b"\xff")
    mf.add(Ef(0x2F06, FileKind.LINEAR_FIXED, Body(record, len(record))))
    ef = Ef(0x2F05, FileKind.TRANSPARENT, Body(b"en"), security=bytes.fromhex("2F0601"))
    mf.add(ef)
    return permits(
        ef, access, ins, running(UiccProfile(FileSystem(mf))), lambda reference: reference in verified
    )


@pytest.mark.parametrize(
    ("rule", "verified", "open_"),
    [
        ("8001019000", (), True),
        ("8001019700", (1, 10), False),
        ("800101" + PIN1, (), False),
        ("800101" + PIN1, (1,), True),
        ("80015B" + ADM1, (1,), False),
        ("80015B" + ADM1, (10,), True),
        ("8001029000", (1, 10), False),  # nothing said about reading
        ("8001029000800101" + PIN1, (1,), True),
        ("", (1, 10), False),
        # several conditions after one access mode: any of them
        ("800101" + ADM1 + PIN1, (1,), True),
        ("800101" + ADM1 + PIN1, (2,), False),
        # OR, AND, NOT
        ("800101A010" + PIN1 + ADM1, (10,), True),
        ("800101A010" + PIN1 + ADM1, (), False),
        ("800101AF10" + PIN1 + ADM1, (10,), False),
        ("800101AF10" + PIN1 + ADM1, (1, 10), True),
        ("800101A710" + PIN1 + ADM1, (10,), False),
        ("800101A710" + PIN1 + ADM1, (1, 10), True),
        ("800101A708" + PIN1, (1,), False),
        ("800101A708" + PIN1, (), True),
        # security condition byte
        ("8001019E0100", (), True),
        ("8001019E01FF", (1, 10), False),
        # what cannot be read stays closed, also inside a NOT
        ("8001019F0A00", (1, 10), False),
        ("800101A7039F0A00", (1, 10), False),
        ("800101A70482030101", (1, 10), False),
        ("800101A403950108", (1, 10), False),
        ("800101AF00", (1, 10), False),
        ("800101A40683", (1, 10), False),
        ("80010190", (), False),
        ("8000" + "9000", (), False),
        ("9000", (), False),
    ],
)
def test_reading(rule: str, verified: tuple[int, ...], open_: bool) -> None:
    assert reads(rule, *verified) is open_


def test_a_rule_for_one_instruction() -> None:
    rule = "800102" + PIN1 + "840132" + ADM1
    increase = {"access": Access(0), "ins": instruction.INCREASE}
    assert reads(rule, 10, access=Access(0), ins=instruction.INCREASE)
    assert not reads(rule, 1, access=Access(0), ins=increase["ins"])
    assert not reads(rule, 10, access=Access.UPDATE, ins=instruction.UPDATE_BINARY)


@pytest.mark.parametrize(
    ("security", "open_"),
    [
        ("2F0601", True),
        ("2F0602", False),
        ("2F0603", False),  # no such record
        ("2F0600", False),
        ("6F0601", True),  # found below, in the own directory
        ("6F0701", False),  # no such EF_ARR
        ("2F0601010002", True),  # environment 01 -> record 1
        ("2F0600020101", True),
        ("2F0600010102", False),
        ("", False),
    ],
)
def test_which_record_applies(security: str, open_: bool) -> None:
    mf, df = Df(MF_FID, FileKind.MF), Df(0x7F10, FileKind.DF)
    mf.add(df)
    body = Body(bytes.fromhex("8001019000" + "8001019700"), 5)
    mf.add(Ef(0x2F06, FileKind.LINEAR_FIXED, body))
    df.add(Ef(0x6F06, FileKind.LINEAR_FIXED, body))
    ef = Ef(0x6F3A, FileKind.TRANSPARENT, Body(b""), security=bytes.fromhex(security))
    df.add(ef)
    profile = UiccProfile(FileSystem(mf))
    assert (
        permits(ef, Access.READ, instruction.READ_BINARY, running(profile), lambda reference: True) is open_
    )
