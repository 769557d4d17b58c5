"""The EID: digits, bytes and check digits."""

from __future__ import annotations

import pytest

from euicc import eid
from euicc.eid import EidError


def test_digits_become_bytes_and_back() -> None:
    parsed = eid.parse("89049032123451234512345678901235")
    assert parsed == bytes.fromhex("89049032123451234512345678901235")
    assert eid.digits(parsed) == "89049032123451234512345678901235"


def test_separators_are_ignored() -> None:
    assert eid.digits(eid.parse("8904 9032-1234 5123-4512 3456-7890 1235")).startswith("890490321234512")


def test_check_digits_are_completed() -> None:
    assert eid.with_check_digits("890490321234512345123456789012") == eid.parse(
        "89049032123451234512345678901235"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "8904903212345123451234567890123",
        "890490321234512345123456789012350",
        "8904903212345123451234567890123A",
        "89049032123451234512345678901236",
        "98049032123451234512345678901235",
        "٨٩٠٤٩٠٣٢١٢٣٤٥١٢٣٤٥١٢٣٤٥٦٧٨٩٠١٢٣٥",
    ],
)
def test_what_is_no_eid_is_refused(wrong: str) -> None:
    with pytest.raises(EidError):
        eid.parse(wrong)


def test_thirty_digits_are_needed_for_check_digits() -> None:
    for wrong in ("", "1", "8" * 31, "x" * 30):
        with pytest.raises(EidError):
            eid.with_check_digits(wrong)


def test_the_default_is_in_the_range_of_the_test_eum() -> None:
    assert eid.is_valid(eid.DEFAULT)
    assert eid.digits(eid.DEFAULT).startswith("89049032")


def test_validity_of_bytes() -> None:
    assert not eid.is_valid(b"")
    assert not eid.is_valid(bytes(16))
    assert not eid.is_valid(b"\xff" * 16)
    assert not eid.is_valid(eid.DEFAULT + b"\x00")
