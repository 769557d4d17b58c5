"""The computations of scenario #3, against hashlib and pycryptodome."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from Crypto.Cipher import AES
from Crypto.Hash import CMAC
from hypothesis import given, settings
from hypothesis import strategies as st

from euicc.crypto import curves, ecka_eg
from euicc.crypto.ecka_eg import Parties

identifiers = st.binary(min_size=1, max_size=16)


@settings(max_examples=40, deadline=None)
@given(
    secret=st.binary(min_size=32, max_size=32),
    head=st.tuples(st.sampled_from((0x10, 0x5C)), st.sampled_from((0x80, 0x85, 0x88)), st.integers(1, 255)),
    random=st.none() | st.binary(min_size=16, max_size=32),
    parties=st.none() | st.builds(Parties, identifiers, identifiers, identifiers),
    count=st.integers(1, 3),
    crt=st.binary(max_size=60),
)
def test_keys_and_receipt_as_computed_independently(
    secret: bytes,
    head: tuple[int, int, int],
    random: bytes | None,
    parties: Parties | None,
    count: int,
    crt: bytes,
) -> None:
    length = head[2]
    info = bytes(head) + (random or b"")
    if parties is not None:
        for each in (parties.host_id, parties.sin, parties.sdin):
            info += bytes((len(each),)) + each
    assert ecka_eg.shared_info(*head, random, parties) == info
    stream = b"".join(
        sha256(secret + n.to_bytes(4, "big") + info).digest()
        for n in range(1, 2 + (16 + count * length) // 32)
    )
    derived = ecka_eg.derive(secret, info, (length,) * count)
    assert derived.receipt_key + b"".join(derived.keys) == stream[: 16 + count * length]
    assert [len(key) for key in derived.keys] == [length] * count
    mac = CMAC.new(stream[:16], ciphermod=AES)
    mac.update(crt + (bytes((0x85, len(random))) + random if random is not None else b""))
    assert derived.receipt(crt, random) == mac.digest()


@pytest.mark.parametrize(
    ("bits", "challenge", "random"),
    [(256, 16, 16), (383, 16, 16), (384, 16, 24), (511, 16, 24), (512, 32, 32), (521, 32, 32)],
)
def test_random_values_are_as_long_as_the_curve_wants(bits: int, challenge: int, random: int) -> None:
    curve = replace(curves.P256, order=1 << (bits - 1))
    assert ecka_eg.challenge_length(curve) == challenge
    assert ecka_eg.derivation_random_length(curve) == random


def test_no_key_is_shown() -> None:
    derived = ecka_eg.derive(bytes(32), b"", (16, 16))
    assert repr(derived) == "DerivedKeys()"
