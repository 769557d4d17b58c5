"""Raw r || s signatures, against RFC 6979 and a second library."""

from __future__ import annotations

import pytest
from Crypto.Hash import SHA256
from Crypto.PublicKey import ECC
from Crypto.Signature import DSS

from euicc.crypto import curves, ecdsa, ecka
from euicc.crypto.curves import Curve

RFC6979_KEY = bytes.fromhex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721")
RFC6979_SAMPLE = bytes.fromhex(
    "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
    "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
)


@pytest.fixture(params=curves.ALL, ids=lambda curve: curve.name)
def curve(request: pytest.FixtureRequest) -> Curve:
    assert isinstance(request.param, Curve)
    return request.param


def test_the_deterministic_signature_of_rfc_6979() -> None:
    key = ecka.from_scalar(curves.P256, RFC6979_KEY)
    assert ecdsa.sign(key, b"sample") == RFC6979_SAMPLE


def test_signing_twice_gives_the_same_bytes(curve: Curve) -> None:
    key = ecka.from_scalar(curve, bytes(31) + b"\x07")
    assert ecdsa.sign(key, b"data") == ecdsa.sign(key, b"data")
    assert ecdsa.sign(key, b"data") != ecdsa.sign(key, b"date")


def test_a_second_library_verifies_and_is_verified() -> None:
    key = ecka.from_scalar(curves.P256, RFC6979_KEY)
    theirs = ECC.construct(curve="P-256", d=int.from_bytes(RFC6979_KEY, "big"))
    DSS.new(theirs.public_key(), "fips-186-3").verify(SHA256.new(b"data"), ecdsa.sign(key, b"data"))
    signature = DSS.new(theirs, "fips-186-3").sign(SHA256.new(b"data"))
    assert ecdsa.verify(key.public_key(), signature, b"data")


def test_every_flipped_bit_is_noticed(curve: Curve) -> None:
    key = ecka.from_scalar(curve, bytes(31) + b"\x07")
    public, signature = key.public_key(), ecdsa.sign(key, b"data")
    assert ecdsa.verify(public, signature, b"data")
    for index in range(len(signature)):
        flipped = signature[:index] + bytes((signature[index] ^ 1 << index % 8,)) + signature[index + 1 :]
        assert not ecdsa.verify(public, flipped, b"data")


@pytest.mark.parametrize("length", [0, 63, 65, 70, 128])
def test_another_length_is_no_signature(curve: Curve, length: int) -> None:
    key = ecka.from_scalar(curve, bytes(31) + b"\x07")
    assert not ecdsa.verify(key.public_key(), bytes(length), b"data")
    padded = (ecdsa.sign(key, b"data") + bytes(64))[:length]
    assert not ecdsa.verify(key.public_key(), padded, b"data")


@pytest.mark.parametrize("r", [0, 1, "n"])
@pytest.mark.parametrize("s", [0, "n"])
def test_values_outside_the_group_are_no_signature(curve: Curve, r: int | str, s: int | str) -> None:
    key = ecka.from_scalar(curve, bytes(31) + b"\x07")
    halves = [(curve.order if half == "n" else int(half)).to_bytes(32, "big") for half in (r, s)]
    assert not ecdsa.verify(key.public_key(), b"".join(halves), b"data")
