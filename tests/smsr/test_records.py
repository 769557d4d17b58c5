"""Records as bytes: canonical, and back without loss."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum, IntFlag

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euicc.testing.m2m import records


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Bits(IntFlag):
    NONE = 0
    ONE = 1
    TWO = 2


@dataclass(frozen=True)
class Inner:
    data: bytes
    number: int = 0


@dataclass(frozen=True)
class Outer:
    name: str
    flag: bool
    at: float
    day: date
    colour: Colour
    bits: Bits
    inner: Inner
    many: tuple[Inner, ...] = ()
    numbers: tuple[int, ...] = ()
    maybe: str | None = None
    deep: Inner | None = None


inners = st.builds(Inner, st.binary(max_size=5), st.integers())
outers = st.builds(
    Outer,
    st.text(max_size=5),
    st.booleans(),
    st.floats(allow_nan=False),
    st.dates(),
    st.sampled_from(Colour),
    st.sampled_from([Bits.NONE, Bits.TWO, Bits.ONE | Bits.TWO]),
    inners,
    st.lists(inners, max_size=3).map(tuple),
    st.lists(st.integers(), max_size=3).map(tuple),
    st.none() | st.text(max_size=3),
    st.none() | inners,
)


@given(outers)
def test_a_record_comes_back(record: Outer) -> None:
    assert records.decode(Outer, records.encode(record)) == record


def test_equal_bytes_by_the_numbers_of_the_fields() -> None:
    assert records.encode(Inner(b"\x01\x02", -1)).hex() == "800201028101ff"


@pytest.mark.parametrize("data", ["", "8001", "800100", "81010080010182010f", "80010081"])
def test_what_is_no_record_is_refused(data: str) -> None:
    with pytest.raises(records.RecordError):
        records.decode(Inner, bytes.fromhex(data))
