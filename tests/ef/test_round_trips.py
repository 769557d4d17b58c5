"""What is encoded is decoded again, and whatever the bytes are, there is a value or a ContentError."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apdu import ef
from apdu.ef.contents import CODECS
from apdu.ef.presentation import plain_json, words
from tests.ef.values import VALUES

SAME_SHAPE = {"EF.IST", "EF.EST", "EF.MST", "EF.VST", "EF.5G_PROSE_ST", "EF.CC", "EF.PUID"}
"""Of the shape of EF.UST, or of EF.UID."""


def numbers_of(value: Any) -> Any:
    """Services by number alone, as VALUES has them."""
    named = isinstance(value, list) and value and isinstance(value[0], dict) and "service" in value[0]
    return [each["service"] for each in value] if named else value


@pytest.mark.parametrize("name", VALUES)
def test_round_trip(name: str) -> None:
    strategy, size = VALUES[name]

    @given(strategy)
    def encoded_and_decoded(value: Any) -> None:
        content = ef.encode(name, value, size)
        assert len(content) == size
        assert numbers_of(ef.decode(name, content)) == value

    encoded_and_decoded()


def test_every_codec_has_values() -> None:
    """One of the files that share a declaration is enough."""
    covered = {id(CODECS[name]) for name in VALUES}
    missing = {name for name, codec in CODECS.items() if id(codec) not in covered}
    assert missing <= SAME_SHAPE


@given(st.sampled_from(sorted(CODECS)), st.binary(max_size=60))
def test_any_bytes(name: str, content: bytes) -> None:
    with suppress(ef.ContentError):
        assert words(plain_json(ef.decode(name, content)))


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.binary(max_size=4) | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "number", "plmn", "access", "condition", "key", "tag 5"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@given(st.sampled_from(sorted(CODECS)), ANY, st.integers(0, 60))
@example("EF.ARR", [{"access": ["read"], "condition": "key zz"}], 20)
@example("EF.SPN", {"name": "\ud800"}, 20)
def test_any_value(name: str, value: Any, size: int) -> None:
    with suppress(ef.ContentError):
        assert len(ef.encode(name, value, size)) == size
