"""Broken bytes: an Asn1Error or a value, soon."""

from __future__ import annotations

import random
import statistics
import time
from typing import Any

import pytest

from asn1 import Asn1Error
from tests.asn1.oracle import Generator, messages, resolver, specification

MUTATIONS = 100_000
INTERESTING = bytes.fromhex("00017f808182848530a0a1a23f5fbfff")


def seeds() -> list[tuple[Any, bytes]]:
    """The largest value of every type of the three protocol schemas."""
    found = []
    for module, name, ours in messages():
        definition = resolver().lookup(module, name).definition
        value = Generator(most=True).value(module, definition)
        found.append((ours, bytes(specification().modules[module][name].encode(value))))
    return [(ours, data) for ours, data in found if 4 < len(data) < 3000]


def mutated(random_: random.Random, data: bytes) -> bytes:
    octets = bytearray(data)
    for _ in range(random_.choice((1, 1, 1, 2, 4))):
        place = random_.randrange(len(octets))
        match random_.randrange(5):
            case 0:
                octets[place] = random_.randrange(256)
            case 1:
                octets[place] = random_.choice(INTERESTING)
            case 2:
                del octets[place : place + random_.randrange(1, 4)]
            case 3:
                octets[place:place] = random_.choice(
                    (b"\0", b"\x30\0", b"\xff" * 5, bytes(octets[place : place + 8]))
                )
            case 4:
                octets[place] ^= 1 << random_.randrange(8)
        if not octets:
            return b""
    return bytes(octets)


@pytest.mark.slow
def test_mutations_end_in_one_error_class_or_a_value_and_soon() -> None:
    random_ = random.Random(22)
    inputs = seeds()
    for ours, data in inputs:
        ours.decode(data)  # builds the codec and proves the seed
    times, accepted = [], 0
    for _ in range(MUTATIONS):
        ours, seed = random_.choice(inputs)
        data = mutated(random_, seed)
        began = time.process_time_ns()
        try:
            value = ours.decode(data)
        except Asn1Error:
            value = None
        times.append(time.process_time_ns() - began)
        if value is not None and hasattr(value, "encoded"):
            accepted += 1
            assert (
                value.encode() == data or not value.encoded
            )  # messages of the profile package hold no bytes
            assert ours.decode(value.encode()) == value
    assert accepted > MUTATIONS // 100
    # Not one input may be pathological. 10 ms, or on a slow machine a multiple of the usual time.
    assert max(times) < max(10_000_000, 500 * statistics.median(times))


def test_nesting_costs_no_stack() -> None:
    from asn1.generated import rsp

    data = b"\xa0\x00"
    while len(data) < 100_000:
        size = len(data)
        data = b"\xa0\x83" + size.to_bytes(3, "big") + data
    info = b"\xbf\x2d\x83" + len(data).to_bytes(3, "big") + data
    with pytest.raises(Asn1Error):
        rsp.ProfileInfoListResponse.decode(info)
    extended = b"\xe3\x83" + len(data).to_bytes(3, "big") + data
    assert rsp.ProfileInfo.decode(extended).extensions == (data,)
