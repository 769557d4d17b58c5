"""The codec: a type and bytes. An Asn1Error, or a value that is written as it was read and reads the same again."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from asn1 import Asn1Error, Message
from asn1.generated import pe, pkix, rsp, sgp32
from tests.fuzzing.mutation import after, tlvs

CHOICE = 2
"""Bytes that choose the type."""
mutate = after(CHOICE, tlvs)


@cache
def types() -> tuple[type[Message], ...]:
    """Every message of every schema."""
    found = [
        each
        for module in (rsp, sgp32, pe, pkix)
        for _, each in sorted(vars(module).items())
        if isinstance(each, type) and issubclass(each, Message) and each.__module__ == module.__name__
    ]
    return tuple(dict.fromkeys(found))


def fuzz_one(data: bytes) -> None:
    """Decodes the rest as the type that the first bytes choose."""
    kind = types()[int.from_bytes(data[:CHOICE], "big") % len(types())]
    encoded = data[CHOICE:]
    try:
        value = kind.decode(encoded)
    except Asn1Error:
        return
    again = value.encode()
    assert again == encoded or not value.encoded
    assert kind.decode(again) == value


def corpus() -> Iterator[bytes]:
    """The largest value of every type that asn1tools knows of."""
    from tests.asn1.test_mutations import seeds

    for kind, encoded in seeds():
        if kind in types():
            yield types().index(kind).to_bytes(CHOICE, "big") + encoded
