"""Contents of elementary files: decoded to values that encode to the same again, or refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import cache

from apdu import ef
from apdu.ef import ContentError
from apdu.ef.contents import CODECS
from tests.ef.test_vectors import VECTORS
from tests.fuzzing.mutation import after, tlvs

WHICH = 1
"""A byte that chooses the file."""
mutate = after(WHICH, tlvs)


@cache
def names() -> tuple[str, ...]:
    """Files whose contents are declared."""
    return tuple(sorted(name for name in CODECS if ef.has_codec(name)))


def fuzz_one(data: bytes) -> None:
    """The rest as the content of one file."""
    name, content = names()[(data[0] if data else 0) % len(names())], data[WHICH:]
    with suppress(ContentError):  # what is read leniently is not all written, or in one way only
        written = ef.encode(name, ef.decode(name, content), len(content))
        value = ef.decode(name, written)
        assert ef.decode(name, ef.encode(name, value, len(content))) == value


def corpus() -> Iterator[bytes]:
    """The vectors of the tests, and something for every file."""
    for number in range(len(names())):
        yield bytes((number,)) + b"\xff" * 20
        yield bytes((number,)) + bytes(range(16))
    for path, content, _ in VECTORS:
        name = path.rpartition("/")[2]
        if name in names():
            yield bytes((names().index(name),)) + bytes.fromhex(content)
