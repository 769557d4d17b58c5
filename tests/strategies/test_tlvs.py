"""TLVs are well formed, soup is not, and both shrink."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given, settings

from apdu import TlvError, tlv
from euicc.testing.strategies import any_tlv, seeded, soup, tlv_soup, tlvs
from tests.strategies.shrinking import shrunk


def depth(data: bytes) -> int:
    found = tlv.parse(data)
    nested = found.encoded[0] & 0x20
    return 1 + max(map(depth, [each.encoded for each in found.children()] if nested else []), default=0)


def well_formed(data: bytes) -> bool:
    try:
        return bool(tlv.parse_all(data))
    except TlvError:
        return False


def test_a_seed_gives_nested_data_objects() -> None:
    depths = {depth(each) for each in islice(seeded(any_tlv(), seed=1), 400)}
    assert depths == {1, 2, 3, 4, 5}


def test_soup_is_well_formed_now_and_then() -> None:
    bowls = [*islice(seeded(soup(), seed=1), 400)]
    assert 40 < sum(map(well_formed, bowls)) < 300
    assert b"" in bowls


@given(tlvs())
@settings(max_examples=50, deadline=None)
def test_hypothesis_draws_data_objects(data: bytes) -> None:
    assert tlv.parse(data).encoded == data


@given(tlv_soup())
@settings(max_examples=50, deadline=None)
def test_hypothesis_draws_soup(data: bytes) -> None:
    assert isinstance(data, bytes)


def test_what_is_wrong_shrinks_to_few_bytes() -> None:
    least = shrunk(tlv_soup(), lambda data: data and not well_formed(data))
    with pytest.raises(TlvError):
        tlv.parse_all(least)
    assert len(least) <= 3
