from __future__ import annotations

import pytest

from ipa.errors import InvalidIccid
from ipa.iccid import from_digits, to_digits


@pytest.mark.parametrize(
    ("digits", "octets"),
    [
        ("89000123456789012341", "98001032547698103214"),
        ("8900012345678901234", "980010325476981032F4"),
        ("890001234567890123", "980010325476981032FF"),
    ],
)
def test_nibbles_are_swapped_and_the_filler_is_dropped(digits: str, octets: str) -> None:
    assert to_digits(bytes.fromhex(octets)) == digits
    assert from_digits(digits) == bytes.fromhex(octets)


def test_digits_as_people_write_them() -> None:
    assert from_digits("8900 0123-4567 8901 2341") == from_digits("89000123456789012341")
    assert from_digits("8900012345678901234f") == bytes.fromhex("980010325476981032F4")


@pytest.mark.parametrize(
    "text", ["", "12345", "89000123456789012341" + "2", "8900012345678901234A", "٨" * 19]
)
def test_what_is_no_iccid(text: str) -> None:
    with pytest.raises(InvalidIccid):
        from_digits(text)
